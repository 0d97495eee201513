"""The event bus for directory events from event accounts other than the hub's."""

from aws_cdk import Aws
from aws_cdk import aws_events as events
from constructs import Construct

from hub.infrastructure.context import Context
from shared.conventions import SYSTEM_PATH, iam_role_arn

_NAME = "studio-hub-directory"


class DirectoryBus(Construct):
    """An event bus to which the forwarding roles of the other event accounts put events.

    It is not the account's default bus, to which every role of the hub's account may write. It is
    not the bus of profile events either, which others read.

    Source: the EventBridge user guide, sending events between accounts: a rule that forwards with a
    role acts as that role. Nobody can put an event whose source begins with `aws.` by hand.

    Attributes:
        name: by which rules find it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, context: Context) -> None:
        super().__init__(scope, construct_id)
        region, others = context.hub_region, others_of(context)
        forwarders = [
            iam_role_arn(account, region, forwarder_role_name(region), SYSTEM_PATH)
            for account in others
        ]
        statement = {
            "Sid": "EventAccountsForward",
            "Effect": "Allow",
            "Principal": {
                "AWS": [f"arn:{Aws.PARTITION}:iam::{account}:root" for account in others]
            },
            "Action": "events:PutEvents",
            "Resource": directory_bus_arn(context),
            "Condition": {
                "StringEquals": {"aws:PrincipalOrgID": context.organization_id},
                "ArnEquals": {"aws:PrincipalArn": forwarders},
            },
        }
        bus = events.CfnEventBus(
            self,
            "Resource",
            name=_NAME,
            description="Events of IAM Identity Center that other accounts forward to Studio Hub",
            policy={"Version": "2012-10-17", "Statement": [statement]},
        )
        self.name = bus.ref


def others_of(context: Context) -> list[str]:
    """Return the event accounts that are not the hub's, sorted."""
    return [account for account in context.event_accounts if account != context.hub_account]


def directory_bus_arn(context: Context) -> str:
    """Return the ARN of the hub's bus for forwarded events."""
    return (
        f"arn:{Aws.PARTITION}:events:{context.hub_region}:{context.hub_account}:event-bus/{_NAME}"
    )


def forwarder_role_name(hub_region: str) -> str:
    """Return the name of the role with which an event account forwards."""
    return f"StudioHubForwarder-{hub_region}"
