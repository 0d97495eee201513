"""A Studio domain that permits nothing to a user without a profile of the hub."""

from aws_cdk import Acknowledgment, CfnDeletionPolicy, Stack, Validations
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from spoke.infrastructure.domain_parameters import DomainParameters
from spoke.infrastructure.roles import SuspendedRole


class Domain(Construct):
    """A domain in SSO mode, in a VPC alone, if the parameter asks for one.

    Attributes:
        id: the domain's id.
        application_arn: users are assigned to it, so that they may sign in.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parameters: DomainParameters,
        suspended: SuspendedRole,
    ) -> None:
        super().__init__(scope, construct_id)
        domain = sagemaker.CfnDomain(
            self,
            "Resource",
            domain_name=parameters.name,
            auth_mode="SSO",
            app_network_access_type="VpcOnly",
            vpc_id=parameters.vpc_id,
            subnet_ids=parameters.subnet_ids,
            default_user_settings=sagemaker.CfnDomain.UserSettingsProperty(
                # A user who signs in without a profile gets one, with this role. Shared spaces have
                # no role: none can be created until an administrator gives one. Source: Amazon
                # SageMaker administration workshop; API reference, CreateDomain.
                execution_role=suspended.arn,
                security_groups=parameters.security_group_ids,
            ),
            domain_settings=sagemaker.CfnDomain.DomainSettingsProperty(
                # CloudTrail then shows for each call with an execution role which profile made it.
                execution_role_identity_config="USER_PROFILE_NAME",
            ),
        )
        # Its ARN is known before it exists, and Studio requires it to exist.
        domain.node.add_dependency(suspended)
        domain.cfn_options.condition = parameters.creates
        # The parameters are `none` only if there is no domain; no linter sees the condition.
        Validations.of(domain).acknowledge(
            Acknowledgment(
                id="CloudFormation-Validate::E1150",
                reason="the parameters name no network only where no domain is made",
            )
        )
        domain.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W1030"]}})
        # It holds every user's home directory.
        domain.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
        domain.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        # In the form of Fn::Sub, which is much shorter than a Fn::Join.
        self.id_text = f"${{{Stack.of(self).get_logical_id(domain)}.DomainId}}"
        self.application_arn = domain.attr_single_sign_on_application_arn
