"""Has a message delivered again that failed: alone, and soon, with the time at which SQS had it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hub.runtime import reporter, telemetry
from shared.errors import RetryableError, UnreadableMessageError
from shared.messages import decode
from shared.requests import ReconcileRequest, ScanRequest

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from hub.runtime.ports import HubStateStore, Redelivery

# A record that is not started this long before the time-out is delivered again alone. A batch that
# times out would be delivered again as a whole.
_RESERVE_MILLISECONDS: Final = 10_000
# Seconds. Requeued requests wait in `delayed`; this is for those that cannot be requeued.
_SOON: Final = 60
# Messages with one date may take this long to send, and the first may be read meanwhile.
_SENDING: Final = timedelta(seconds=10)
_Either = TypeVar("_Either", ReconcileRequest, ScanRequest)


def take_each(
    event: Mapping[str, Any],
    context: "LambdaContext",
    take: Callable[[Any], object],
    *,
    id_of: Callable[[Any], str],
    count_begun: Callable[[], None],
    count_failed: Callable[[], None],
) -> dict[str, Any]:
    """Take every record of a batch; return those that failed, so that only they come again.

    Failed records must be counted: Lambda counts no error for a batch that fails in parts, not even
    if all records fail.

    Source: the Lambda developer guide, partial batch responses: `id_of` gives a message's id, or
    the sequence number of a stream's record.
    """
    failures = []
    for record in event["Records"]:
        is_taken = False
        # Logs before a record's own event is known must not carry the previous event's id.
        telemetry.logger.set_correlation_id(None)
        if context.get_remaining_time_in_millis() < _RESERVE_MILLISECONDS:
            telemetry.logger.error("FAILED", extra={"reason": "no time is left for this one"})
        else:
            count_begun()
            try:
                take(record)
                is_taken = True
            except UnreadableMessageError as error:
                telemetry.logger.error("UNREADABLE", extra={"reason": str(error)})
            except Exception as error:  # noqa: BLE001 (whatever fails, the other records go on)
                telemetry.logger.exception("FAILED", extra={"reason": repr(error)})
        if not is_taken:
            count_failed()
            failures.append({"itemIdentifier": id_of(record)})
    return {"batchItemFailures": failures}


def _as_sent(request: _Either, record: Mapping[str, Any]) -> _Either:
    """Return a request that is little older than its message, so that older reads are stale for it.

    The sender writes the date in the body. A sender of many messages gives all of them one date.
    What was read for the first of them would then count for the others.

    Source: the SQS API, SentTimestamp: milliseconds.
    """
    sent = datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC)
    return request._replace(enqueued_at=max(request.enqueued_at, sent - _SENDING))


@contextmanager
def received(
    record: Mapping[str, Any],
    kind: type[_Either],
    queue: "Redelivery",
    hub_state: "HubStateStore",
) -> Iterator[_Either]:
    """Give the request of a record; what is logged and reported meanwhile belongs to it.

    A message that can be neither finished nor requeued now comes again in a minute. Otherwise it
    would return after its queue's visibility time-out, which is meant for crashes.

    Raises:
        UnreadableMessageError: the body is no request of this kind.
    """
    try:
        request = _as_sent(decode(record["body"], kind), record)
    except UnreadableMessageError as error:
        telemetry.logger.error("UNREADABLE", extra={"reason": str(error)})
        raise
    telemetry.logger.set_correlation_id(request.event_id or None)
    try:
        with reporter.run(hub_state):
            yield request
    except RetryableError as error:
        telemetry.logger.warning("REDELIVERED", extra={"seconds": _SOON, "reason": str(error)})
        queue.redeliver(record["receiptHandle"], _SOON)
        raise
