"""The hub's roles in Identity Center's account: one assigns users to Studio, one only lists."""

from collections.abc import Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from hub.infrastructure.access_policies import CHANGING, LISTING, on_applications
from hub.infrastructure.context import Context
from hub.infrastructure.identity_store_policies import decrypt_directory
from hub.infrastructure.nag_suppressions import acknowledge_wildcards
from shared.conventions import SYSTEM_PATH, SystemRole, trust_policy

# Source: the Security Token Service's limit for role chaining, by which a function comes here.
_LONGEST_SESSION = Duration.hours(1)


class Assigner(Construct):
    """The assigner role, which `reconcile` may assume, and the reader role, for `scan` alone."""

    def __init__(self, scope: Construct, construct_id: str, *, context: Context) -> None:
        super().__init__(scope, construct_id)
        self._role(
            "Role",
            context,
            arn=SystemRole.ASSIGNER.arn(context.identity_account, context.hub_region),
            trusted=SystemRole.RECONCILE.name_in(context.hub_region),
            description="Studio Hub assigns users to the applications of Studio domains with it",
            # Assigning is the last step of a grant, and revoking the first step of a removal.
            needs=[on_applications("ManageAssignments", context, CHANGING)],
        )
        self._role(
            "Reader",
            context,
            arn=SystemRole.ASSIGNMENT_READER.arn(context.identity_account, context.hub_region),
            trusted=SystemRole.SCAN.name_in(context.hub_region),
            description="Studio Hub lists who is assigned to the applications of Studio domains",
            # Once a day: assignments that the ledger does not know, and those that are missing.
            needs=[on_applications("ListAssignments", context, LISTING)],
        )

    def _role(
        self,
        construct_id: str,
        context: Context,
        *,
        arn: str,
        trusted: str,
        description: str,
        needs: Sequence[iam.PolicyStatement],
    ) -> None:
        statements = [*needs, *decrypt_directory(context)]
        role = iam.CfnRole(
            self,
            construct_id,
            role_name=arn.rpartition("/")[2],
            path=SYSTEM_PATH,
            description=description,
            max_session_duration=int(_LONGEST_SESSION.to_seconds()),
            assume_role_policy_document=trust_policy(
                aws=Aws.PARTITION,
                hub_account=context.hub_account,
                hub_role_name=trusted,
                account=context.identity_account,
                organization_id=context.organization_id,
            ),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="Assignments",
                    policy_document=iam.PolicyDocument(statements=statements),
                )
            ],
        )
        acknowledge_wildcards(role, statements)
