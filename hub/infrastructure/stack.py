"""The StudioHub stack: hears the directory, remembers, and looks at people."""

import aws_cdk as cdk
from constructs import Construct

from hub.infrastructure.context import Context
from hub.infrastructure.function import Package
from hub.infrastructure.ingress import INTAKE_TIMEOUT, Ingress
from hub.infrastructure.reconciler import Reconciler
from hub.infrastructure.records import Records


class StudioHub(cdk.Stack):
    """Deployed once, in the hub account, in Identity Center's Region."""

    def __init__(
        self, scope: Construct, construct_id: str, *, context: Context, package: Package
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=cdk.Environment(account=context.hub_account, region=context.hub_region),
            description="Studio Hub: group membership decides who has a Studio user profile",
            analytics_reporting=False,
        )
        self.records = Records(self, "Records")
        self.reconciler = Reconciler(
            self,
            "Reconciler",
            context=context,
            package=package,
            records=self.records,
            later_reader_timeout=INTAKE_TIMEOUT,
        )
        self.ingress = Ingress(
            self,
            "Ingress",
            context=context,
            package=package,
            records=self.records,
            reconciler=self.reconciler,
        )
        # What an operator's tools look up instead of being told.
        cdk.CfnOutput(self, "MappingsTable", value=self.records.mappings.table_name)
        cdk.CfnOutput(self, "LedgerTable", value=self.records.ledger.table_name)
        cdk.CfnOutput(self, "EventsQueueUrl", value=self.ingress.events.queue.queue_url)
        cdk.CfnOutput(self, "UsersQueueUrl", value=self.reconciler.users.queue.queue_url)
