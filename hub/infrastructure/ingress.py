"""Receives directory events: event rules, the events queue, and `intake`, which queues requests."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from hub.infrastructure.context import Context
from hub.infrastructure.directory_bus import DirectoryBus, others_of
from hub.infrastructure.function import HubFunction, receiving, sending
from hub.infrastructure.function_platform import Platform
from hub.infrastructure.identity_store_policies import decrypt_directory, read_directory
from hub.infrastructure.queues import WorkQueue, dead_letter_queue, delivered_by, rule_target
from hub.infrastructure.reconciler import Reconciler
from hub.infrastructure.scanner import Scanner
from hub.infrastructure.settings import directory_settings, queue_settings
from hub.infrastructure.table_policies import Family, query_index, read_mappings, use_ledger
from hub.infrastructure.tables import Tables
from shared.directory_events.routes import event_patterns
from shared.storage import LEDGER_BY_MEMBERSHIP

# A batch takes a second or two. A failed message returns after six times the time-out (see
# queues.py), and a transient error may delay an event by two minutes at most.
INTAKE_TIMEOUT = Duration.seconds(18)
_BATCH = 10
# Each instance of intake resolves the mapped groups itself, within the same 20 calls a second.
_MAX_CONCURRENCY = 5


class Ingress(Construct):
    """From a directory event to a request in reconcile.fifo or scan.fifo.

    Attributes:
        events: envelopes as EventBridge delivers them.
        forwarded: the bus for the other event accounts; None if there are none.
        undelivered: what EventBridge could not put into a queue.
        intake: the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        context: Context,
        platform: Platform,
        tables: Tables,
        reconciler: Reconciler,
        scanner: Scanner,
    ) -> None:
        super().__init__(scope, construct_id)
        self.events = WorkQueue(
            self, "Events", reader_timeout=INTAKE_TIMEOUT, key=platform.key, waits_here=True
        )
        self.undelivered = dead_letter_queue(self, "Undelivered", key=platform.key)
        own = [each for each in context.event_accounts if each == context.hub_account]
        self.forwarded = DirectoryBus(self, "Bus", context=context) if others_of(context) else None
        rules = [
            *self._event_rules(context, "", own),
            *self._event_rules(context, "Forwarded", others_of(context), self.forwarded),
        ]
        for queue in (self.events.queue, self.undelivered):
            queue.add_to_resource_policy(delivered_by("TheEventRulesSend", queue, rules))
        reconcile_queue, delayed_queue = reconciler.requests.queue, reconciler.delayed.queue
        scan_queue = scanner.requests.queue
        self.intake = HubFunction(
            self,
            "Intake",
            service="intake",
            role_name=f"StudioHub-Intake-{context.hub_region}",
            platform=platform,
            timeout=INTAKE_TIMEOUT,
            environment={
                **directory_settings(context, tables),
                **queue_settings(reconcile=reconcile_queue, scan=scan_queue, delayed=delayed_queue),
                "STUDIO_HUB_MAPPINGS_TABLE": tables.mappings.table_name,
                # It lets intake tell delayed requests from events.
                "STUDIO_HUB_DELAYED_QUEUE_ARN": delayed_queue.queue_arn,
            },
            needs=[
                receiving("ReadEventsAndWhatWaited", self.events.queue, delayed_queue),
                sending("QueueRequests", reconcile_queue, scan_queue),
                # An event that does not name its subject causes a full sweep, at most once in a
                # quarter of an hour: the next one waits its turn.
                sending("LookAtEverythingInTime", delayed_queue),
                # An event of a group that no row names is dropped here.
                read_mappings(tables),
                # An event of a user without a record is dropped too. The hub's state holds the ids
                # of group names, and the time of the last full sweep.
                use_ledger(
                    "ReadWhetherUsersAreKnown",
                    tables,
                    ["dynamodb:Query"],
                    Family.PEOPLE,
                    Family.HUB,
                ),
                # The event of a deleted membership holds only its own id; the ledger knows its
                # user.
                query_index("ReadMembershipIndex", tables, LEDGER_BY_MEMBERSHIP),
                # Ids of group names, a pause because the identity source changed, the time of the
                # next full sweep, and the open problems.
                use_ledger(
                    "RememberWhatHoldsForAll",
                    tables,
                    ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                    Family.HUB,
                ),
                read_directory(
                    "FindTheMappedGroups", context, ["identitystore:GetGroupId"], "group"
                ),
                *decrypt_directory(context),
            ],
        )
        for name, queue in (("ReadsEvents", self.events.queue), ("ReadsLater", delayed_queue)):
            self.intake.reads(name, queue, batch_size=_BATCH, max_concurrency=_MAX_CONCURRENCY)

    def _event_rules(
        self, context: Context, kind: str, accounts: Sequence[str], bus: DirectoryBus | None = None
    ) -> list[events.CfnRule]:
        """Return the rules for these accounts, on their bus or else on the account's own."""
        if not accounts:
            return []
        return [
            events.CfnRule(
                self,
                f"{kind}{route}Rule",
                description=f"Changes of people and groups in IAM Identity Center ({route})",
                event_bus_name=bus.name if bus else None,
                # A forwarded event keeps the account of its origin, so no other writer to this bus
                # can send events of the directory.
                event_pattern={**pattern, "account": list(accounts)},
                targets=[rule_target("Events", self.events.queue, self.undelivered)],
            )
            for route, pattern in event_patterns(context.hub_region).items()
        ]
