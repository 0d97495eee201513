"""The alarm of a dead-letter queue."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.metrics import FIVE_MINUTES
from hub.infrastructure.notifications import Notifications


def letters_alarm(
    scope: Construct,
    construct_id: str,
    queue: sqs.Queue,
    notifications: Notifications,
    what: str,
) -> cloudwatch.Alarm:
    """Return an alarm that lasts while a dead-letter queue holds messages."""
    return notifications.tells(
        cloudwatch.Alarm(
            scope,
            construct_id,
            alarm_description=f"Nobody could take in {what}: docs/operations.md, dead letters",
            metric=queue.metric_approximate_number_of_messages_visible(
                statistic="Maximum", period=FIVE_MINUTES
            ),
            threshold=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            evaluation_periods=1,
            # A queue that nobody used for hours emits no data.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
    )
