"""Where people are looked at, one at a time: users.fifo, converge, and `later` for the waiting."""

from aws_cdk import Duration
from constructs import Construct

from hub.infrastructure.context import Context
from hub.infrastructure.directory import read_directory
from hub.infrastructure.function import HubFunction, Package, reading, sending
from hub.infrastructure.queues import WorkQueue
from hub.infrastructure.records import Records
from hub.infrastructure.spokes import enter_spokes
from hub.infrastructure.tables import Family, read_mappings, use_ledger
from shared.conventions import hub_role_names

_TIMEOUT = Duration.seconds(120)
# People at once. Identity Store answers 20 calls a second for the whole organization, and one look
# makes a handful of them: see docs/decisions/bounded-concurrency.md.
MAX_CONCURRENCY = 10


class Reconciler(Construct):
    """The converge function between its two queues.

    Attributes:
        users: users.fifo, hints of people, in the order of each person's hints.
        later: people, groups and targets to be looked at again after a delay, and rounds to begin;
            intake brings each to the queue where its kind waits.
        converge: the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        context: Context,
        package: Package,
        records: Records,
        later_reader_timeout: Duration,
    ) -> None:
        super().__init__(scope, construct_id)
        self.users = WorkQueue(self, "Users", reader_timeout=_TIMEOUT, fifo=True)
        self.later = WorkQueue(self, "Later", reader_timeout=later_reader_timeout)
        self.converge = HubFunction(
            self,
            "Converge",
            service="converge",
            role_name=hub_role_names(context.hub_region)[0],
            package=package,
            timeout=_TIMEOUT,
            environment={
                "STUDIO_HUB_ACCOUNT": context.hub_account,
                "STUDIO_HUB_IDENTITY_STORE_ID": context.identity_store_id,
                "STUDIO_HUB_MODE": context.mode,
                "STUDIO_HUB_MAPPINGS_TABLE": records.mappings.table_name,
                "STUDIO_HUB_LEDGER_TABLE": records.ledger.table_name,
                "STUDIO_HUB_LATER_QUEUE_URL": self.later.queue.queue_url,
            },
            needs=[
                reading("ReadWhomToLookAt", self.users.queue),
                # A wait completes its message and comes back as a new one.
                sending("PutOffWhoMustWait", self.later.queue),
                read_mappings(records),
                # What was made for the person, and what holds for the whole hub.
                use_ledger("ReadTheLedger", records, ["dynamodb:Query"]),
                # Every record is written over the version that was read; with it, in one
                # transaction, go the groups that the person joined. Ids of group names and targets
                # that do not answer are remembered for everybody.
                use_ledger(
                    "KeepTheLedger",
                    records,
                    ["dynamodb:PutItem"],
                    Family.PEOPLE,
                    Family.GROUPS,
                    Family.HUB,
                ),
                # And the groups that the person left; nothing else is ever deleted.
                use_ledger("ForgetMembers", records, ["dynamodb:DeleteItem"], Family.GROUPS),
                # The truth about a person: standing, user name, memberships.
                read_directory(
                    "ReadThePerson",
                    context,
                    ["identitystore:DescribeUser", "identitystore:ListGroupMembershipsForMember"],
                    "user",
                    "membership",
                ),
                # Names of mapped groups to ids, and whether a group that lists somebody no more
                # was deleted: nobody left it then.
                read_directory(
                    "ReadTheMappedGroups",
                    context,
                    ["identitystore:GetGroupId", "identitystore:DescribeGroup"],
                    "group",
                ),
                enter_spokes(context),
            ],
        )
        self.converge.reads(
            "ReadsUsers", self.users.queue, batch_size=1, max_concurrency=MAX_CONCURRENCY
        )
