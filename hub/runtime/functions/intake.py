"""Lambda function `intake`: turns events and delayed requests into queued requests."""

import gc
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import EventType

from hub.runtime import telemetry
from hub.runtime.batches import take_each
from hub.runtime.intake import Intake
from hub.runtime.wiring.intake import ports

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

gc.freeze()
gc.enable()


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    """Handle every message; report those that failed, so that only they are delivered again."""
    here = ports()
    batch = Intake(here)

    def take(record: "SQSRecord") -> None:
        telemetry.count("Received")
        # Logs before a record's own event is known must not carry the previous event's id.
        telemetry.logger.set_correlation_id(None)
        if record.event_source_arn == here.delayed_queue_arn:
            batch.redeliver(record.body)
        elif batch.take(record.body) is not None:
            telemetry.count("Ignored")

    return take_each(event, context, EventType.SQS, take, lambda: telemetry.count("MessagesFailed"))
