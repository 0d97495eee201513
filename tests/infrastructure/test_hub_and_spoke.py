"""What holds between the stacks: names, who may assume which role, and no wholesale right."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from shared.conventions import SystemRole, external_id

Resources = dict[str, dict[str, Any]]

HUB, HUB_REGION = "111111111111", "eu-central-1"
SPOKE, REGION = "222222222222", "eu-west-1"


def test_hub_and_spoke_agree_on_names(hub: Resources, spoke: Resources) -> None:
    """Both stacks and the functions take every name from one place."""
    trusted = [
        hub[f"{path}/Role"]["Properties"] for path in ("Reconciler/Reconcile", "Scanner/Scan")
    ]
    here = [spoke[f"Access/{name}"]["Properties"] for name in ("Role", "Reader")]
    named = [f"role{role['Path']}{role['RoleName']}" for role in here]

    assert tuple(role["RoleName"] for role in trusted) == (
        SystemRole.RECONCILE.name_in("eu-west-1"),
        SystemRole.SCAN.name_in("eu-west-1"),
    )
    assert SystemRole.ACCESS.arn(SPOKE, REGION).endswith(named[0])
    assert SystemRole.READER.arn(SPOKE, REGION).endswith(named[1])


def test_each_function_may_assume_its_own_role_alone(hub: Resources, spoke: Resources) -> None:
    """`reconcile` may assume one role and `scan` the other, and no role trusts both.

    Neither function's wildcard covers the other's role.
    """
    for function, path, role, arn in (
        (SystemRole.RECONCILE, "Reconciler/Reconcile", "Role", SystemRole.ACCESS.arn),
        (SystemRole.SCAN, "Scanner/Scan", "Reader", SystemRole.READER.arn),
    ):
        trust = spoke[f"Access/{role}"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert {each["Condition"]["ArnEquals"]["aws:PrincipalArn"] for each in trust} == {
            function.arn(HUB, HUB_REGION)
        }
        assert trust[0]["Condition"]["StringEquals"]["sts:ExternalId"] == external_id(HUB, SPOKE)
        (statement,) = [
            each
            for each in hub[f"{path}/Role"]["Properties"]["Policies"][0]["PolicyDocument"][
                "Statement"
            ]
            if "sts:AssumeRole" in each["Action"]
        ]
        assumed = [
            other
            for other in (SystemRole.ACCESS.arn, SystemRole.READER.arn)
            if fnmatchcase(other(SPOKE, REGION), statement["Resource"])
        ]
        assert assumed == [arn]


def test_scan_reads_and_changes_nothing(spoke: Resources, identity: Resources) -> None:
    """Code that runs as `scan` has no right to change a spoke or the directory.

    Its roles in other accounts are made for it alone; no session policy of its own narrows them.
    """
    allowed = {
        action
        for role in (spoke["Access/Reader"], identity["Assigner/Reader"])
        for policy in role["Properties"]["Policies"]
        for action in actions(policy["PolicyDocument"])
    }

    assert allowed == {
        "sagemaker:DescribeDomain",
        "sagemaker:DescribeUserProfile",
        "sagemaker:ListTags",
        "sagemaker:ListUserProfiles",
        "sso:ListApplicationAssignments",
        "sso:GetApplicationAssignmentConfiguration",
        "kms:Decrypt",
        # The checks of a target: the roles that rows call for, what may be passed, and the quota.
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "servicequotas:GetServiceQuota",
    }


@pytest.mark.parametrize("stack", ["hub", "hub_elsewhere", "identity", "spoke"])
def test_nothing_is_allowed_wholesale(stack: str, request: pytest.FixtureRequest) -> None:
    """No role of any stack is allowed everything, or everything of a service."""
    resources: Resources = request.getfixturevalue(stack)
    allowed = [
        action
        for resource in resources.values()
        for policy in resource["Properties"].get("Policies", [])
        for action in actions(policy["PolicyDocument"])
    ]

    assert allowed
    assert not [action for action in allowed if "*" in action]


def actions(document: dict[str, Any]) -> list[str]:
    """Return every action that a policy allows."""
    return [
        action
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    ]
