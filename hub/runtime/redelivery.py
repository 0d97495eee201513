"""Reads when SQS received a message, and sets how soon a failed one is delivered again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hub.runtime import telemetry
from shared.errors import RetryableError
from shared.requests import ReconcileRequest, ScanRequest

if TYPE_CHECKING:
    from hub.runtime.ports import Redelivery

# Seconds. Requeued requests wait in `delayed`; this is for those that cannot be requeued.
_SOON: Final = 60
# Messages with one date may take this long to send, and the first may be read meanwhile.
_SENDING: Final = timedelta(seconds=10)
_Either = TypeVar("_Either", ReconcileRequest, ScanRequest)


def as_sent(request: _Either, record: Mapping[str, Any]) -> _Either:
    """Return a request that is little older than its message, so that older reads are stale for it.

    The sender writes the date in the body. A sender of many messages gives all of them one date.
    What was read for the first of them would then count for the others.

    Source: the SQS API, SentTimestamp: milliseconds.
    """
    sent = datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC)
    return replace(request, enqueued_at=max(request.enqueued_at, sent - _SENDING))


@contextmanager
def redelivered_soon(record: Mapping[str, Any], queue: "Redelivery") -> Iterator[None]:
    """Redeliver in a minute a message that can be neither finished nor requeued now.

    Otherwise it returns after its queue's visibility time-out, which is meant for crashes.
    """
    try:
        yield
    except RetryableError as error:
        telemetry.logger.warning("REDELIVERED", extra={"seconds": _SOON, "reason": str(error)})
        queue.redeliver(record["receiptHandle"], _SOON)
        raise
