"""The StudioHubDeployment stack: CloudFormation's rights to deploy the hub, and no others.

The hub's account is bootstrapped with this policy instead of AdministratorAccess. A new resource of
the hub needs its rights here first.

Sources: the schemas of CloudFormation's resource types, which name the rights of each handler; the
Service Authorization Reference for resources and condition keys; the CDK guide on bootstrapping.
"""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from hub.infrastructure.context import Context
from hub.infrastructure.deployment_rights import (
    EVENT_SOURCE_TAGS,
    EVENT_SOURCES,
    KEY,
    NETWORK,
    NETWORK_READS,
    OF_THE_STACK,
    ON_ALL,
    PASS_TO_LAMBDA,
    ROLES,
    ROLES_WITH_BOUNDARY,
    SIGNING,
    SUBSCRIPTION,
)
from hub.infrastructure.nag_suppressions import acknowledge_deployment
from shared.conventions import SYSTEM_PATH

# Names that CloudFormation generates begin with the stack's name.
HUB_STACK = "StudioHub"
_BOUNDARY = "@aws-cdk/core:permissionsBoundary"
_QUALIFIER = "@aws-cdk/core:bootstrapQualifier"


def deployment_policy_name(region: str) -> str:
    """Return the name of the policy; its path is that of the product's own roles."""
    return f"StudioHubDeployment-{region}"


class StudioHubDeployment(cdk.Stack):
    """Deployed to the hub's account before its bootstrap, by whoever bootstraps it.

    It needs no bootstrap itself, and creates one managed policy.
    """

    def __init__(self, scope: Construct, construct_id: str, *, context: Context) -> None:
        super().__init__(
            scope,
            construct_id,
            env=cdk.Environment(account=context.hub_account, region=context.hub_region),
            description="Studio Hub: what CloudFormation may do in the hub's account",
            synthesizer=cdk.BootstraplessSynthesizer(),
            analytics_reporting=False,
            termination_protection=True,
        )
        self._account, self._home = context.hub_account, context.hub_region
        rights = [
            *self._of_the_stack(),
            *self._roles(),
            *self._of_the_company(context),
            *self._of_the_bootstrap(),
        ]
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=deployment_policy_name(context.hub_region),
            path=SYSTEM_PATH,
            description="What CloudFormation needs to deploy StudioHub, and no more",
            statements=rights,
        )
        acknowledge_deployment(policy, rights)
        cdk.CfnOutput(self, "PolicyArn", value=policy.managed_policy_arn)

    def _arn(self, service: str, resource: str, *, is_global: bool = False) -> str:
        region = "" if is_global else self._home
        return f"arn:{Aws.PARTITION}:{service}:{region}:{self._account}:{resource}"

    def _of_the_stack(self) -> list[iam.PolicyStatement]:
        """Return the rights on the stack's resources, by the beginning of their names."""
        named = f"{HUB_STACK}-*"
        resources = {
            "Tables": [self._arn("dynamodb", f"table/{named}")],
            "Queues": [self._arn("sqs", named)],
            "Topic": [self._arn("sns", named)],
            "Functions": [self._arn("lambda", f"function:{named}")],
            "Logs": [self._arn("logs", f"log-group:{named}")],
            "Watching": [
                self._arn("cloudwatch", f"alarm:{named}"),
                self._arn("cloudwatch", f"dashboard/{named}", is_global=True),
            ],
            "Events": [
                self._arn("events", f"rule/{named}"),
                self._arn("events", f"rule/studio-hub-directory/{named}"),
                self._arn("events", "event-bus/studio-hub*"),
            ],
        }
        of_functions = {"ArnLike": {"lambda:FunctionArn": resources["Functions"]}}
        return [
            *(_allow(sid, OF_THE_STACK[sid], aims) for sid, aims in resources.items()),
            # Nobody knows a mapping's id beforehand; the function that it feeds is the limit.
            _allow("EventSources", EVENT_SOURCES, ["*"], of_functions),
            _allow(
                "EventSourceTags",
                EVENT_SOURCE_TAGS,
                [self._arn("lambda", "event-source-mapping:*")],
            ),
            _allow("WithoutResource", ON_ALL, ["*"]),
        ]

    def _roles(self) -> list[iam.PolicyStatement]:
        """Return the rights on the functions' roles: inline policies alone, within a boundary.

        The boundary is the one that the company gives to all stacks, if any. A role that is created
        without it is then refused.
        """
        roles = [self._arn("iam", f"role{SYSTEM_PATH}{HUB_STACK}-*", is_global=True)]
        passed = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
        return [
            _allow("Roles", ROLES, roles),
            _allow("RolesInTheirBoundary", ROLES_WITH_BOUNDARY, roles, self._boundary()),
            _allow("PassRoles", PASS_TO_LAMBDA, roles, passed),
        ]

    def _boundary(self) -> Mapping[str, Mapping[str, str]] | None:
        given = self.node.try_get_context(_BOUNDARY)
        if not given:
            return None
        arn = given.get("arn") or self._arn("iam", f"policy/{given['name']}", is_global=True)
        return {"StringEquals": {"iam:PermissionsBoundary": arn}}

    def _of_the_company(self, context: Context) -> list[iam.PolicyStatement]:
        """Return the rights for the company's mail, key, network and signature."""
        rights: list[iam.PolicyStatement] = []
        if context.alarm_email is not None:
            rights.append(_allow("Subscription", SUBSCRIPTION, ["*"]))
        if context.kms_key_arn is not None:
            via = [f"{each}.{self._home}.amazonaws.com" for each in ("dynamodb", "lambda")]
            through = {"StringEquals": {"kms:ViaService": via}}
            rights.append(_allow("Key", KEY, [context.kms_key_arn], through))
        if context.vpc is not None:
            aims = [
                self._arn("ec2", f"vpc/{context.vpc.vpc_id}"),
                self._arn("ec2", "security-group/*"),
            ]
            rights.append(_allow("SecurityGroup", NETWORK, aims))
            rights.append(_allow("SeeTheNetwork", NETWORK_READS, ["*"]))
        if context.code_signing_profile_arn is not None:
            rights.append(_allow("Signing", SIGNING, ["*"]))
        return rights

    def _of_the_bootstrap(self) -> list[iam.PolicyStatement]:
        """Return the rights to the uploaded package and to the bootstrap's version."""
        qualifier = self.node.try_get_context(_QUALIFIER) or "hnb659fds"
        bucket = f"cdk-{qualifier}-assets-{self._account}-{self._home}"
        version = f"parameter/cdk-bootstrap/{qualifier}/version"
        return [
            _allow(
                "ReadThePackage",
                ["s3:GetObject", "s3:GetObjectVersion"],
                [f"arn:{Aws.PARTITION}:s3:::{bucket}/*"],
            ),
            _allow("ReadTheVersion", ["ssm:GetParameters"], [self._arn("ssm", version)]),
        ]


def _allow(
    sid: str,
    actions: list[str],
    resources: list[str],
    conditions: Mapping[str, object] | None = None,
) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=resources, conditions=conditions)
