"""Reads what a request says: its text, its access key and Region, and the parts of ARNs.

It verifies no signature: whoever can reach the embedded AWS can act as anybody.
"""

import re
from typing import Any

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")


def text_of(part: Any) -> str:  # noqa: ANN401 (a header or a body, as botocore has it)
    """Return a header or a body as text; None becomes an empty text."""
    return part.decode() if isinstance(part, bytes) else str(part or "")


def signed_with(authorization: str | bytes) -> tuple[str, str]:
    """Return the access key and the Region of an Authorization header; empty if it has none.

    Source: AWS general reference, Signature Version 4.
    """
    match = _CREDENTIAL.search(text_of(authorization))
    return (match[1], match[2]) if match else ("", "")


def last_part(arn_or_id: str) -> str:
    """Return the id from an id or an ARN."""
    return arn_or_id.rsplit("/", 1)[-1]


def account_of(arn: str) -> str:
    """Return the account field of an ARN; empty if it has none."""
    fields = arn.split(":", 5)
    return fields[4] if len(fields) > 4 else ""  # noqa: PLR2004 -- the fifth field of an ARN
