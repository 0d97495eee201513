"""Lambda function `mapping_stream`: turns changed mapping rows into scan requests."""

import gc
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import EventType

from hub.runtime import telemetry
from hub.runtime.batches import take_each
from hub.runtime.mapping_stream import RowChange, take
from hub.runtime.wiring.mapping_stream import ports

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

gc.freeze()
gc.enable()


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    """Queue the scans for each changed row; rows from a failed one on are delivered again."""
    here = ports()

    def take_record(record: "DynamoDBRecord") -> None:
        telemetry.count("RowChanges")
        event_id = record.event_id or ""
        telemetry.logger.set_correlation_id(event_id or None)
        images = record.dynamodb
        take(
            RowChange(
                event_id=event_id,
                at=here.clock.now(),
                old=(images.old_image if images else None) or None,
                new=(images.new_image if images else None) or None,
                name=record.event_name.name if record.event_name else "",
            ),
            here,
        )

    return take_each(
        event,
        context,
        EventType.DynamoDBStreams,
        take_record,
        lambda: telemetry.count("RowChangesFailed"),
    )
