"""The parameters of a spoke that creates a Studio domain too; all are optional otherwise."""

from aws_cdk import (
    CfnCondition,
    CfnParameter,
    CfnRule,
    CfnRuleAssertion,
    Fn,
    ICfnRuleConditionExpression,
    Stack,
)

# The value for no network; linters accept no empty text as an id.
NOTHING = "none"

# Sources: the SageMaker API model (domain names) and EC2's forms of ids.
_NAME = r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$"
_VPC = r"^none$|^vpc-([0-9a-f]{8}|[0-9a-f]{17})$"
_SUBNET = r"^none$|^subnet-([0-9a-f]{8}|[0-9a-f]{17})$"
_GROUP = r"^none$|^sg-([0-9a-f]{8}|[0-9a-f]{17})$"


class DomainParameters:
    """The parameters of an optional domain, and the rule that a domain needs its network."""

    def __init__(self, stack: Stack) -> None:
        domain = CfnParameter(
            stack,
            "Domain",
            description="create: this stack makes a Studio domain. existing: you have one",
            default="existing",
            allowed_values=["create", "existing"],
            constraint_description="create or existing",
        )
        self.name = CfnParameter(
            stack,
            "DomainName",
            description="The name of that domain",
            default="studio-hub",
            allowed_pattern=_NAME,
            constraint_description="1 to 63 letters, digits and inner hyphens",
        ).value_as_string
        vpc = CfnParameter(
            stack,
            "DomainVpcId",
            description="The VPC of that domain, its only network",
            default=NOTHING,
            allowed_pattern=_VPC,
            constraint_description="the id of a VPC, or none",
        )
        subnets = _ids(stack, "DomainSubnetIds", _SUBNET, "subnets", "Its subnets")
        groups = _ids(
            stack,
            "DomainSecurityGroupIds",
            _GROUP,
            "security groups",
            "The security groups of apps",
        )
        self.vpc_id = vpc.value_as_string
        self.subnet_ids = subnets.value_as_list
        self.security_group_ids = groups.value_as_list
        self.creates = CfnCondition(
            stack, "CreatesDomain", expression=_is(domain.value_as_string, "create")
        )
        CfnRule(
            stack,
            "DomainNeedsItsNetwork",
            rule_condition=_is(domain.value_as_string, "create"),
            assertions=[
                CfnRuleAssertion(
                    assert_=Fn.condition_not(_is(self.vpc_id, NOTHING)),
                    assert_description="Domain: create needs DomainVpcId",
                ),
                CfnRuleAssertion(
                    assert_=Fn.condition_not(Fn.condition_contains(self.subnet_ids, NOTHING)),
                    assert_description="Domain: create needs DomainSubnetIds",
                ),
                CfnRuleAssertion(
                    assert_=Fn.condition_not(
                        Fn.condition_contains(self.security_group_ids, NOTHING)
                    ),
                    assert_description="Domain: create needs DomainSecurityGroupIds",
                ),
            ],
        )


def _is(value: str, other: str) -> ICfnRuleConditionExpression:
    return Fn.condition_equals(value, other)


def _ids(stack: Stack, name: str, pattern: str, what: str, says: str) -> CfnParameter:
    return CfnParameter(
        stack,
        name,
        type="CommaDelimitedList",
        description=f"{says}, with commas between them",
        default=NOTHING,
        allowed_pattern=pattern,
        constraint_description=f"ids of {what}, or none",
    )
