"""The spoke's template: its parameters, its outputs, and that StackSets accept it unchanged."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from templates import policies_of

Template = dict[str, Any]
Resources = dict[str, dict[str, Any]]

SHARED = ("studio", "logs", "find", "data", "jobs", "network")
GROUP_ROLES = {"Roles/DataScientist", "Roles/MLEngineer", "Roles/Analyst"}


def test_nothing_but_roles(spoke: Resources) -> None:
    """A spoke is made of roles alone, and of the policies that the groups' roles share."""
    types = {path: resource["Type"] for path, resource in spoke.items()}
    roles = {"Access/Role", "Access/Reader", "Suspended/Role"} | GROUP_ROLES

    assert types == dict.fromkeys(roles, "AWS::IAM::Role") | dict.fromkeys(
        {f"RolesPolicies/{name}" for name in SHARED}, "AWS::IAM::ManagedPolicy"
    )


def test_needs_no_bootstrap(spoke_template: Template, cloud_assembly: Path) -> None:
    """No asset, no bootstrap version, no rule about one, and small enough to need no bucket."""
    text = (cloud_assembly / "StudioSpoke.template.json").read_text()

    assert set(spoke_template) == {
        "Description",
        "Parameters",
        "Rules",
        "Conditions",
        "Resources",
        "Outputs",
    }
    assert "BootstrapVersion" not in spoke_template["Parameters"]
    assert "aws:asset" not in text
    assert "AWS::CDK::Metadata" not in text
    # Source: CloudFormation quotas, size of a template body in a request.
    assert len(text.encode()) <= 51_200
    # With room for differences in the writer's spelling.
    assert len(_as_the_cdk_sends_it(json.loads(text))) <= 51_000


class _Yaml(yaml.SafeDumper):
    """Writes as the CDK's `deploy` does: every list indented, no line broken."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 (PyYAML's signature)
        super().increase_indent(flow, indentless and False)


def _as_the_cdk_sends_it(template: Template) -> bytes:
    # cdk.json leaves the paths of constructs out.
    for resource in template["Resources"].values():
        resource.pop("Metadata", None)
    text = yaml.dump(template, Dumper=_Yaml, width=10**6, sort_keys=False)
    return text.encode()


def test_templates_have_their_names(cloud_assembly: Path) -> None:
    """The template in cdk.out has the stack's name."""
    assert {path.name for path in cloud_assembly.glob("*.template.json")} == {
        "StudioHub.template.json",
        "StudioHubDeployment.template.json",
        "StudioIdentity.template.json",
        "StudioSpoke.template.json",
    }


def test_existing_execution_roles_are_not_made(deploy_spoke: Callable[..., Resources]) -> None:
    """The second Region of an account gets its own three roles only."""
    assert set(deploy_spoke(ExecutionRoles="existing")) == {
        "Access/Role",
        "Access/Reader",
        "Suspended/Role",
    }


def test_a_boundary_bounds_the_execution_roles(
    spoke: Resources, deploy_spoke: Callable[..., Resources]
) -> None:
    """The boundary is set on roles of groups, never on the roles that remove access."""
    boundary = "arn:aws:iam::222222222222:policy/Boundary"
    bounded = deploy_spoke(PermissionsBoundaryArn=boundary)

    assert {
        path: resource["Properties"]["PermissionsBoundary"]
        for path, resource in bounded.items()
        if "PermissionsBoundary" in resource["Properties"]
    } == dict.fromkeys(GROUP_ROLES, boundary)
    assert not [path for path, role in spoke.items() if "PermissionsBoundary" in role["Properties"]]


def test_parameters_of_the_spoke(spoke_template: Template) -> None:
    """A parameter without a safe value has no default."""
    parameters = spoke_template["Parameters"]

    assert {name: parameter.get("Default") for name, parameter in parameters.items()} == {
        "HubAccount": None,
        "HubRegion": None,
        "OrganizationId": None,
        "ExecutionRoles": "create",
        "AdditionalPassableRoleArns": "",
        "PermissionsBoundaryArn": "",
        "JobSubnetIds": "none",
        "JobSecurityGroupIds": "none",
        "DataBucketArns": "none",
        "ImageRegistryAccounts": "763104351884",
        "InstanceTypes": "*",
        "SpaceRemoteAccess": "deny",
        "Domain": "existing",
        "DomainName": "studio-hub",
        "DomainVpcId": "none",
        "DomainSubnetIds": "none",
        "DomainSecurityGroupIds": "none",
    }
    assert parameters["ExecutionRoles"]["AllowedValues"] == ["create", "existing"]
    assert parameters["AdditionalPassableRoleArns"]["Type"] == "CommaDelimitedList"
    assert all(parameter["ConstraintDescription"] for parameter in parameters.values())
    assert all(parameter["Description"] for parameter in parameters.values())


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ("HubAccount", ["111111111111"], ["", "11111111111", "1111111111111", "x11111111111"]),
        ("HubRegion", ["eu-west-1", "us-gov-east-1"], ["", "eu-west", "EU-WEST-1", "eu-west-1a"]),
        ("OrganizationId", ["o-exampleorgid"], ["", "*", "o-short", "r-exampleorgid"]),
        (
            "AdditionalPassableRoleArns",
            ["", "arn:aws:iam::222222222222:role/service-role/Made_by+Hand"],
            ["*", "arn:aws:iam::222222222222:role/*", "arn:aws:iam::222222222222:user/x"],
        ),
        ("JobSubnetIds", ["none", "subnet-0a1b2c3d"], ["", "*", "sg-0a1b2c3d"]),
        ("JobSecurityGroupIds", ["none", "sg-0a1b2c3d"], ["", "*", "subnet-0a1b2c3d"]),
        (
            "DataBucketArns",
            ["none", "arn:aws:s3:::studio-data", "arn:aws-cn:s3:::a.b"],
            ["", "*", "studio-data", "arn:aws:s3:::studio-*", "arn:aws:s3:::data/prefix"],
        ),
        ("ImageRegistryAccounts", ["763104351884"], ["", "*", "none", "76310435188"]),
        ("InstanceTypes", ["*", "ml.m5.*", "ml.t3.medium"], ["", "ml.*", "m5.large", "ml.m5*"]),
        ("DomainName", ["studio-hub", "A"], ["", "-a", "a-", "a b", "a" * 64]),
        ("DomainVpcId", ["none", "vpc-0a1b2c3d4e5f60718"], ["", "*", "vpc-1", "subnet-0a1b2c3d"]),
        ("DomainSubnetIds", ["none", "subnet-0a1b2c3d"], ["", "*", "vpc-0a1b2c3d"]),
        ("DomainSecurityGroupIds", ["none", "sg-0a1b2c3d"], ["", "*", "subnet-0a1b2c3d"]),
        (
            "PermissionsBoundaryArn",
            ["", "arn:aws:iam::222222222222:policy/p/Boundary", "arn:aws:iam::aws:policy/Read"],
            ["*", "arn:aws:iam::222222222222:role/Boundary", "arn:aws:iam::222222222222:policy/*"],
        ),
    ],
)
def test_a_parameter_refuses_invalid_values(
    spoke_template: Template, parameter: str, good: list[str], bad: list[str]
) -> None:
    """CloudFormation refuses a wildcard or a wrong id before it makes anything."""
    pattern = re.compile(spoke_template["Parameters"][parameter]["AllowedPattern"])

    assert [value for value in good if pattern.fullmatch(value)] == good
    assert [value for value in bad if pattern.fullmatch(value)] == []


def test_outputs_have_what_a_mapping_needs(spoke_template: Template) -> None:
    """The operator reads from the outputs what rows and checks are made of."""
    outputs = spoke_template["Outputs"]

    assert set(outputs) == {
        "AccessRoleArn",
        "ExternalId",
        "SuspendedRoleArn",
        "TargetPrefix",
        "ExecutionRoleArns",
        "Target",
        "ApplicationArn",
        "Mapping1",
        "Mapping2",
        "Mapping3",
    }
    assert outputs["ExecutionRoleArns"]["Condition"] == "CreatesExecutionRoles"
    assert all(output["Description"] for output in outputs.values())


def test_outputs_have_the_right_form(
    spoke_template: Template, evaluated: Callable[..., Any]
) -> None:
    """A target begins with account and Region; role ARNs are those of the conventions."""
    outputs = {
        name: evaluated(spoke_template, output["Value"])
        for name, output in spoke_template["Outputs"].items()
    }

    assert outputs["ExternalId"] == "studio-hub/111111111111/222222222222"
    assert outputs["AccessRoleArn"] == "<Access/Role.Arn>"
    assert outputs["TargetPrefix"] == "222222222222/eu-west-1/"
    assert (
        outputs["SuspendedRoleArn"]
        == "arn:aws:iam::222222222222:role/studio-hub-system/Suspended-eu-west-1"
    )
    assert outputs["ExecutionRoleArns"].split(",") == [
        f"arn:aws:iam::222222222222:role/studio-hub/{name}"
        for name in ("DataScientist", "MLEngineer", "Analyst")
    ]


@pytest.mark.parametrize("name", ["DataScientist", "MLEngineer", "Analyst"])
def test_a_group_role_belongs_to_studio_alone(spoke: Resources, name: str) -> None:
    """Its path lets the hub pass it, its trust lets Studio of this account assume it."""
    role = spoke[f"Roles/{name}"]["Properties"]

    assert (role["Path"], role["RoleName"]) == ("/studio-hub/", name)
    assert role["ManagedPolicyArns"] == [
        f"<RolesPolicies/{shared}>" for shared in (SHARED[:3] if name == "Analyst" else SHARED)
    ]
    assert role["Tags"] == [{"Key": "studio-hub:prefix", "Value": name.lower()}]
    assert (
        role["AssumeRolePolicyDocument"]
        == (spoke["Suspended/Role"]["Properties"]["AssumeRolePolicyDocument"])
    )


@pytest.mark.parametrize("name", ["DataScientist", "MLEngineer", "Analyst"])
def test_no_group_role_changes_profiles(spoke: Resources, name: str) -> None:
    """Nobody in Studio can change a profile, its tags or any role but the own."""
    changing = {"AddTags", "DeleteTags", "CreateUserProfile", "UpdateUserProfile"}
    touching = [
        statement["Sid"]
        for document in policies_of(spoke, f"Roles/{name}").values()
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        and any(f"sagemaker:{verb}" in statement["Action"] for verb in changing)
        and ("user-profile" in str(statement["Resource"]) or statement["Resource"] == "*")
    ]

    assert touching == []
