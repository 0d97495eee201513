"""Reconciles users: reconcile.fifo, the function that reads it, and the delayed queue."""

from aws_cdk import Duration
from constructs import Construct

from hub.infrastructure.access_policies import change_assignments, enter_spokes
from hub.infrastructure.bus import HubBus
from hub.infrastructure.context import Context
from hub.infrastructure.function import HubFunction, receiving, redelivering, sending
from hub.infrastructure.function_platform import Platform
from hub.infrastructure.identity_store_policies import decrypt_directory, read_directory
from hub.infrastructure.queues import WorkQueue
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

_TIMEOUT = Duration.seconds(120)
# Users at once. Identity Store answers 20 calls a second for the whole organization, and one
# reconcile makes a handful of them: see docs/decisions/bounded-concurrency.md.
MAX_CONCURRENCY = 10


class Reconciler(Construct):
    """The function `reconcile` between its two queues.

    Attributes:
        requests: reconcile.fifo, with the requests of each user in order.
        delayed: delayed requests for users, groups and targets, and sweeps to start; intake moves
            each to its queue.
        reconcile: the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        context: Context,
        platform: Platform,
        tables: Tables,
        bus: HubBus,
        delayed_reader_timeout: Duration,
    ) -> None:
        super().__init__(scope, construct_id)
        self.requests = WorkQueue(
            self, "Requests", reader_timeout=_TIMEOUT, key=platform.key, fifo=True
        )
        self.delayed = WorkQueue(
            self,
            "Delayed",
            reader_timeout=delayed_reader_timeout,
            key=platform.key,
            waits_here=True,
        )
        self.reconcile = HubFunction(
            self,
            "Reconcile",
            service="reconcile",
            role_name=SystemRole.RECONCILE.name_in(context.hub_region),
            platform=platform,
            timeout=_TIMEOUT,
            environment={
                **decision_settings(context, tables),
                **queue_settings(reconcile=self.requests.queue, delayed=self.delayed.queue),
                "STUDIO_HUB_BUS_NAME": bus.name,
            },
            needs=[
                receiving("ReadReconcileRequests", self.requests.queue),
                # If a request cannot be requeued, its message is redelivered soon.
                redelivering("RedeliverWhoCannotWait", self.requests.queue),
                # A wait completes its message and returns as a new one.
                sending("RequeueReconcileRequests", self.delayed.queue),
                read_mappings(tables),
                # The user's records, other members of a group that lists nobody, held disruptions
                # in a target, and the state of the whole hub.
                use_ledger("ReadTheLedger", tables, ["dynamodb:Query"]),
                # How many profiles of ours are in a target: the removal limit is a part of them.
                query_index("CountOurProfiles", tables, LEDGER_BY_TARGET),
                # Each write names the version of the record that was read. One transaction also
                # writes the user's history and the groups that the user joined. A removal takes a
                # slot or is held. Ids of group names and unreachable targets are stored for the
                # whole hub.
                use_ledger(
                    "KeepTheLedger",
                    tables,
                    ["dynamodb:PutItem"],
                    Family.PEOPLE,
                    Family.GROUPS,
                    Family.HUB,
                    Family.LIMITS,
                    Family.HOLDS,
                ),
                keep_open_problems(tables),
                # Also the groups that the user left, and obsolete holds; nothing else is ever
                # deleted.
                use_ledger(
                    "ForgetWhatIsOver",
                    tables,
                    ["dynamodb:DeleteItem"],
                    Family.GROUPS,
                    Family.LIMITS,
                ),
                # The user's current status, user name and memberships.
                read_directory(
                    "ReadThePerson",
                    context,
                    ["identitystore:DescribeUser", "identitystore:ListGroupMembershipsForMember"],
                    "user",
                    "membership",
                ),
                # Ids of mapped group names. Also whether a group that the user is no longer in was
                # deleted or lists nobody: then no user left it one by one.
                read_directory(
                    "ReadTheMappedGroups",
                    context,
                    ["identitystore:GetGroupId", "identitystore:ListGroupMemberships"],
                    "group",
                    "membership",
                ),
                *decrypt_directory(context),
                enter_spokes(context),
                # The users of a domain's application: assigned as the last step, revoked as the
                # first.
                change_assignments(context),
                # Profile events, for tickets and mail.
                bus.publishing("PublishProfileEvents"),
            ],
        )
        self.reconcile.reads_requests(self.requests.queue, max_concurrency=MAX_CONCURRENCY)
