"""The StudioHub stack: hears the directory, remembers, and looks at people, groups and targets."""

import aws_cdk as cdk
from constructs import Construct

from hub.infrastructure.bus import HubBus
from hub.infrastructure.context import Context
from hub.infrastructure.function import Package
from hub.infrastructure.ingress import INTAKE_TIMEOUT, Ingress
from hub.infrastructure.mapping_changes import MappingChanges
from hub.infrastructure.reconciler import Reconciler
from hub.infrastructure.records import Records
from hub.infrastructure.schedule import Schedule
from hub.infrastructure.sweep import Sweep


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
        self.bus = HubBus(self, "Bus")
        self.reconciler = Reconciler(
            self,
            "Reconciler",
            context=context,
            package=package,
            records=self.records,
            bus=self.bus,
            later_reader_timeout=INTAKE_TIMEOUT,
        )
        self.sweep = Sweep(
            self,
            "Sweep",
            context=context,
            package=package,
            records=self.records,
            reconciler=self.reconciler,
        )
        self.ingress = Ingress(
            self,
            "Ingress",
            context=context,
            package=package,
            records=self.records,
            reconciler=self.reconciler,
            sweep=self.sweep,
        )
        self.mapping_changes = MappingChanges(
            self,
            "MappingChanges",
            context=context,
            package=package,
            records=self.records,
            looks=self.sweep.looks.queue,
        )
        Schedule(
            self,
            "Schedule",
            later=self.reconciler.later.queue,
            undelivered=self.ingress.undelivered,
        )
        self._tell(context)

    def _tell(self, context: Context) -> None:
        """Put out what an operator's tools look up instead of being told."""
        for name, value in {
            "IdentityStoreId": context.identity_store_id,
            "MappingsTable": self.records.mappings.table_name,
            "LedgerTable": self.records.ledger.table_name,
            "EventsQueueUrl": self.ingress.events.queue.queue_url,
            "UsersQueueUrl": self.reconciler.users.queue.queue_url,
            "LooksQueueUrl": self.sweep.looks.queue.queue_url,
            "LaterQueueUrl": self.reconciler.later.queue.queue_url,
            "BusName": self.bus.name,
        }.items():
            cdk.CfnOutput(self, name, value=value)
