"""Scans groups and targets: scan.fifo, and the function `scan`, which reads it."""

from aws_cdk import Duration
from constructs import Construct

from hub.infrastructure.access_policies import list_assignments, read_spokes
from hub.infrastructure.context import Context
from hub.infrastructure.function import HubFunction, receiving, redelivering, sending
from hub.infrastructure.function_platform import Platform
from hub.infrastructure.identity_store_policies import decrypt_directory, read_directory
from hub.infrastructure.queues import WorkQueue
from hub.infrastructure.reconciler import Reconciler
from hub.infrastructure.settings import decision_settings, queue_settings
from hub.infrastructure.table_policies import (
    Family,
    keep_open_problems,
    query_index,
    read_mappings,
    use_ledger,
)
from hub.infrastructure.tables import Tables
from shared.conventions import SystemRole
from shared.storage import LEDGER_BY_TARGET

# A listing that takes longer continues by message.
_TIMEOUT = Duration.seconds(300)
# The least that Lambda allows. Every listing uses the 20 calls a second that Identity Store answers
# to the whole organization, and users who wait for access come first.
_MAX_CONCURRENCY = 2


class Scanner(Construct):
    """The function `scan` behind its queue; it queues users with drift for `reconcile`.

    Attributes:
        requests: scan.fifo, in order for each group and target, so that no two sweeps scan one at
            once.
        scan: the function.
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
    ) -> None:
        super().__init__(scope, construct_id)
        self.requests = WorkQueue(
            self, "Requests", reader_timeout=_TIMEOUT, key=platform.key, fifo=True
        )
        scan_queue, reconcile_queue, delayed_queue = (
            self.requests.queue,
            reconciler.requests.queue,
            reconciler.delayed.queue,
        )
        self.scan = HubFunction(
            self,
            "Scan",
            service="scan",
            role_name=SystemRole.SCAN.name_in(context.hub_region),
            platform=platform,
            timeout=_TIMEOUT,
            environment={
                **decision_settings(context, tables),
                **queue_settings(reconcile=reconcile_queue, scan=scan_queue, delayed=delayed_queue),
            },
            needs=[
                receiving("ReadScanRequests", scan_queue),
                # A request that can be neither finished nor requeued is redelivered soon.
                redelivering("RedeliverWhatCannotWait", scan_queue),
                # `reconcile` handles every user with drift.
                sending("QueueWhoDiffers", reconcile_queue),
                # A sweep is a scan of each group and target; a long listing is several scans.
                sending("QueueFurtherScans", scan_queue),
                # A scan that cannot be finished now is requeued.
                sending("RequeueScanRequests", delayed_queue),
                read_mappings(tables),
                # Group snapshots, unmanaged profiles, holds and the hub's state are read by their
                # keys. Once a day all records are read, to be compared with the directory's users.
                use_ledger("ReadTheLedger", tables, ["dynamodb:Query", "dynamodb:Scan"]),
                # A target's users, according to the ledger.
                query_index("ReadWhoIsInATarget", tables, LEDGER_BY_TARGET),
                # Lost records, groups that were listed to their end, unmanaged profiles, ids of
                # group names and unreachable targets; slots and holds of removals that were found
                # together.
                use_ledger("WriteScanFindings", tables, ["dynamodb:PutItem"], *Family),
                keep_open_problems(tables),
                # Members who joined a group or left it, many at a time.
                use_ledger("CopyMembers", tables, ["dynamodb:BatchWriteItem"], Family.GROUPS),
                # An unmanaged profile that is gone from its target, and an obsolete held removal.
                use_ledger(
                    "ForgetWhatIsGone",
                    tables,
                    ["dynamodb:DeleteItem"],
                    Family.TARGETS,
                    Family.LIMITS,
                ),
                # A group, member by member.
                read_directory(
                    "ListMembers",
                    context,
                    ["identitystore:ListGroupMemberships"],
                    "group",
                    "membership",
                ),
                # Once a day all users: who was disabled or deleted without an event.
                read_directory("ListPeople", context, ["identitystore:ListUsers"], "user"),
                # Names of mapped groups to ids and back, and once a day all groups: which of them
                # were renamed or deleted without an event.
                read_directory(
                    "ReadGroups",
                    context,
                    [
                        "identitystore:GetGroupId",
                        "identitystore:DescribeGroup",
                        "identitystore:ListGroups",
                    ],
                    "group",
                ),
                *decrypt_directory(context),
                # To list profiles there, and to read a domain's application and default role: with
                # a role that only reads.
                read_spokes(context),
                # Once a day: assignments that the ledger does not know, and those that are missing.
                list_assignments(context),
            ],
        )
        self.scan.reads_requests(scan_queue, max_concurrency=_MAX_CONCURRENCY)
