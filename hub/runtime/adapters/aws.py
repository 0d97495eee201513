"""How every adapter calls AWS: one client configuration, one translation of errors."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from hub.runtime.adapters import error_table, exception_table
from hub.runtime.adapters.error_table import Reason
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


def error_text(error: ClientError) -> str:
    """Return the message of an AWS error."""
    return str(error.response.get("Error", {}).get("Message", ""))


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
        code, reason = error_table.of_answer(error)
        text = f"{error.operation_name}: {error_text(error)}"
        if reason is Reason.NOT_PROPAGATED:
            raise NotYetPropagatedError(f"{code}: {text}") from error
        if reason.is_passing:
            raise RetryableError(f"{code}: {text}") from error
        raise RefusedError(code, text) from error
    except exception_table.WITHOUT_ANSWER as error:
        name = type(error).__name__
        if exception_table.of_exception(error).is_passing:
            raise RetryableError(f"{name}: {error}") from error
        raise RefusedError(name, str(error)) from error


def utc_now() -> datetime:
    """Return the time at which a read began."""
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
