"""The StudioIdentity stack: forwards the directory's events, and lets the hub assign users."""

import aws_cdk as cdk
from constructs import Construct

from hub.infrastructure.assignment_role import Assigner
from hub.infrastructure.context import Context
from hub.infrastructure.forwarding import Forwarding
from hub.infrastructure.function_platform import customer_key
from hub.infrastructure.monitoring import dead_letters, raise_alarm
from hub.infrastructure.notifications import Notifications


class StudioIdentity(cdk.Stack):
    """Deployed in each event account that is not the hub's, in Identity Center's Region.

    It has no assets and needs no bootstrap: a management account is rarely bootstrapped.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, context: Context, account: str
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name="StudioIdentity",
            env=cdk.Environment(account=account, region=context.hub_region),
            description="Studio Hub: forwards the directory's events, lets the hub assign people",
            synthesizer=cdk.BootstraplessSynthesizer(),
            analytics_reporting=False,
            termination_protection=True,
        )
        key = customer_key(self, context)
        forwarding = Forwarding(self, "Forwarding", context=context, account=account, key=key)
        if account == context.identity_account:
            Assigner(self, "Assigner", context=context)
        notifications = Notifications(self, "Notifications", email=context.alarm_email, key=key)
        undelivered = dead_letters(
            forwarding.undelivered, "NotForwarded", "events of the directory"
        )
        raise_alarm(self, undelivered, notifications)
