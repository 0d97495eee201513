"""Processes a batch record by record: a failed record is counted, logged and delivered again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

from hub.runtime import telemetry
from shared.errors import RetryableError, UnreadableMessageError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

# A record that is not started this long before the time-out is delivered again alone. A batch that
# times out would be delivered again as a whole.
_RESERVE_MILLISECONDS: Final = 10_000


def take_each(
    event: dict[str, Any],
    context: "LambdaContext",
    kind: EventType,
    take: Callable[[Any], None],
    failed: Callable[[], None],
) -> "PartialItemFailureResponse":
    """Return the records that failed; `failed` counts each.

    Lambda counts no error for a batch that fails in parts, not even if all records fail.
    """

    def take_one(record: Any) -> None:  # noqa: ANN401 (of whichever kind)
        try:
            _expect_time(context)
            take(record)
        except UnreadableMessageError as error:
            telemetry.logger.error("UNREADABLE", extra={"reason": str(error)})
            failed()
            raise
        except Exception as error:
            telemetry.logger.exception("FAILED", extra={"reason": repr(error)})
            failed()
            raise

    processor = BatchProcessor(event_type=kind, raise_on_entire_batch_failure=False)
    return process_partial_response(
        event=event, record_handler=take_one, processor=processor, context=context
    )


def _expect_time(context: "LambdaContext") -> None:
    if context.get_remaining_time_in_millis() < _RESERVE_MILLISECONDS:
        raise RetryableError("no time is left for this one")
