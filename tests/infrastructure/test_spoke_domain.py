"""The optional Studio domain of a spoke: closed to users without a profile, kept for good."""

from collections.abc import Callable
from typing import Any

import pytest

Template = dict[str, Any]
Resources = dict[str, dict[str, Any]]

NETWORK = {
    "DomainVpcId": "vpc-0a1b2c3d",
    "DomainSubnetIds": "subnet-0a1b2c3d,subnet-1a1b2c3d",
    "DomainSecurityGroupIds": "sg-0a1b2c3d",
}


def test_a_domain_permits_nothing_by_default(deploy_spoke: Callable[..., Resources]) -> None:
    """SSO and VPC alone; its default role may do nothing; CloudTrail shows whose profile did it."""
    domain = deploy_spoke(Domain="create", **NETWORK)["StudioDomain"]
    suspended = "arn:aws:iam::222222222222:role/studio-hub-system/Suspended-eu-west-1"

    assert domain["Properties"] == {
        "DomainName": "studio-hub",
        "AuthMode": "SSO",
        "AppNetworkAccessType": "VpcOnly",
        "VpcId": "vpc-0a1b2c3d",
        "SubnetIds": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
        "DefaultUserSettings": {
            "ExecutionRole": suspended,
            "SecurityGroups": ["sg-0a1b2c3d"],
        },
        "DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
    }


def test_a_domain_outlives_its_stack(
    deploy_spoke: Callable[..., Resources], spoke_template: Template
) -> None:
    """It holds all home directories; and the role that it names exists before it."""
    domain = deploy_spoke(Domain="create", **NETWORK)["StudioDomain"]
    (before,) = domain["DependsOn"]

    assert (domain["DeletionPolicy"], domain["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert spoke_template["Resources"][before]["Metadata"]["aws:cdk:path"].endswith(
        "Suspended/Role"
    )


def test_an_existing_domain_is_left_alone(spoke: Resources) -> None:
    """A spoke makes no domain unless a parameter asks for it."""
    assert "StudioDomain" not in spoke


@pytest.mark.parametrize("missing", NETWORK)
def test_a_domain_needs_its_network(
    spoke_template: Template, evaluated: Callable[..., Any], missing: str
) -> None:
    """CloudFormation names the missing parameter before it makes anything."""
    given = {"Domain": "create"} | NETWORK | {missing: "none"}
    rule = spoke_template["Rules"]["DomainNeedsItsNetwork"]

    assert evaluated(spoke_template, rule["RuleCondition"], **given)
    assert [
        assertion["AssertDescription"]
        for assertion in rule["Assertions"]
        if not evaluated(spoke_template, assertion["Assert"], **given)
    ] == [f"Domain: create needs {missing}"]


def test_mapping_rows_are_ready_to_paste(
    spoke_template: Template, evaluated: Callable[..., Any]
) -> None:
    """Each execution role, made here or existing, comes with the options of `mappings add`."""
    outputs = spoke_template["Outputs"]
    options = {
        outputs[name]["Description"].rpartition(" ")[2]: evaluated(
            spoke_template, outputs[name]["Value"]
        )
        for name in ("Mapping1", "Mapping2", "Mapping3")
    }

    assert options == {
        role: "--target 222222222222/eu-west-1/<StudioDomain.DomainId> "
        f"--role-arn arn:aws:iam::222222222222:role/studio-hub/{role}"
        for role in ("DataScientist", "MLEngineer", "Analyst")
    }
    assert outputs["Target"]["Condition"] == "CreatesDomain"
    assert outputs["Mapping1"]["Condition"] == "CreatesDomain"
