"""What a request's signature tells: by which access key it was signed, and for which Region.

No signature is verified: whoever can reach the embedded AWS may speak for anybody.
"""

import re

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")


def signed_with(authorization: str) -> tuple[str, str]:
    """Return the access key and the Region of an Authorization header; empty where there is none.

    Source: AWS general reference, Signature Version 4.
    """
    match = _CREDENTIAL.search(authorization)
    return (match[1], match[2]) if match else ("", "")
