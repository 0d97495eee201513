"""What holds between the two stacks: names, the look's narrowed sessions, nothing wholesale."""

import json
from typing import Any

import pytest

from hub.runtime.adapters.spoke_sessions import READ_ONLY
from shared.conventions import access_role_arn, external_id, hub_role_names, system_role_arn

Resources = dict[str, dict[str, Any]]

HUB, HUB_REGION = "111111111111", "eu-central-1"
SPOKE, REGION = "222222222222", "eu-west-1"


def test_hub_and_spoke_agree_on_names(hub: Resources, spoke: Resources) -> None:
    """Both stacks and the functions take every name from one place."""
    trusted = [hub[f"{path}/Role"]["Properties"] for path in ("Reconciler/Converge", "Sweep/Look")]
    access = spoke["Access/Role"]["Properties"]
    trust = access["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]

    assert tuple(role["RoleName"] for role in trusted) == hub_role_names("eu-west-1")
    assert access_role_arn(SPOKE, REGION).endswith(f"role{access['Path']}{access['RoleName']}")
    assert trust["StringEquals"]["sts:ExternalId"] == external_id(HUB, SPOKE)
    assert trust["ArnEquals"]["aws:PrincipalArn"] == [
        system_role_arn(HUB, HUB_REGION, name) for name in hub_role_names(HUB_REGION)
    ]


def test_a_look_only_reads(spoke: Resources) -> None:
    """What a look narrows its sessions to is allowed to the role, and changes nothing."""
    narrowed = set(actions(json.loads(READ_ONLY)))

    assert narrowed <= {
        action
        for policy in spoke["Access/Role"]["Properties"]["Policies"]
        for action in actions(policy["PolicyDocument"])
    }
    assert all(action.startswith(("sagemaker:List", "sagemaker:Describe")) for action in narrowed)


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
