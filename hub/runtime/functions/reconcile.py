"""Lambda function `reconcile`: reconciles one user."""

import gc
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.runtime import reporter, telemetry
from hub.runtime.redelivery import as_sent, redelivered_soon
from hub.runtime.wiring.reconcile import ports
from shared.errors import UnreadableMessageError
from shared.messages import decode_reconcile_request

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

gc.freeze()
gc.enable()

# Work that is unfinished this long before the time-out goes to the delayed queue.
_RESERVE = timedelta(seconds=20)


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Reconcile the user that the message names; a crash leaves the message in the queue.

    The queue delivers one message at a time, so a batch cannot fail in parts.
    """
    requests, queue = ports()
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    deadline = requests.reconciler.clock.now() + left - _RESERVE
    for record in event["Records"]:
        telemetry.count("Reconciles")
        try:
            request = as_sent(decode_reconcile_request(record["body"]), record)
        except UnreadableMessageError as error:
            telemetry.logger.error("UNREADABLE", extra={"reason": str(error)})
            raise
        telemetry.logger.set_correlation_id(request.event_id or None)
        with redelivered_soon(record, queue), reporter.run(requests.reconciler.hub_state):
            requests.handle(request, deadline)
