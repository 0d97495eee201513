"""What a request tells: its text, by which access key it was signed, and for which Region.

No signature is verified: whoever can reach the embedded AWS may speak for anybody.
"""

import re
from typing import Any

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")


def text_of(part: Any) -> str:  # noqa: ANN401 (a header or a body, as botocore has it)
    """Return a header or a body as text; nothing is an empty one."""
    return part.decode() if isinstance(part, bytes) else str(part or "")


def signed_with(authorization: str | bytes) -> tuple[str, str]:
    """Return the access key and the Region of an Authorization header; empty where there is none.

    Source: AWS general reference, Signature Version 4.
    """
    match = _CREDENTIAL.search(text_of(authorization))
    return (match[1], match[2]) if match else ("", "")
