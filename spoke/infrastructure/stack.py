"""The StudioSpoke stack: a Studio account's grants to the hub, and its execution roles."""

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from shared.conventions import external_id
from spoke.infrastructure.access import Access
from spoke.infrastructure.domain import Domain
from spoke.infrastructure.domain_parameters import DomainParameters
from spoke.infrastructure.execution_role_parameters import ExecutionRoleParameters
from spoke.infrastructure.execution_roles import ExecutionRole
from spoke.infrastructure.parameters import Parameters
from spoke.infrastructure.roles import ExecutionRoles, SuspendedRole, arn_text


class StudioSpoke(cdk.Stack):
    """Deployed once per Studio account and Region.

    Its template has parameters instead of context, no assets, and needs no bootstrap, so that
    CloudFormation StackSets accept it unchanged.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, execution_roles: Sequence[ExecutionRole]
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Studio Hub: lets the hub account keep Studio user profiles here",
            synthesizer=cdk.BootstraplessSynthesizer(),
            analytics_reporting=False,
            # Users work with its roles.
            termination_protection=True,
            # Without a bucket CloudFormation accepts 51,200 bytes at most, and companies add roles
            # of their own. Source: CloudFormation quotas.
            suppress_template_indentation=True,
        )
        parameters = Parameters(self)
        suspended = SuspendedRole(self, "Suspended")
        access = Access(self, "Access", parameters=parameters, suspended_role_arn=suspended.arn)
        ExecutionRoles(
            self,
            "Roles",
            parameters=parameters,
            lists=ExecutionRoleParameters(self).lists,
            roles=execution_roles,
        )
        self._output(
            "AccessRoleArn", access.role.attr_arn, "The role by which the hub changes profiles"
        )
        self._output(
            "ExternalId",
            cdk.Fn.sub(external_id("${HubAccount}", "${AWS::AccountId}")),
            "What the hub says then",
        )
        self._output("SuspendedRoleArn", suspended.arn, "The role of whose access has ended")
        self._output(
            "TargetPrefix",
            cdk.Fn.sub("${AWS::AccountId}/${AWS::Region}/"),
            "How a row's target begins; the domain's id follows",
        )
        self._tell_of_domain(suspended, execution_roles)
        if execution_roles:
            self._output(
                "ExecutionRoleArns",
                cdk.Fn.sub(",".join(arn_text(role) for role in execution_roles)),
                "The group-level execution roles made here",
            ).condition = parameters.creates_roles

    def _tell_of_domain(
        self, suspended: SuspendedRole, execution_roles: Sequence[ExecutionRole]
    ) -> None:
        """Create the domain that the parameters ask for; output the values for its mapping rows."""
        asked = DomainParameters(self)
        domain = Domain(self, "StudioDomain", parameters=asked, suspended=suspended)
        target = f"${{AWS::AccountId}}/${{AWS::Region}}/{domain.id_text}"
        for name, value, description in (
            ("Target", cdk.Fn.sub(target), "The target of rows for this domain"),
            ("ApplicationArn", domain.application_arn, "What the hub assigns people to"),
        ):
            self._output(name, value, description).condition = asked.creates
        for number, role in enumerate(execution_roles, start=1):
            self._output(
                f"Mapping{number}",
                cdk.Fn.sub(f"--target {target} --role-arn {arn_text(role)}"),
                f"For mappings add: {role.name}",
            ).condition = asked.creates

    def _output(self, name: str, value: str, description: str) -> cdk.CfnOutput:
        return cdk.CfnOutput(self, name, value=value, description=description)
