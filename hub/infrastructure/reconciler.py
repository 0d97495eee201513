"""Where people are looked at, one at a time: users.fifo, converge, and `later` for the waiting."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from hub.infrastructure.context import Context
from hub.infrastructure.directory import read_groups, read_people
from hub.infrastructure.function import HubFunction, Package, reading, sending
from hub.infrastructure.queues import WorkQueue
from hub.infrastructure.records import Records
from shared.conventions import SYSTEM_PATH, access_role_name, hub_role_names

_TIMEOUT = Duration.seconds(120)
# People at once. Identity Store answers 20 calls a second for the whole organization, and one look
# makes a handful of them: see docs/decisions/bounded-concurrency.md.
MAX_CONCURRENCY = 10


class Reconciler(Construct):
    """The converge function between its two queues.

    Attributes:
        users: users.fifo, hints of people, in the order of each person's hints.
        later: people to be looked at again after a delay; intake brings them back to `users`.
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
                # Rows are read all together: a row's absence counts only in a complete read.
                iam.PolicyStatement(
                    sid="ReadTheMappings",
                    actions=["dynamodb:Scan"],
                    resources=[records.mappings.table_arn],
                ),
                # Every write is conditional on the version that was read; nothing is deleted.
                iam.PolicyStatement(
                    sid="KeepTheLedger",
                    actions=["dynamodb:Query", "dynamodb:PutItem"],
                    resources=[records.ledger.table_arn],
                ),
                # The truth about a person: standing, user name, memberships.
                read_people(
                    "ReadThePerson",
                    context,
                    ["identitystore:DescribeUser", "identitystore:ListGroupMembershipsForMember"],
                ),
                # Names of mapped groups to ids, and whether a group that lists somebody no more
                # was deleted: nobody left it then.
                read_groups(
                    "ReadTheMappedGroups",
                    context,
                    ["identitystore:GetGroupId", "identitystore:DescribeGroup"],
                ),
                _enter_spokes(context),
            ],
        )
        self.converge.reads(
            "ReadsUsers", self.users.queue, batch_size=1, max_concurrency=MAX_CONCURRENCY
        )


def _enter_spokes(context: Context) -> iam.PolicyStatement:
    """Return the right to assume access roles, only in accounts of the organization.

    Any account: registering a spoke needs no redeployment of the hub. The spoke's trust policy
    decides, and the role's fixed name and path keep every other role out.
    """
    return iam.PolicyStatement(
        sid="EnterTheSpokes",
        actions=["sts:AssumeRole"],
        resources=[f"arn:{Aws.PARTITION}:iam::*:role{SYSTEM_PATH}{access_role_name('*')}"],
        conditions={"StringEquals": {"aws:ResourceOrgID": context.organization_id}},
    )
