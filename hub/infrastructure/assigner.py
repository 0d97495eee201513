"""The role by which the hub assigns people to Studio, in the account of Identity Center."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from hub.infrastructure.assigning import CHANGING, LISTING, on_applications
from hub.infrastructure.context import Context
from hub.infrastructure.directory import decrypt_directory
from hub.infrastructure.findings import acknowledge_wildcards
from shared.conventions import SYSTEM_PATH, assigner_role_arn, trust_policy

# Source: the Security Token Service's limit for role chaining, which is how a function comes here.
_LONGEST_SESSION = Duration.hours(1)


class Assigner(Construct):
    """The assigner role, trusted by converge and look of the hub, and by nobody else."""

    def __init__(self, scope: Construct, construct_id: str, *, context: Context) -> None:
        super().__init__(scope, construct_id)
        account = context.identity_account
        needs = [
            # Let in last of all, and put out first of all.
            on_applications("LetPeopleIn", context, CHANGING),
            # Once a day: who is let in that the ledger does not tell of, and who is not.
            on_applications("SeeWhoIsLetIn", context, LISTING),
            *decrypt_directory(context),
        ]
        role = iam.CfnRole(
            self,
            "Role",
            role_name=assigner_role_arn(account, context.hub_region).rpartition("/")[2],
            path=SYSTEM_PATH,
            description="Studio Hub assigns people to the applications of Studio domains with it",
            max_session_duration=int(_LONGEST_SESSION.to_seconds()),
            assume_role_policy_document=trust_policy(
                aws=Aws.PARTITION,
                hub_account=context.hub_account,
                hub_region=context.hub_region,
                spoke_account=account,
                organization_id=context.organization_id,
            ),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="Assignments",
                    policy_document=iam.PolicyDocument(statements=needs),
                )
            ],
        )
        acknowledge_wildcards(role, needs)
