"""The role that the hub assumes here: whom it trusts, and that it has these rights alone."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.conventions import SYSTEM_PATH, access_role_name, trust_policy
from spoke.infrastructure.findings import acknowledge_access, acknowledge_unread
from spoke.infrastructure.parameters import Parameters
from spoke.infrastructure.rights import PASSED_TO_STUDIO, rights
from spoke.infrastructure.statements import document

# Source: the Security Token Service's limit for role chaining, which is how a function comes here.
_LONGEST_SESSION = Duration.hours(1)


class Access(Construct):
    """The access role.

    Attributes:
        role: trusted by the hub's two functions, for at most an hour at a time.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parameters: Parameters,
        suspended_role_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        hub_account = parameters.hub_account
        statements = rights(hub_account, suspended_role_arn)
        self.role = iam.CfnRole(
            self,
            "Role",
            role_name=access_role_name(Aws.REGION),
            path=SYSTEM_PATH,
            description="Studio Hub creates, changes and removes Studio user profiles with it",
            max_session_duration=int(_LONGEST_SESSION.to_seconds()),
            assume_role_policy_document=trust_policy(
                aws=Aws.PARTITION,
                hub_account=hub_account,
                hub_region=parameters.hub_region,
                spoke_account=Aws.ACCOUNT_ID,
                organization_id=parameters.organization_id,
            ),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="Profiles", policy_document=document(*statements)
                )
            ],
        )
        acknowledge_access(self.role)
        self._pass_additional_roles(parameters)

    def _pass_additional_roles(self, parameters: Parameters) -> None:
        # A policy of its own: CloudFormation cannot append a list to a list.
        policy = iam.CfnPolicy(
            self,
            "AdditionalRoles",
            policy_name="AdditionalRoles",
            roles=[self.role.ref],
            policy_document=document(
                {
                    # Roles that the company made elsewhere and mapping rows name.
                    "Sid": "PassAdditionalRoles",
                    "Effect": "Allow",
                    "Action": "iam:PassRole",
                    "Resource": parameters.additional_role_arns,
                    "Condition": PASSED_TO_STUDIO,
                }
            ),
        )
        policy.cfn_options.condition = parameters.has_additional_roles
        acknowledge_unread(policy)
