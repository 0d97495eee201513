"""How every adapter calls AWS: one client configuration, one translation of errors."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import ClientError

from hub.runtime.adapters.error_table import CODES, PASSING, Reason
from hub.runtime.adapters.exception_table import EXCEPTIONS, WITHOUT_ANSWER
from shared.errors import NotYetPropagatedError, RefusedError, RetryableError

# A call that fails three times in a row waits in a queue, where waiting costs nothing.
CLIENT_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=5, read_timeout=20
)

# An event that waits for an answer blocks those behind it, so silent calls are retried soon.
INTAKE_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=3
)

# A spoke that does not answer must leave time for the others.
SPOKE_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=8
)

_CANCELLED: Final = "TransactionCanceledException"
# The code of a condition that failed; in a transaction, without its ending.
NOT_MET: Final = "ConditionalCheckFailedException"


@contextmanager
def translated() -> Iterator[None]:
    """Translate the errors of calls into ours, according to the two tables.

    Raises:
        NotYetPropagatedError: AWS has not applied an earlier change everywhere.
        RetryableError: other transient errors: throttled, server error, no answer, bad clock.
        RefusedError: everything else.
    """
    try:
        yield
    except ClientError as error:
        code, reason = reason_of_answer(error)
        message = error.response.get("Error", {}).get("Message", "")
        text = f"{error.operation_name}: {message}"
        if reason is Reason.NOT_PROPAGATED:
            raise NotYetPropagatedError(f"{code}: {text}") from error
        if reason in PASSING:
            raise RetryableError(f"{code}: {text}") from error
        raise RefusedError(code, text) from error
    except WITHOUT_ANSWER as error:
        name = type(error).__name__
        if reason_of_exception(error) in PASSING:
            raise RetryableError(f"{name}: {error}") from error
        raise RefusedError(name, str(error)) from error


def reason_of_answer(error: ClientError) -> tuple[str, Reason]:
    """Return the code of an AWS error, and its reason.

    A transaction is cancelled because of one of its items; that item's code stands for it. The HTTP
    status decides for a code that is not listed.
    """
    answer: Mapping[str, Any] = error.response
    code = str(answer.get("Error", {}).get("Code", ""))
    if code == _CANCELLED:
        code = _cancelled_by(answer)
    reason = CODES.get(code, Reason.REQUEST)
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if reason in PASSING:
        return code, reason
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return code, Reason.SERVER
    return code, Reason.THROTTLED if status == HTTPStatus.TOO_MANY_REQUESTS else reason


def _cancelled_by(answer: Mapping[str, Any]) -> str:
    """Return the code of the item that cancelled a transaction.

    An error that needs somebody to act comes first, next a write by another worker, last a
    transient error.
    """
    given = {str(each.get("Code") or "None") for each in answer.get("CancellationReasons") or ()}
    codes = sorted(given - {"None"})
    lasting = [code for code in codes if CODES.get(code, Reason.REQUEST) not in PASSING]
    found = next((code for code in lasting if f"{code}Exception" != NOT_MET), "")
    if not found and lasting:
        return NOT_MET
    return found or next(iter(codes), _CANCELLED)


def reason_of_exception(error: Exception) -> Reason:
    """Return the reason of one of WITHOUT_ANSWER; an unlisted class has its base's reason."""
    return next(EXCEPTIONS[base] for base in type(error).__mro__ if base in EXCEPTIONS)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class SystemClock:
    """Implements the port Clock."""

    now = staticmethod(utc_now)

    def sleep(self, seconds: float) -> None:
        """Wait for some seconds."""
        time.sleep(seconds)


def text(item: Mapping[str, Any], *path: str) -> str:
    """Return the text at a path of an AWS answer; empty if there is none."""
    for key in path:
        item = item.get(key) or {}
    return str(item) if item else ""
