"""Lambda function `scan`: scans a group, a target or the directory."""

import gc
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.runtime import reporter, telemetry
from hub.runtime.redelivery import as_sent, redelivered_soon
from hub.runtime.scan.scanner import scan
from hub.runtime.wiring.scan import ports
from shared.errors import UnreadableMessageError
from shared.messages import decode_scan_request

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

gc.freeze()
gc.enable()

# Pages that are unread this long before the time-out are read by the next message.
_RESERVE = timedelta(seconds=60)


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Run the scan request in the message; a crash leaves the message in the queue."""
    here = ports()
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    until = here.clock.now() + left - _RESERVE
    for record in event["Records"]:
        telemetry.count("Scans")
        try:
            request = as_sent(decode_scan_request(record["body"]), record)
        except UnreadableMessageError as error:
            telemetry.logger.error("UNREADABLE", extra={"reason": str(error)})
            raise
        telemetry.logger.set_correlation_id(request.event_id or None)
        with redelivered_soon(record, here.received), reporter.run(here.hub_state):
            scan(request, here, until)
