"""The roles that Studio users get: one per group, and the one that takes everything away."""

import re
from collections.abc import Sequence
from typing import Any

from aws_cdk import Acknowledgment, Aws, Fn, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.conventions import ROLE_PATH, SYSTEM_PATH, suspended_role_name
from spoke.infrastructure.execution_roles import ExecutionRole
from spoke.infrastructure.findings import acknowledge_declared
from spoke.infrastructure.parameters import Parameters
from spoke.infrastructure.statements import document

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class SuspendedRole(Construct):
    """The role of whoever lost access: Studio may assume it, and it may do nothing.

    Attributes:
        arn: its ARN, known before it exists.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        name = suspended_role_name("${AWS::Region}")
        self.arn = Fn.sub(
            f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{SYSTEM_PATH}{name}"
        )
        iam.CfnRole(
            self,
            "Role",
            role_name=Fn.sub(name),
            path=SYSTEM_PATH,
            description="Without any permission: for Studio users whose access has ended",
            assume_role_policy_document=_trust_studio(),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="Nothing",
                    # Denied, not only ungranted: a resource's policy may grant to a whole account.
                    policy_document=document(
                        {
                            "Sid": "NothingAtAll",
                            "Effect": "Deny",
                            "Action": "*",
                            "Resource": "*",
                        }
                    ),
                )
            ],
        )


class ExecutionRoles(Construct):
    """The group-level execution roles, where the parameter asks for them.

    Attributes:
        arns: of all of them, in the order of the file.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parameters: Parameters,
        roles: Sequence[ExecutionRole],
    ) -> None:
        super().__init__(scope, construct_id)
        self.arns = [_arn(role) for role in roles]
        boundary = Fn.condition_if(
            parameters.has_boundary.logical_id, parameters.permissions_boundary_arn, Aws.NO_VALUE
        )
        for role in roles:
            made = iam.CfnRole(
                self,
                role.name,
                role_name=role.name,
                path=ROLE_PATH,
                description=role.description,
                assume_role_policy_document=_trust_studio(),
                managed_policy_arns=[_filled_in(arn, role) for arn in role.managed_policies],
                permissions_boundary=boundary.to_string(),
                policies=[
                    iam.CfnRole.PolicyProperty(
                        policy_name="Needs",
                        policy_document=document(
                            *(_filled_in(statement, role) for statement in role.statements)
                        ),
                    )
                ],
            )
            made.cfn_options.condition = parameters.creates_roles
            acknowledge_declared(made, role.statements)
            Validations.of(made).acknowledge(
                Acknowledgment(
                    id="CloudFormation-Validate::F3033",
                    reason="it reads the parameter's empty default past the condition beside it",
                )
            )


def _trust_studio() -> dict[str, Any]:
    return document(
        {
            "Sid": "StudioOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            # The second is what a domain asks for that puts the profile's name into CloudTrail
            # (ExecutionRoleIdentityConfig); without it no app would start there.
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        }
    )


def _arn(role: ExecutionRole) -> str:
    return Fn.sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{ROLE_PATH}{role.name}")


def _filled_in(value: Any, role: ExecutionRole) -> Any:  # noqa: ANN401 (a JSON value of any depth)
    """Return the value with the placeholders of its texts filled in; IAM's variables stay.

    Through Fn::Sub, which is shorter than what tokens become: a template of more than 51,200 bytes
    could not be deployed without a bucket. Source: CloudFormation quotas.
    """
    match value:
        case str():
            names = {
                "partition": "${AWS::Partition}",
                "account": "${AWS::AccountId}",
                "role_arn": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role"
                f"{ROLE_PATH}{role.name}",
            }
            text = _VARIABLE.sub(lambda found: names.get(found[1], f"${{!{found[1]}}}"), value)
            return Fn.sub(text) if "${AWS::" in text else value
        case list():
            return [_filled_in(item, role) for item in value]
        case dict():
            return {key: _filled_in(item, role) for key, item in value.items()}
    return value
