"""What SQS does with one message: when it was sent, and how soon it comes back after trouble."""

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

# Seconds. What is put off waits in `delayed`; this is for what cannot even be put off.
_SOON: Final = 60
# For so long messages of one date may be sent, and the first of them be read meanwhile.
_SENDING: Final = timedelta(seconds=10)
_Either = TypeVar("_Either", ReconcileRequest, ScanRequest)


def as_sent(request: _Either, record: Mapping[str, Any]) -> _Either:
    """Return a hint that is little older than its message: what was read before is stale for it.

    The date in the body is the sender's word. Who sends many at once dates them all alike, and what
    was read for the first of them counts for the others.
    Source: the SQS API, SentTimestamp: milliseconds.
    """
    sent = datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC)
    return replace(request, enqueued_at=max(request.enqueued_at, sent - _SENDING))


@contextmanager
def redelivered_soon(record: Mapping[str, Any], queue: "Redelivery") -> Iterator[None]:
    """Have a message back in a minute where it can be neither finished nor put off now.

    Else it comes back after its queue's visibility time-out, which is made for crashes.
    """
    try:
        yield
    except RetryableError as error:
        telemetry.logger.warning("REDELIVERED", extra={"seconds": _SOON, "reason": str(error)})
        queue.redeliver(record["receiptHandle"], _SOON)
        raise
