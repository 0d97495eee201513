"""Sends requests with their access key but without a signature, since nothing verifies one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import get_current_datetime
from botocore.exceptions import NoCredentialsError
from botocore.useragent import UserAgentString

from simulator.isolation import replace

_before_signing = SigV4Auth._modify_request_before_signing  # type: ignore[attr-defined]  # noqa: SLF001 (there is no other way in)
_USER_AGENT = "studio-hub on an embedded AWS"


@contextmanager
def unsigned() -> Iterator[None]:
    """Skip hashing and signing, and build no new user agent for each request."""
    with ExitStack() as undo:
        replace(undo, SigV4Auth, "add_auth", _name_the_key)
        replace(undo, UserAgentString, "to_string", lambda _: _USER_AGENT)
        yield


def _name_the_key(auth: SigV4Auth, request: AWSRequest) -> None:
    """Do what signing does to a request, except for the signature."""
    if auth.credentials is None:
        raise NoCredentialsError
    request.context["timestamp"] = get_current_datetime().strftime(SIGV4_TIMESTAMP)
    _before_signing(auth, request)
    request.headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders=host, Signature=none"
    )
