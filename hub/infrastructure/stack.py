"""The StudioHub stack: receives directory events, keeps state, reconciles users and scans."""

import aws_cdk as cdk
from constructs import Construct

from hub.infrastructure.bus import HubBus
from hub.infrastructure.context import Context
from hub.infrastructure.dashboard import Dashboard
from hub.infrastructure.function_platform import Package, Platform
from hub.infrastructure.ingress import INTAKE_TIMEOUT, Ingress
from hub.infrastructure.mapping_stream import MappingStream
from hub.infrastructure.monitoring import Monitoring
from hub.infrastructure.notifications import Notifications
from hub.infrastructure.reconciler import Reconciler
from hub.infrastructure.scanner import Scanner
from hub.infrastructure.schedule import Schedule
from hub.infrastructure.tables import Tables
from hub.infrastructure.watch import Watched, lines_of, watch_table


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
        self.tables = Tables(self, "Tables", key=self.platform.key)
        self.bus = HubBus(self, "Bus")
        self.reconciler = Reconciler(
            self,
            "Reconciler",
            context=context,
            platform=self.platform,
            tables=self.tables,
            bus=self.bus,
            delayed_reader_timeout=INTAKE_TIMEOUT,
        )
        self.scanner = Scanner(
            self,
            "Scanner",
            context=context,
            platform=self.platform,
            tables=self.tables,
            reconciler=self.reconciler,
        )
        self.ingress = Ingress(
            self,
            "Ingress",
            context=context,
            platform=self.platform,
            tables=self.tables,
            reconciler=self.reconciler,
            scanner=self.scanner,
        )
        self.mapping_stream = MappingStream(
            self,
            "MappingStream",
            context=context,
            platform=self.platform,
            tables=self.tables,
            scan_queue=self.scanner.requests.queue,
        )
        Schedule(
            self,
            "Schedule",
            delayed_queue=self.reconciler.delayed.queue,
            undelivered=self.ingress.undelivered,
        )
        watched = self._watched()
        self._watch(watched, context)
        self._output(watched, context)

    def _watched(self) -> Watched:
        queues = {
            "Events": self.ingress.events,
            "Reconcile": self.reconciler.requests,
            "Scan": self.scanner.requests,
            "Delayed": self.reconciler.delayed,
        }
        return Watched(
            queues={name: each.queue for name, each in queues.items()},
            dead_letters={
                **{name: each.dead_letters for name, each in queues.items()},
                "EventRules": self.ingress.undelivered,
                "RowChanges": self.mapping_stream.dead_letters,
            },
            functions={
                "Intake": self.ingress.intake.function,
                "Reconcile": self.reconciler.reconcile.function,
                "Scan": self.scanner.scan.function,
                "MappingStream": self.mapping_stream.mapping_stream.function,
            },
            stream_reader=self.mapping_stream.mapping_stream.function,
        )

    def _watch(self, watched: Watched, context: Context) -> None:
        self.notifications = Notifications(
            self, "Notifications", email=context.alarm_email, key=self.platform.key
        )
        table = watch_table(watched, context.drift_alarm)
        monitoring = Monitoring(
            self, "Monitoring", lines=lines_of(table), notifications=self.notifications
        )
        Dashboard(
            self,
            "Overview",
            name=f"StudioHub-{context.hub_region}",
            table=table,
            alarms=monitoring.alarms,
        )

    def _output(self, watched: Watched, context: Context) -> None:
        """Output what an operator's tools look up, so that nobody has to configure it."""
        for name, value in {
            "IdentityStoreId": context.identity_store_id,
            "Mode": context.mode,
            # By these a plan of mappings, and `explain`, foretell what would be held.
            "RemovalLimitCount": str(context.removal_limit_count),
            "RemovalLimitPercent": str(context.removal_limit_percent),
            "MappingsTable": self.tables.mappings.table_name,
            "LedgerTable": self.tables.ledger.table_name,
            "EventsQueueUrl": self.ingress.events.queue.queue_url,
            "ReconcileQueueUrl": self.reconciler.requests.queue.queue_url,
            "ScanQueueUrl": self.scanner.requests.queue.queue_url,
            "DelayedQueueUrl": self.reconciler.delayed.queue.queue_url,
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
            # The company's endpoints must accept this group.
            **(
                {"FunctionsSecurityGroup": self.platform.security_group_id}
                if self.platform.security_group_id
                else {}
            ),
        }.items():
            cdk.CfnOutput(self, name, value=value)
