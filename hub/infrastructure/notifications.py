"""The receivers of alarms: a topic, and an e-mail address if the company gives one."""

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Notifications(Construct):
    """An SNS topic that alarms of this account alone may publish to, over TLS alone.

    It is encrypted with the company's key or with none: CloudWatch cannot publish with the key that
    AWS manages for SNS, and an alarm contains only its name, its numbers and its state.

    Attributes:
        topic: what pagers and chat tools subscribe to.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, email: str | None, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(
            self, "Topic", display_name="Studio Hub", enforce_ssl=True, master_key=key
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if email is not None:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def notify_on(self, alarm: cloudwatch.Alarm) -> None:
        """Notify the topic when an alarm begins and when it is over."""
        notification = actions.SnsAction(self.topic)
        alarm.add_alarm_action(notification)
        alarm.add_ok_action(notification)
