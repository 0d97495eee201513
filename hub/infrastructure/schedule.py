"""When everything is looked through: hints of a round, hourly and daily, straight into `later`."""

import json

from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.queues import delivered_by, rule_target
from shared.hints import DAILY, HOURLY, Subject

# UTC: night in Europe, evening in America; and off the full hour, when everybody else's jobs ask
# the directory, which answers 20 calls a second to all of them together.
_QUIET_HOUR = "cron(37 2 * * ? *)"
_WHEN = {HOURLY: "rate(1 hour)", DAILY: _QUIET_HOUR}


class Schedule(Construct):
    """Two rules that need no function to start a round: what they send is a hint already."""

    def __init__(
        self, scope: Construct, construct_id: str, *, later: sqs.Queue, undelivered: sqs.Queue
    ) -> None:
        super().__init__(scope, construct_id)
        rules = [
            events.CfnRule(
                self,
                round_.capitalize(),
                description=f"Begins Studio Hub's {round_} round of looks",
                schedule_expression=when,
                targets=[
                    rule_target(
                        "Later", later, undelivered, input_transformer=_hint_of_round(round_)
                    )
                ],
            )
            for round_, when in _WHEN.items()
        ]
        for queue in (later, undelivered):
            queue.add_to_resource_policy(delivered_by("TheScheduleSends", queue, rules))


def _hint_of_round(round_: str) -> events.CfnRule.InputTransformerProperty:
    """Return how a scheduled event becomes the hint of a round, in the words of shared.wire.

    EventBridge puts quotes around a text that it fills in for an unquoted name.
    Source: the EventBridge user guide on input transformation.
    """
    constant = json.dumps({"subject": Subject.ROUND, "key": round_})
    return events.CfnRule.InputTransformerProperty(
        input_paths_map={"id": "$.id", "time": "$.time"},
        input_template=f'{constant[:-1]}, "made_at": <time>, "event_id": <id>}}',
    )
