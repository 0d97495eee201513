"""Where groups and targets are looked through: scan.fifo, and look that reads it."""

from aws_cdk import Duration
from constructs import Construct

from hub.infrastructure.assignment_policies import list_assignments
from hub.infrastructure.context import Context
from hub.infrastructure.function import HubFunction, paged_listing, redelivering, sending
from hub.infrastructure.function_platform import Platform
from hub.infrastructure.identity_store_policies import decrypt_directory, read_directory
from hub.infrastructure.queues import WorkQueue
from hub.infrastructure.reconciler import Reconciler
from hub.infrastructure.spokes import read_spokes
from hub.infrastructure.table_policies import Family, query_index, read_mappings, use_ledger
from hub.infrastructure.tables import Tables
from shared.conventions import hub_role_names
from shared.messages import LEDGER_BY_TARGET

# A listing that takes longer goes on by message.
_TIMEOUT = Duration.seconds(300)
# The least that Lambda allows. Every listing takes from the 20 calls a second that Identity Store
# answers to the whole organization, and people who wait for access come first.
_MAX_CONCURRENCY = 2


class Scanner(Construct):
    """The function `scan` behind its queue; it queues who differs, to be reconciled.

    Attributes:
        looks: scan.fifo, in order for each group and target, so that no two sweeps meet on one.
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
            role_name=hub_role_names(context.hub_region)[1],
            platform=platform,
            timeout=_TIMEOUT,
            environment={
                "STUDIO_HUB_ACCOUNT": context.hub_account,
                "STUDIO_HUB_IDENTITY_STORE_ID": context.identity_store_id,
                "STUDIO_HUB_IDENTITY_ACCOUNT": context.identity_account,
                "STUDIO_HUB_MODE": context.mode,
                "STUDIO_HUB_REMOVAL_COUNT": str(context.removal_limit_count),
                "STUDIO_HUB_REMOVAL_PERCENT": str(context.removal_limit_percent),
                "STUDIO_HUB_MAPPINGS_TABLE": tables.mappings.table_name,
                "STUDIO_HUB_LEDGER_TABLE": tables.ledger.table_name,
                "STUDIO_HUB_RECONCILE_QUEUE_URL": reconcile_queue.queue_url,
                "STUDIO_HUB_SCAN_QUEUE_URL": scan_queue.queue_url,
                "STUDIO_HUB_DELAYED_QUEUE_URL": delayed_queue.queue_url,
            },
            needs=[
                paged_listing("ReadWhatToLookThrough", scan_queue),
                # What can be neither done nor put off comes back soon.
                redelivering("RedeliverWhatCannotWait", scan_queue),
                # Whoever differs is `reconcile`'s affair.
                sending("QueueWhoDiffers", reconcile_queue),
                # A round is a look at each group and target; a long listing is several looks.
                sending("QueueFurtherScans", scan_queue),
                # A look that cannot be finished now comes back.
                sending("PutOffWhatMustWait", delayed_queue),
                read_mappings(tables),
                # Copies of groups, profiles that are not ours, what is held, and what holds for all
                # are read by their keys; all records of everybody once a day, to be compared with
                # the people of the directory.
                use_ledger("ReadTheLedger", tables, ["dynamodb:Query", "dynamodb:Scan"]),
                # Who is in a target, according to the ledger.
                query_index("ReadWhoIsInATarget", tables, LEDGER_BY_TARGET),
                # Records that were lost, groups that were listed to their end, profiles that are
                # not ours, ids of group names and targets that do not answer; slots and holds of
                # removals that were found together.
                use_ledger("WriteWhatWasSeen", tables, ["dynamodb:PutItem"], *Family),
                # Which problems are open: each function adds and drops those that it judged.
                use_ledger("KeepOpenProblems", tables, ["dynamodb:UpdateItem"], Family.HUB),
                # Members who joined a group or left it, many at a time.
                use_ledger("CopyMembers", tables, ["dynamodb:BatchWriteItem"], Family.GROUPS),
                # A profile of somebody else that is gone from its target, and a held removal that
                # nothing calls for any more.
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
                # Once a day everybody: who was disabled or deleted without an event.
                read_directory("ListPeople", context, ["identitystore:ListUsers"], "user"),
                # Names of mapped groups to ids and back, and once a day all groups: who was
                # renamed or deleted without an event.
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
                # To list profiles there, and to see by what application and with what default role
                # people come into a domain: by a role that only reads.
                read_spokes(context),
                # Once a day: who is let in that the ledger does not tell of, and who is not.
                list_assignments(context),
            ],
        )
        self.scan.reads("ReadsRequests", scan_queue, batch_size=1, max_concurrency=_MAX_CONCURRENCY)
