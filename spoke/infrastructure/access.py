"""The roles that the hub assumes here: whom each trusts, and that it has these rights alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.conventions import (
    SYSTEM_PATH,
    access_role_name,
    hub_role_names,
    reader_role_name,
    trust_policy,
)
from spoke.infrastructure.findings import acknowledge_access, acknowledge_unread
from spoke.infrastructure.parameters import Parameters
from spoke.infrastructure.rights import PASSED_TO_STUDIO, reading_rights, rights
from spoke.infrastructure.statements import document

# Source: the Security Token Service's limit for role chaining, which is how a function comes here.
_LONGEST_SESSION = Duration.hours(1)


class Access(Construct):
    """The access role and the reader role.

    Attributes:
        role: trusted by the hub's function that changes profiles, for at most an hour at a time.
        reader: trusted by the hub's function that only reads, for as long.
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
        converge, look = hub_role_names(parameters.hub_region)
        self.role = self._role(
            "Role",
            parameters,
            name=access_role_name(Aws.REGION),
            trusted=converge,
            description="Studio Hub creates, changes and removes Studio user profiles with it",
            policy="Profiles",
            statements=rights(parameters.hub_account, suspended_role_arn),
        )
        self.reader = self._role(
            "Reader",
            parameters,
            name=reader_role_name(Aws.REGION),
            trusted=look,
            description="Studio Hub lists Studio user profiles with it, and changes nothing",
            policy="Reads",
            statements=reading_rights(),
        )
        self._pass_additional_roles(parameters)

    def _role(
        self,
        construct_id: str,
        parameters: Parameters,
        *,
        name: str,
        trusted: str,
        description: str,
        policy: str,
        statements: Sequence[Mapping[str, Any]],
    ) -> iam.CfnRole:
        role = iam.CfnRole(
            self,
            construct_id,
            role_name=name,
            path=SYSTEM_PATH,
            description=description,
            max_session_duration=int(_LONGEST_SESSION.to_seconds()),
            assume_role_policy_document=trust_policy(
                aws=Aws.PARTITION,
                hub_account=parameters.hub_account,
                hub_role_name=trusted,
                account=Aws.ACCOUNT_ID,
                organization_id=parameters.organization_id,
            ),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name=policy, policy_document=document(*statements)
                )
            ],
        )
        acknowledge_access(role)
        return role

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
