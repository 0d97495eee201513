"""Forwards directory events from the account in which they occur: rules and their role."""

from aws_cdk import Aws
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from hub.infrastructure.context import Context
from hub.infrastructure.directory_bus import directory_bus_arn, forwarder_role_name
from hub.infrastructure.queues import dead_letter_queue, delivered_by
from shared.conventions import SYSTEM_PATH
from shared.directory_events.routes import event_patterns

_RULE = "studio-hub-forwards-"


class Forwarding(Construct):
    """Rules on an account's default bus that forward the events that the hub reads, unchanged.

    Attributes:
        undelivered: events that EventBridge could not forward for a day.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        context: Context,
        account: str,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        bus = directory_bus_arn(context)
        self.undelivered = dead_letter_queue(self, "Undelivered", key=key)
        role = iam.Role(
            self,
            "Role",
            role_name=forwarder_role_name(context.hub_region),
            path=SYSTEM_PATH,
            description="EventBridge forwards events of the directory to Studio Hub with it",
            # Only these rules of this account, and no other rule that somebody points at the role.
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {
                        "aws:SourceArn": f"arn:{Aws.PARTITION}:events:{context.hub_region}:"
                        f"{account}:rule/{_RULE}*"
                    },
                },
            ),
            inline_policies={
                "Needs": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            sid="ForwardToTheHub", actions=["events:PutEvents"], resources=[bus]
                        )
                    ]
                )
            },
        )
        rules = [
            events.CfnRule(
                self,
                f"{route}Rule",
                name=f"{_RULE}{route.lower()}",
                description=f"Forwards changes of people and groups to Studio Hub ({route})",
                # Only its own events: another account's events here do not come from the directory.
                event_pattern={**pattern, "account": [account]},
                targets=[
                    events.CfnRule.TargetProperty(
                        id="Hub",
                        arn=bus,
                        role_arn=role.role_arn,
                        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                            arn=self.undelivered.queue_arn
                        ),
                    )
                ],
            )
            for route, pattern in event_patterns(context.hub_region).items()
        ]
        self.undelivered.add_to_resource_policy(
            delivered_by("TheForwardingRulesSend", self.undelivered, rules)
        )
