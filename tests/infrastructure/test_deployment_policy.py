"""CloudFormation's rights in the hub's account: exactly what the template's resource types need."""

import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from cloudformation_rights import UNUSED, rights_asked_for_by, rights_named_by

from hub.infrastructure.context import Context

Resources = dict[str, dict[str, Any]]

# Source: IAM quotas: the characters of a managed policy, white space not counted.
LONGEST_POLICY = 6144
# CloudFormation reads the version of the bootstrap; no resource type names that.
BY_THE_BOOTSTRAP = {"ssm:GetParameters"}
# What each context key needs in addition.
OPTIONAL = ("ec2:", "kms:", "lambda:GetCodeSigningConfig")
# These actions create a role or give it more rights.
BOUNDED = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]


@pytest.mark.parametrize("assembly", ["cloud_assembly", "hardened"])
def test_cloudformation_gets_what_it_needs_and_no_more(
    assembly: str, request: pytest.FixtureRequest
) -> None:
    """The template's resource types give the actions, less those that ours never use."""
    out: Path = request.getfixturevalue(assembly)
    types = types_of(out)
    is_hardened = assembly == "hardened"
    needed = {
        right
        for each in types
        for right in rights_asked_for_by(each)
        if is_hardened or not right.startswith(OPTIONAL)
    }

    assert actions_of(out) - BY_THE_BOOTSTRAP == needed


def test_every_excluded_right_exists(hardened: Path) -> None:
    """Each exception is a right that some resource type of ours still names."""
    named = chain.from_iterable(rights_named_by(each) for each in types_of(hardened))

    assert set(chain.from_iterable(UNUSED.values())) <= set(named)


def test_roles_are_the_functions_own(cloud_assembly: Path) -> None:
    """No role outside the product's path is made or changed, and only Lambda may be given one."""
    roles = "arn:aws:iam::111111111111:role/studio-hub-system/StudioHub-*"
    of_iam = [each for each in statements_of(cloud_assembly) if "iam:" in json.dumps(each)]

    assert [each["Resource"] for each in of_iam] == [roles] * len(of_iam) != []
    assert [each["Condition"] for each in of_iam if each["Action"] == "iam:PassRole"] == [
        {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    ]


@pytest.mark.parametrize(
    "given",
    [{"name": "company-boundary"}, {"arn": "arn:aws:iam::111111111111:policy/company-boundary"}],
)
def test_roles_stay_in_their_boundary(
    synthesize: Callable[..., Path], context: Context, given: dict[str, str]
) -> None:
    """Where the company bounds all roles, none is made or given rights without the boundary."""
    out = synthesize(context, **{"@aws-cdk/core:permissionsBoundary": given})
    (bounded,) = (each for each in statements_of(out) if each["Action"] == BOUNDED)

    assert bounded["Condition"] == {
        "StringEquals": {
            "iam:PermissionsBoundary": "arn:aws:iam::111111111111:policy/company-boundary"
        }
    }


def test_a_bootstrap_of_another_name_is_read(
    synthesize: Callable[..., Path], context: Context
) -> None:
    """A bootstrap for the hub alone, beside the account's own, has its own bucket and version."""
    out = synthesize(context, **{"@aws-cdk/core:bootstrapQualifier": "studiohub"})

    text = json.dumps(statements_of(out))

    assert "arn:aws:s3:::cdk-studiohub-assets-111111111111-eu-west-1/*" in text
    assert "parameter/cdk-bootstrap/studiohub/version" in text
    assert "hnb659fds" not in text


@pytest.mark.parametrize("assembly", ["cloud_assembly", "hardened"])
def test_the_policy_is_one_that_iam_takes(assembly: str, request: pytest.FixtureRequest) -> None:
    """One managed policy is enough, even in a Region with a long name: the bootstrap names one."""
    statements = statements_of(request.getfixturevalue(assembly))
    document = {"Version": "2012-10-17", "Statement": statements}

    text = json.dumps(document, separators=(",", ":")).replace("eu-west-1", "ap-southeast-1")

    assert len(text) <= LONGEST_POLICY


def types_of(out: Path) -> set[str]:
    template = json.loads((out / "StudioHub.template.json").read_text(encoding="utf-8"))
    return {resource["Type"] for resource in template["Resources"].values()}


def statements_of(out: Path) -> list[dict[str, Any]]:
    text = (out / "StudioHubDeployment.template.json").read_text(encoding="utf-8")
    resources = json.loads(text)["Resources"].values()
    (policy,) = [each for each in resources if each["Type"] == "AWS::IAM::ManagedPolicy"]
    found: list[dict[str, Any]] = joined(policy["Properties"]["PolicyDocument"]["Statement"])
    return found


def joined(value: Any) -> Any:  # noqa: ANN401 (a JSON value of any depth)
    """Return a part of the template with its joins evaluated; the partition is `aws`."""
    if isinstance(value, list):
        return [joined(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        return "".join("aws" if isinstance(each, dict) else each for each in value["Fn::Join"][1])
    return {key: joined(part) for key, part in value.items()}


def actions_of(out: Path) -> set[str]:
    listed = [each["Action"] for each in statements_of(out)]
    return {action for each in listed for action in ([each] if isinstance(each, str) else each)}
