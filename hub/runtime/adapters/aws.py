"""How every adapter calls AWS: one client configuration, one translation of errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import botocore.exceptions
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
)

from shared.errors import RefusedError, RetryableError

# A call that fails three times in a row waits in a queue, where waiting costs nothing.
CLIENT_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=5, read_timeout=20
)

# An event that waits for an answer holds up those behind it: what says nothing is asked again soon.
INTAKE_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=3
)

# A spoke that does not answer must leave time for the others.
SPOKE_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=8
)

_SERVER_ERROR = 500
# Source: the error codes that botocore 1.44.5's own standard retry mode takes for passing.
_PASSING = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConflictingOperationException",
        "ExpiredToken",
        "ExpiredTokenException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestExpired",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def error_code(error: ClientError) -> str:
    """Return the code of an AWS error, e.g. `ResourceNotFound`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def error_text(error: ClientError) -> str:
    """Return what AWS wrote."""
    return str(error.response.get("Error", {}).get("Message", ""))


@contextmanager
def translated() -> Iterator[None]:
    """Turn botocore's errors into ours.

    Raises:
        RetryableError: throttled, a server error, or no answer.
        RefusedError: everything else that AWS answered.
    """
    try:
        yield
    except ClientError as error:
        code = error_code(error)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        text = f"{error.operation_name}: {error_text(error)}"
        if code in _PASSING or status >= _SERVER_ERROR:
            raise RetryableError(f"{code}: {text}") from error
        raise RefusedError(code, text) from error
    except (botocore.exceptions.ConnectionError, HTTPClientError) as error:
        raise RetryableError(str(error)) from error
    except BotoCoreError as error:
        raise RefusedError(type(error).__name__, str(error)) from error


def utc_now() -> datetime:
    """Return the time at which a read began."""
    return datetime.now(UTC)


def text(item: Mapping[str, Any], *path: str) -> str:
    """Return the text at a path of an AWS answer; empty where there is none."""
    for key in path:
        item = item.get(key) or {}
    return str(item) if item else ""
