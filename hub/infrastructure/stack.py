"""The StudioHub stack: hears the directory, remembers, and looks at people, groups and targets."""

import aws_cdk as cdk
from constructs import Construct

from hub.infrastructure.bus import HubBus
from hub.infrastructure.context import Context
from hub.infrastructure.dashboard import Dashboard
from hub.infrastructure.function_platform import Package, Platform
from hub.infrastructure.ingress import INTAKE_TIMEOUT, Ingress
from hub.infrastructure.mapping_changes import MappingChanges
from hub.infrastructure.monitoring import Monitoring, Watched
from hub.infrastructure.notifications import Notifications
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
            termination_protection=True,
        )
        self.platform = Platform(self, "Platform", context=context, package=package)
        self.records = Records(self, "Records", key=self.platform.key)
        self.bus = HubBus(self, "Bus")
        self.reconciler = Reconciler(
            self,
            "Reconciler",
            context=context,
            platform=self.platform,
            records=self.records,
            bus=self.bus,
            later_reader_timeout=INTAKE_TIMEOUT,
        )
        self.sweep = Sweep(
            self,
            "Sweep",
            context=context,
            platform=self.platform,
            records=self.records,
            reconciler=self.reconciler,
        )
        self.ingress = Ingress(
            self,
            "Ingress",
            context=context,
            platform=self.platform,
            records=self.records,
            reconciler=self.reconciler,
            sweep=self.sweep,
        )
        self.mapping_changes = MappingChanges(
            self,
            "MappingChanges",
            context=context,
            platform=self.platform,
            records=self.records,
            looks=self.sweep.looks.queue,
        )
        Schedule(
            self,
            "Schedule",
            later=self.reconciler.later.queue,
            undelivered=self.ingress.undelivered,
        )
        watched = self._watched()
        self._watch(watched, context)
        self._tell(watched, context)

    def _watched(self) -> Watched:
        queues = {
            "Events": self.ingress.events,
            "Users": self.reconciler.users,
            "Looks": self.sweep.looks,
            "Later": self.reconciler.later,
        }
        return Watched(
            queues={name: each.queue for name, each in queues.items()},
            dead_letters={
                **{name: each.dead_letters for name, each in queues.items()},
                "EventRules": self.ingress.undelivered,
                "RowChanges": self.mapping_changes.dead_letters,
            },
            functions={
                "Intake": self.ingress.intake.function,
                "Converge": self.reconciler.converge.function,
                "Look": self.sweep.look.function,
                "Mappings": self.mapping_changes.mappings.function,
            },
            stream_reader=self.mapping_changes.mappings.function,
        )

    def _watch(self, watched: Watched, context: Context) -> None:
        self.notifications = Notifications(
            self, "Notifications", email=context.alarm_email, key=self.platform.key
        )
        monitoring = Monitoring(
            self,
            "Monitoring",
            watched=watched,
            notifications=self.notifications,
            unannounced_alarm=context.unannounced_alarm,
        )
        Dashboard(
            self,
            "Overview",
            name=f"StudioHub-{context.hub_region}",
            watched=watched,
            alarms=monitoring.alarms,
        )

    def _tell(self, watched: Watched, context: Context) -> None:
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
            "AlarmTopicArn": self.notifications.topic.topic_arn,
            **{
                f"{name}DeadLettersUrl": queue.queue_url
                for name, queue in watched.dead_letters.items()
            },
            **{
                f"{name}Log": function.log_group.log_group_name
                for name, function in watched.functions.items()
            },
            # What the company's endpoints have to let in.
            **(
                {"FunctionsSecurityGroup": self.platform.security_group_id}
                if self.platform.security_group_id
                else {}
            ),
        }.items():
            cdk.CfnOutput(self, name, value=value)
