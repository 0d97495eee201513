"""Where users are reconciled: reconcile.fifo, the function that reads it, and the delayed queue."""

from aws_cdk import Duration
from constructs import Construct

from hub.infrastructure.assignment_policies import change_assignments
from hub.infrastructure.bus import HubBus
from hub.infrastructure.context import Context
from hub.infrastructure.function import HubFunction, paged_listing, redelivering, sending
from hub.infrastructure.function_platform import Platform
from hub.infrastructure.identity_store_policies import decrypt_directory, read_directory
from hub.infrastructure.queues import WorkQueue
from hub.infrastructure.spokes import enter_spokes
from hub.infrastructure.table_policies import Family, query_index, read_mappings, use_ledger
from hub.infrastructure.tables import Tables
from shared.conventions import hub_role_names
from shared.messages import LEDGER_BY_TARGET

_TIMEOUT = Duration.seconds(120)
# People at once. Identity Store answers 20 calls a second for the whole organization, and one look
# makes a handful of them: see docs/decisions/bounded-concurrency.md.
MAX_CONCURRENCY = 10


class Reconciler(Construct):
    """The function `reconcile` between its two queues.

    Attributes:
        users: reconcile.fifo, hints of people, in the order of each person's hints.
        later: people, groups and targets to be looked at again after a delay, and rounds to begin;
            intake brings each to the queue where its kind waits.
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
            role_name=hub_role_names(context.hub_region)[0],
            platform=platform,
            timeout=_TIMEOUT,
            environment={
                "STUDIO_HUB_ACCOUNT": context.hub_account,
                "STUDIO_HUB_IDENTITY_STORE_ID": context.identity_store_id,
                "STUDIO_HUB_IDENTITY_ACCOUNT": context.identity_account,
                "STUDIO_HUB_MODE": context.mode,
                "STUDIO_HUB_REMOVAL_COUNT": str(context.removal_limit_count),
                "STUDIO_HUB_REMOVAL_PERCENT": str(context.removal_limit_percent),
                "STUDIO_HUB_BUS_NAME": bus.name,
                "STUDIO_HUB_MAPPINGS_TABLE": tables.mappings.table_name,
                "STUDIO_HUB_LEDGER_TABLE": tables.ledger.table_name,
                "STUDIO_HUB_RECONCILE_QUEUE_URL": self.requests.queue.queue_url,
                "STUDIO_HUB_DELAYED_QUEUE_URL": self.delayed.queue.queue_url,
            },
            needs=[
                paged_listing("ReadWhomToLookAt", self.requests.queue),
                # Where it cannot, the message itself comes back soon.
                redelivering("RedeliverWhoCannotWait", self.requests.queue),
                # A wait completes its message and comes back as a new one.
                sending("PutOffWhoMustWait", self.delayed.queue),
                read_mappings(tables),
                # What was made for the person, who else was in a group that lists nobody, what is
                # held in a target, and what holds for the whole hub.
                use_ledger("ReadTheLedger", tables, ["dynamodb:Query"]),
                # How many profiles of ours are in a target: the removal limit is a part of them.
                query_index("CountOurProfiles", tables, LEDGER_BY_TARGET),
                # Every record is written over the version that was read; with it, in one
                # transaction, go the history of the person and the groups that they joined. A
                # removal takes a slot or is held. Ids of group names and targets that do not
                # answer are remembered for everybody.
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
                # Which problems are open: each function adds and drops those that it judged.
                use_ledger("KeepOpenProblems", tables, ["dynamodb:UpdateItem"], Family.HUB),
                # And the groups that the person left, and what was held and is not called for any
                # more; nothing else is ever deleted.
                use_ledger(
                    "ForgetWhatIsOver",
                    tables,
                    ["dynamodb:DeleteItem"],
                    Family.GROUPS,
                    Family.LIMITS,
                ),
                # The truth about a person: standing, user name, memberships.
                read_directory(
                    "ReadThePerson",
                    context,
                    ["identitystore:DescribeUser", "identitystore:ListGroupMembershipsForMember"],
                    "user",
                    "membership",
                ),
                # Names of mapped groups to ids, and whether a group that the person is not in any
                # more was deleted, or lists nobody: nobody left it then.
                read_directory(
                    "ReadTheMappedGroups",
                    context,
                    ["identitystore:GetGroupId", "identitystore:ListGroupMemberships"],
                    "group",
                    "membership",
                ),
                *decrypt_directory(context),
                enter_spokes(context),
                # Whom a domain's application lets in: assigned last of all, revoked first of all.
                change_assignments(context),
                # What happened, for tickets and mail.
                bus.telling("TellWhatHappened"),
            ],
        )
        self.reconcile.reads(
            "ReadsRequests", self.requests.queue, batch_size=1, max_concurrency=MAX_CONCURRENCY
        )
