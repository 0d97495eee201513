"""The roles that the hub assumes in a spoke: each has one trusted function and minimal rights."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnTag, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.conventions import (
    ADDITIONAL_ROLES_POLICY,
    SYSTEM_PATH,
    VERSION,
    VERSION_TAG,
    SystemRole,
    trust_policy,
)
from spoke.infrastructure.nag_suppressions import acknowledge_access, acknowledge_unread
from spoke.infrastructure.parameters import Parameters
from spoke.infrastructure.rights import PASSED_TO_STUDIO, reading_rights, rights
from spoke.infrastructure.statements import document, substituted

# Source: the Security Token Service's limit for role chaining, by which a function comes here.
_LONGEST_SESSION = Duration.hours(1)


class Access(Construct):
    """The access role and the reader role.

    Attributes:
        role: trusts the hub's function that changes profiles, for at most an hour at a time.
        reader: trusts the hub's function that only reads, for as long.
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
        self.role = self._role(
            "Role",
            name=SystemRole.ACCESS.name_in("${AWS::Region}"),
            trusted=SystemRole.RECONCILE.name_in("${HubRegion}"),
            description="Studio Hub manages user profiles with it",
            policy="Profiles",
            statements=rights("${HubAccount}", suspended_role_arn),
        )
        self.reader = self._role(
            "Reader",
            name=SystemRole.READER.name_in("${AWS::Region}"),
            trusted=SystemRole.SCAN.name_in("${HubRegion}"),
            description="Studio Hub reads with it, and changes nothing",
            policy="Reads",
            statements=reading_rights(),
            tags=[CfnTag(key=VERSION_TAG, value=VERSION)],
        )
        self._pass_additional_roles(parameters)

    def _role(
        self,
        construct_id: str,
        *,
        name: str,
        trusted: str,
        description: str,
        policy: str,
        statements: Sequence[Mapping[str, Any]],
        tags: Sequence[CfnTag] = (),
    ) -> iam.CfnRole:
        role = iam.CfnRole(
            self,
            construct_id,
            role_name=substituted(name),
            path=SYSTEM_PATH,
            description=description,
            tags=tags or None,
            max_session_duration=int(_LONGEST_SESSION.to_seconds()),
            assume_role_policy_document=substituted(
                trust_policy(
                    aws="${AWS::Partition}",
                    hub_account="${HubAccount}",
                    hub_role_name=trusted,
                    account="${AWS::AccountId}",
                    organization_id="${OrganizationId}",
                )
            ),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name=policy, policy_document=substituted(document(*statements))
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
            policy_name=ADDITIONAL_ROLES_POLICY,
            roles=[self.role.ref],
            policy_document=document(
                {
                    # Roles that the company created elsewhere and that mapping rows name.
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
