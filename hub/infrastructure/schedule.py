"""When everything is scanned: the requests of a sweep, hourly and daily, into `delayed`."""

import json

from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.queues import delivered_by, rule_target
from shared.requests import DAILY, HOURLY, Subject

# UTC: night in Europe, evening in America. It is off the full hour, when other jobs call the
# directory, which answers 20 calls a second to all of them together.
_QUIET_HOUR = "cron(37 2 * * ? *)"
_WHEN = {HOURLY: "rate(1 hour)", DAILY: _QUIET_HOUR}


class Schedule(Construct):
    """Two rules that start a sweep without a function: they send the request itself."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        delayed_queue: sqs.Queue,
        undelivered: sqs.Queue,
    ) -> None:
        super().__init__(scope, construct_id)
        rules = [
            events.CfnRule(
                self,
                sweep.capitalize(),
                description=f"Begins Studio Hub's {sweep} sweep",
                schedule_expression=when,
                targets=[
                    rule_target(
                        "Delayed",
                        delayed_queue,
                        undelivered,
                        input_transformer=_request_of_sweep(sweep),
                    )
                ],
            )
            for sweep, when in _WHEN.items()
        ]
        for queue in (delayed_queue, undelivered):
            queue.add_to_resource_policy(delivered_by("TheScheduleSends", queue, rules))


def _request_of_sweep(sweep: str) -> events.CfnRule.InputTransformerProperty:
    """Return the transformer of a scheduled event into a sweep's request, as in shared.messages.

    EventBridge puts quotes around a text that it fills in for an unquoted name.

    Source: the EventBridge user guide on input transformation.
    """
    constant = json.dumps({"subject": Subject.SWEEP, "key": sweep})
    return events.CfnRule.InputTransformerProperty(
        input_paths_map={"id": "$.id", "time": "$.time"},
        input_template=f'{constant[:-1]}, "enqueued_at": <time>, "event_id": <id>}}',
    )
