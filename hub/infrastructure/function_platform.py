"""The functions' platform: their package, and the company's key, network and signature.

Everything but the package is the company's own, for companies that require it. A synthesis looks up
none of it on AWS, and the stack does not write the key's policy.
"""

from dataclasses import dataclass

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from hub.infrastructure.context import Context

_HTTPS = 443
# Source: the Lambda developer guide, execution roles for functions in a VPC, and the managed policy
# AWSLambdaVPCAccessExecutionRole. Lambda creates the interfaces in the role's name.
INTERFACE_ACTIONS = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]

# Source: the DynamoDB developer guide, encryption at rest with a customer managed key.
TABLE_ACTIONS = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The code of the functions, with its runtime and processor architecture."""

    code: lambda_.Code
    runtime: str
    architecture: str


def customer_key(scope: Construct, context: Context) -> kms.IKey | None:
    """Return the company's key for a stack's data; None if AWS's own keys encrypt it."""
    if context.kms_key_arn is None:
        return None
    return kms.Key.from_key_arn(scope, "CustomerKey", context.kms_key_arn)


class Platform(Construct):
    """What every function has beyond its own needs.

    Attributes:
        package: the code of the functions.
        key: encrypts all data of the stack; None for AWS's own keys.
        security_group_id: lets the functions call out by HTTPS and accepts no connection; None
            without a VPC. The company's endpoints must accept it.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, context: Context, package: Package
    ) -> None:
        super().__init__(scope, construct_id)
        self.package = package
        self._region = context.hub_region
        self._network = context.vpc
        self.key = customer_key(self, context)
        self.security_group_id = self._security_group()
        self._signing = self._code_signing(context.code_signing_profile_arn)

    def needs(self) -> list[iam.PolicyStatement]:
        """Return the rights that each function has besides its own."""
        return [*self._use_of_the_key(), *self._interfaces()]

    def harden(self, function: lambda_.CfnFunction) -> None:
        """Put a function into the subnets, and require a signature on its code."""
        if self._network is not None and self.security_group_id is not None:
            function.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
                subnet_ids=list(self._network.subnet_ids),
                security_group_ids=[self.security_group_id],
            )
        if self._signing is not None:
            function.code_signing_config_arn = self._signing.attr_code_signing_config_arn

    def _security_group(self) -> str | None:
        if self._network is None:
            return None
        return ec2.CfnSecurityGroup(
            self,
            "SecurityGroup",
            vpc_id=self._network.vpc_id,
            group_description="Functions of Studio Hub: out by HTTPS, nothing in",
            security_group_egress=[
                # Any address: DynamoDB's gateway endpoint has public ones.
                ec2.CfnSecurityGroup.EgressProperty(
                    description="To the endpoints of AWS",
                    ip_protocol="tcp",
                    from_port=_HTTPS,
                    to_port=_HTTPS,
                    cidr_ip="0.0.0.0/0",
                )
            ],
        ).attr_group_id

    def _code_signing(self, profile_arn: str | None) -> lambda_.CfnCodeSigningConfig | None:
        if profile_arn is None:
            return None
        return lambda_.CfnCodeSigningConfig(
            self,
            "CodeSigning",
            description="Studio Hub's functions run code that the company signed, and no other",
            allowed_publishers=lambda_.CfnCodeSigningConfig.AllowedPublishersProperty(
                signing_profile_version_arns=[profile_arn]
            ),
            code_signing_policies=lambda_.CfnCodeSigningConfig.CodeSigningPoliciesProperty(
                untrusted_artifact_on_deployment="Enforce"
            ),
        )

    def _use_of_the_key(self) -> list[iam.PolicyStatement]:
        """Return the right to use the key through the three services that use it for a function.

        Sources: the SQS developer guide, key management: a producer needs both actions, a consumer
        the first; the DynamoDB developer guide, encryption at rest; the Lambda developer guide,
        environment variables.
        """
        if self.key is None:
            return []
        arn = self.key.key_arn

        def through(sid: str, service: str, actions: list[str]) -> iam.PolicyStatement:
            via = f"{service}.{self._region}.amazonaws.com"
            return iam.PolicyStatement(
                sid=sid,
                actions=actions,
                resources=[arn],
                conditions={"StringEquals": {"kms:ViaService": via}},
            )

        return [
            through("ReadItsSettings", "lambda", ["kms:Decrypt"]),
            through("UseEncryptedQueues", "sqs", ["kms:Decrypt", "kms:GenerateDataKey"]),
            # Lambda reads a table's stream in the function's name, through DynamoDB too.
            through("UseEncryptedTables", "dynamodb", TABLE_ACTIONS),
        ]

    def _interfaces(self) -> list[iam.PolicyStatement]:
        """Return the right to network interfaces, for Lambda alone and never for the code.

        Source: the Lambda developer guide, functions in a VPC: a call that the code makes carries
        `lambda:SourceFunctionArn`, one that Lambda makes does not.
        """
        if self._network is None:
            return []
        functions = f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{Aws.ACCOUNT_ID}:function:*"
        return [
            iam.PolicyStatement(
                sid="ConnectToTheNetwork", actions=INTERFACE_ACTIONS, resources=["*"]
            ),
            iam.PolicyStatement(
                sid="NoNetworkForTheCode",
                effect=iam.Effect.DENY,
                actions=INTERFACE_ACTIONS,
                resources=["*"],
                conditions={"ArnLike": {"lambda:SourceFunctionArn": functions}},
            ),
        ]
