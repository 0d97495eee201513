"""The roles of Studio users: one per group, and one without any permission."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Acknowledgment, Aws, CfnTag, Fn, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.conventions import ROLE_PATH, SYSTEM_PATH, SystemRole
from spoke.infrastructure.execution_roles import ExecutionRole, StatementSet
from spoke.infrastructure.nag_suppressions import acknowledge_declared
from spoke.infrastructure.parameters import Parameters
from spoke.infrastructure.placeholders import Placeholders
from spoke.infrastructure.statements import document

# The tag of a role that holds the prefix of the names that it creates.
PREFIX_TAG = "studio-hub:prefix"


class SuspendedRole(Construct):
    """The role of a suspended user: Studio may assume it, and it may do nothing.

    Attributes:
        arn: its ARN, known before it exists.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        name = SystemRole.SUSPENDED.name_in("${AWS::Region}")
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
                    # Denied, not only not granted: a resource's policy may grant to a whole
                    # account.
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
    """The group-level execution roles, if the parameter asks for them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parameters: Parameters,
        lists: Mapping[str, Sequence[str]],
        roles: Sequence[ExecutionRole],
    ) -> None:
        super().__init__(scope, construct_id)
        shared = {each.name: each for role in roles for each in role.shared}
        within = Construct(scope, f"{construct_id}Policies")
        policies = {
            each.name: _policy(within, each, Placeholders(_SHARED_TEXTS, lists), parameters)
            for each in shared.values()
        }
        boundary = Fn.condition_if(
            parameters.has_boundary.logical_id, parameters.permissions_boundary_arn, Aws.NO_VALUE
        )
        for role in roles:
            declared = Placeholders(_texts(role), lists)
            made = iam.CfnRole(
                self,
                role.name,
                role_name=role.name,
                path=ROLE_PATH,
                description=role.description,
                assume_role_policy_document=_trust_studio(),
                managed_policy_arns=[
                    *(policies[each.name] for each in role.shared),
                    *declared.fill_in([*role.managed_policies]),
                ],
                # Nobody can tag a session with another prefix: the trust does not allow it.
                tags=[CfnTag(key=PREFIX_TAG, value=role.prefix)] if role.has_prefix else None,
                permissions_boundary=boundary.to_string(),
                policies=[
                    iam.CfnRole.PolicyProperty(
                        policy_name="Needs",
                        policy_document=document(
                            *(declared.fill_in(dict(each)) for each in role.statements)
                        ),
                    )
                ],
            )
            made.cfn_options.condition = parameters.creates_roles
            acknowledge_declared(made, role.statements, declared)
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
            # A domain that writes the profile's name into CloudTrail (ExecutionRoleIdentityConfig)
            # needs the second; without it no app would start there.
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        }
    )


def arn_text(role: ExecutionRole) -> str:
    """Return the ARN of a group-level execution role, in the form of Fn::Sub."""
    return f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{ROLE_PATH}{role.name}"


def _policy(
    scope: Construct, included: StatementSet, declared: Placeholders, parameters: Parameters
) -> str:
    """Create the managed policy of statements that roles share, and return its ARN."""
    made = iam.CfnManagedPolicy(
        scope,
        included.name,
        path=ROLE_PATH,
        policy_document=document(*(declared.fill_in(dict(each)) for each in included.statements)),
    )
    made.cfn_options.condition = parameters.creates_roles
    acknowledge_declared(made, included.statements, declared)
    return made.ref


# The value of each placeholder, in the form of Fn::Sub.
_TEXTS = {"partition": "${AWS::Partition}", "account": "${AWS::AccountId}"}
# A policy of many roles finds the prefix of each in its tags.
_SHARED_TEXTS = _TEXTS | {"prefix": f"${{!aws:PrincipalTag/{PREFIX_TAG}}}"}


def _texts(role: ExecutionRole) -> dict[str, str]:
    return _TEXTS | {"role_arn": arn_text(role), "prefix": role.prefix}
