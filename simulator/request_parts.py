"""Reads what a request says: its operation, its text, who signed it, and the parts of ARNs.

It verifies no signature: whoever can reach the embedded AWS can act as anybody.
"""

import os
import re
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import get_account_id_from

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")
ACCOUNT_HEADER = "x-moto-account-id"


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What the embedded AWS reads of a request, however it came.

    Attributes:
        url: without a query string.
        operation: with its prefix, as in X-Amz-Target; empty for other protocols than JSON.
        key, region: with which the request was signed.
        said: the account that a header names; empty in nearly all requests.
    """

    url: str
    operation: str
    key: str
    region: str
    body: str
    said: str = ""

    @classmethod
    def of(cls, request: AWSPreparedRequest) -> "SentRequest":
        """Return what a request says that was built as for HTTP."""
        key, region = signed_with(request.headers.get("Authorization", ""))
        return cls(
            request.url.partition("?")[0],
            text_of(request.headers.get("X-Amz-Target")),
            key,
            region,
            text_of(request.body),
            text_of(request.headers.get(ACCOUNT_HEADER)),
        )

    @property
    def account(self) -> str:
        """Return the account of a request, as moto determines it."""
        return os.environ.get("MOTO_ACCOUNT_ID") or self.said or _account_of_key(self.key)


_accounts: dict[str, str] = {}


def _account_of_key(key: str) -> str:
    """Return the account of an access key, which moto searches in all accounts."""
    if key not in _accounts:
        account = get_account_id_from(key)
        if account == DEFAULT_ACCOUNT_ID:  # or the key is not made yet
            return account
        _accounts[key] = account
    return _accounts[key]


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
