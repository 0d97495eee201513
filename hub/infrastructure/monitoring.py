"""A graph's lines and the alarms that they raise, and the construct that makes the alarms."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.metrics import FIVE_MINUTES
from hub.infrastructure.notifications import Notifications


class Often(NamedTuple):
    """In how many periods, of how many consecutive ones; None for all of them."""

    periods: int | None
    of: int


_ONCE = Often(1, 1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """When a metric raises an alarm.

    Attributes:
        says: what is wrong, in the alarm's description.
        above: the alarm begins above this number; with `or_equal` at it.
        metric: None for the metric as its graph draws it.
        missing: how a period without data counts.
        page: the place in docs/operations.md; None for the alarm's own name.
    """

    name: str
    says: str
    above: float
    often: Often = _ONCE
    metric: cloudwatch.Metric | None = None
    or_equal: bool = False
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING
    page: str | None = None


class Line(NamedTuple):
    """One line of a graph, and its alarm if it raises one."""

    metric: cloudwatch.Metric
    alarm: Alarm | None = None
    label: str | None = None


def dead_letters(queue: sqs.Queue, alarm: str, what: str, label: str | None = None) -> Line:
    """Return the messages of a dead-letter queue; the alarm lasts while there are any."""
    metric = queue.metric_approximate_number_of_messages_visible(
        statistic="Maximum", period=FIVE_MINUTES
    )
    # A queue that nobody used for hours emits no data.
    says, page = f"Nobody could take in {what}", "dead letters"
    return Line(metric, Alarm(alarm, says, 1, Often(None, 1), or_equal=True, page=page), label)


class Monitoring(Construct):
    """Alarms that notify one topic.

    Attributes:
        alarms: in the order of their lines.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lines: Iterable[Line],
        notifications: Notifications,
    ) -> None:
        super().__init__(scope, construct_id)
        self.alarms = [alarm for line in lines if (alarm := raise_alarm(self, line, notifications))]


def raise_alarm(
    scope: Construct, line: Line, notifications: Notifications
) -> cloudwatch.Alarm | None:
    """Create the alarm of a line, which notifies the topic; None if the line raises none."""
    if (alarm := line.alarm) is None:
        return None
    comparison = cloudwatch.ComparisonOperator
    created = cloudwatch.Alarm(
        scope,
        alarm.name,
        alarm_description=f"{alarm.says}: docs/operations.md, {alarm.page or alarm.name}",
        metric=alarm.metric or line.metric,
        threshold=alarm.above,
        comparison_operator=(
            comparison.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            if alarm.or_equal
            else comparison.GREATER_THAN_THRESHOLD
        ),
        evaluation_periods=alarm.often.of,
        datapoints_to_alarm=alarm.often.periods,
        treat_missing_data=alarm.missing,
    )
    notifications.notify_on(created)
    return created
