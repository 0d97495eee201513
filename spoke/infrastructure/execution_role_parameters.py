"""The parameters of a spoke's group-level roles: their network, data and images."""

from aws_cdk import Aws, CfnCondition, CfnParameter, CfnRule, CfnRuleAssertion, Fn, Stack, Token

from spoke.infrastructure.domain_parameters import NOTHING

# Sources: S3's naming rules, EC2's forms of ids, ECR's registry ids, SageMaker's instance types.
_BUCKET = r"^none$|^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
_SUBNET = r"^none$|^subnet-([0-9a-f]{8}|[0-9a-f]{17})$"
_GROUP = r"^none$|^sg-([0-9a-f]{8}|[0-9a-f]{17})$"
_ACCOUNT = r"^\d{12}$"
_INSTANCE = r"^\*$|^ml\.[a-z0-9-]+\.(\*|[a-z0-9-]+)$"
# AWS's own images of frameworks, in most Regions. Source: AWS Deep Learning Containers, the list of
# available images.
_DEEP_LEARNING_CONTAINERS = "763104351884"
# Studio's own apps of this type ask for no machine. Source: SageMaker's API, ResourceSpec.
_NO_MACHINE = "system"


class ExecutionRoleParameters:
    """The parameters of the group-level execution roles.

    Attributes:
        lists: the value of each list that the file of roles may use.
    """

    def __init__(self, stack: Stack) -> None:
        subnets = _list(
            stack,
            "JobSubnetIds",
            _SUBNET,
            "Subnets of jobs and models, which else run isolated only",
            "ids of subnets, or none",
        )
        groups = _list(
            stack,
            "JobSecurityGroupIds",
            _GROUP,
            "Security groups of jobs and models, not those of apps",
            "ids of security groups, or none",
        )
        buckets = _list(
            stack,
            "DataBucketArns",
            _BUCKET,
            "Buckets in which each role has its prefix; none: the SageMaker SDK's default bucket",
            "ARNs of S3 buckets, without wildcards, or none",
        )
        registries = _list(
            stack,
            "ImageRegistryAccounts",
            _ACCOUNT,
            "Accounts whose ECR images may be used beside this account's",
            "AWS accounts, 12 digits each",
            _DEEP_LEARNING_CONTAINERS,
        )
        instance_types = _list(
            stack,
            "InstanceTypes",
            _INSTANCE,
            "Instance types of apps, jobs and endpoints",
            "instance types of SageMaker, or *",
            "*",
        )
        remote_access = CfnParameter(
            stack,
            "SpaceRemoteAccess",
            description="allow: spaces may let remote IDEs in, which sign in by IAM",
            default="deny",
            allowed_values=["allow", "deny"],
            constraint_description="allow or deny",
        ).value_as_string
        allows = CfnCondition(
            stack,
            "AllowsSpaceRemoteAccess",
            expression=Fn.condition_equals(remote_access, "allow"),
        )
        has_buckets = CfnCondition(
            stack,
            "HasDataBuckets",
            expression=Fn.condition_not(Fn.condition_equals(Fn.join("", buckets), NOTHING)),
        )
        sdk_bucket = "arn:${AWS::Partition}:s3:::sagemaker-${AWS::Region}-${AWS::AccountId}"
        self.lists = {
            "data_buckets": _either(has_buckets, buckets, [Fn.sub(sdk_bucket)]),
            "image_registries": _with(Aws.ACCOUNT_ID, registries),
            "instance_types": _with(_NO_MACHINE, instance_types),
            "job_security_groups": groups,
            "job_subnets": subnets,
            "remote_access": _either(allows, ["DISABLED", "ENABLED"], ["DISABLED"]),
        }
        CfnRule(
            stack,
            "JobsNeedTheirWholeNetwork",
            # The opposite case is safe: without a subnet there is no network.
            rule_condition=Fn.condition_not(Fn.condition_contains(subnets, NOTHING)),
            assertions=[
                CfnRuleAssertion(
                    assert_=Fn.condition_not(Fn.condition_contains(groups, NOTHING)),
                    assert_description="JobSubnetIds needs JobSecurityGroupIds",
                )
            ],
        )


def _list(
    stack: Stack, name: str, pattern: str, says: str, constraint: str, default: str = NOTHING
) -> list[str]:
    return CfnParameter(
        stack,
        name,
        type="CommaDelimitedList",
        description=says,
        default=default,
        allowed_pattern=pattern,
        constraint_description=constraint,
    ).value_as_list


def _either(condition: CfnCondition, one: list[str], other: list[str]) -> list[str]:
    return Token.as_list(Fn.condition_if(condition.logical_id, one, other))


def _with(first: str, others: list[str]) -> list[str]:
    return Fn.split(",", Fn.join(",", [first, Fn.join(",", others)]))
