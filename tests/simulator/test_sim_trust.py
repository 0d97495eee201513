"""Trust policies are evaluated as IAM does, or not at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import UnknownPolicyError
from simulator.trust import SET_SOURCE_IDENTITY, Caller, allows

HUB = "111111111111"
ROLE = f"arn:aws:iam::{HUB}:role/studio-hub-system/StudioHub-Reconcile-eu-west-1"
SESSION = f"arn:aws:sts::{HUB}:assumed-role/StudioHub-Reconcile-eu-west-1/reconcile"
CALLER = Caller(HUB, ROLE, SESSION)
CONTEXT = {
    "sts:ExternalId": "studio-hub/1/2",
    "aws:PrincipalOrgID": "o-a1b2c3d4e5",
    "sts:RoleSessionName": "reconcile-ada",
}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(principal: object = HUB, **more: object) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        **more,
    }


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (HUB, True),
        (f"arn:aws:iam::{HUB}:root", True),
        (ROLE, True),
        (SESSION, True),
        ("*", True),
        (["999999999999", ROLE], True),
        ("999999999999", False),
        ("arn:aws:iam::999999999999:root", False),
        (ROLE.replace("/studio-hub-system", ""), False),
        (f"arn:aws:iam::{HUB}:user/ada", False),
        ([], False),
    ],
)
def test_principals(principal: object, expected: bool) -> None:  # noqa: FBT001 -- a table of cases
    """Accounts, roots, roles and sessions match the principals they name, and no other."""
    assert allows(policy(allow(principal)), CALLER, CONTEXT) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"sts:ExternalId": "studio-hub/1/2"}}, True),
        ({"StringEquals": {"STS:externalid": ["x", "studio-hub/1/2"]}}, True),
        ({"StringEquals": {"sts:ExternalId": "STUDIO-HUB/1/2"}}, False),
        ({"StringEquals": {"sts:ExternalId": "studio-hub/*"}}, False),
        ({"StringLike": {"sts:ExternalId": "studio-hub/?/2"}}, True),
        ({"StringLike": {"sts:RoleSessionName": "reconcile-*"}}, True),
        ({"StringLike": {"sts:RoleSessionName": "look-*"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{HUB}:role/*/StudioHub-*"}}, True),
        ({"ArnEquals": {"aws:PrincipalArn": ROLE}}, True),
        ({"ArnEquals": {"aws:PrincipalArn": SESSION}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "*"}}, False),
        (
            {
                "StringEquals": {
                    "sts:ExternalId": "studio-hub/1/2",
                    "aws:PrincipalOrgID": "o-other",
                }
            },
            False,
        ),
        (
            {
                "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                "StringLike": {"aws:PrincipalArn": "*Reconcile*"},
            },
            True,
        ),
    ],
)
def test_conditions(condition: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 -- a table of cases
    """All conditions must hold; one of the values of a key suffices; keys fold case."""
    assert allows(policy(allow(Condition=condition)), CALLER, CONTEXT) is expected


def test_a_missing_key_does_not_match() -> None:
    """A wrong and a missing ExternalId are the same refusal."""
    document = policy(allow(Condition={"StringLike": {"sts:ExternalId": "*"}}))

    assert allows(document, CALLER, CONTEXT)
    assert not allows(document, CALLER, {})
    by_role = policy(allow(Condition={"StringLike": {"aws:PrincipalArn": "*"}}))
    assert not allows(by_role, Caller(HUB), CONTEXT)


def test_the_principal_arn_is_never_taken_from_the_request() -> None:
    """aws:PrincipalArn comes from the caller, whatever the context says."""
    document = policy(allow(Condition={"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/x"}}))

    assert not allows(document, CALLER, CONTEXT | {"aws:PrincipalArn": "arn:aws:iam::1:role/x"})


def test_a_deny_wins_in_any_order() -> None:
    """An applicable Deny beats every Allow; one that does not apply has no effect."""
    deny = allow(Effect="Deny", Condition={"StringEquals": {"sts:ExternalId": "studio-hub/1/2"}})

    for statements in ((allow(), deny), (deny, allow())):
        assert not allows(policy(*statements), CALLER, CONTEXT)
        assert allows(policy(*statements), CALLER, CONTEXT | {"sts:ExternalId": "other"})
    assert not allows(policy(), CALLER, CONTEXT)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sts:AssumeRole", True),
        ("sts:assumerole", True),
        (["sts:TagSession", "sts:AssumeRole"], True),
        ("sts:*", True),
        ("*", True),
        ("sts:TagSession", False),
        ("sts:AssumeRoleWithSAML", False),
    ],
)
def test_actions(action: object, expected: bool) -> None:  # noqa: FBT001 -- a table of cases
    """Only an action that covers sts:AssumeRole counts."""
    assert allows(policy(allow(Action=action)), CALLER, CONTEXT) is expected


def test_an_identity_is_set_by_its_own_right() -> None:
    """Assuming a role and naming the session are two actions, each with its own conditions."""
    mine = {"StringEquals": {"sts:SourceIdentity": "look@1"}}
    named = {**allow(Condition=mine), "Action": SET_SOURCE_IDENTITY}
    document = policy(allow(), named)
    told = CONTEXT | {"sts:SourceIdentity": "look@1"}

    assert allows(document, CALLER, told)
    assert allows(document, CALLER, told, SET_SOURCE_IDENTITY)
    assert not allows(document, CALLER, CONTEXT, SET_SOURCE_IDENTITY)
    assert not allows(policy(allow()), CALLER, told, SET_SOURCE_IDENTITY)
    assert not allows(policy(named), CALLER, told)


def test_services_are_no_callers_of_ours() -> None:
    """A role that Lambda may assume is not thereby open to the hub."""
    document = policy(allow() | {"Principal": {"Service": "lambda.amazonaws.com"}})

    assert not allows(document, CALLER, CONTEXT)


@pytest.mark.parametrize(
    "statement",
    [
        allow(Condition={"StringEqualsIfExists": {"sts:ExternalId": "x"}}),
        allow(Condition={"StringEquals": {"aws:SourceIp": "10.0.0.1"}}),
        allow(Condition={"StringEquals": {"sts:ExternalId": "${aws:username}"}}),
        allow("arn:aws:iam::111111111111:group/x"),
        allow() | {"Principal": {"CanonicalUser": "x"}},
        allow() | {"Principal": "111111111111"},
        allow(NotAction="x"),
        allow(Effect="Maybe"),
    ],
)
def test_what_is_not_simulated_is_not_guessed(statement: dict[str, Any]) -> None:
    """Unknown operators, keys, variables, principals and elements stop the run."""
    with pytest.raises(UnknownPolicyError):
        allows(policy(statement), CALLER, CONTEXT)


@given(st.text(max_size=30), st.text(max_size=30))
def test_equality_is_no_pattern(wanted: str, value: str) -> None:
    """StringEquals allows exactly the equal value, and StringLike at least that one."""
    if "${" in wanted:
        return
    context = CONTEXT | {"sts:ExternalId": value}
    equal = policy(allow(Condition={"StringEquals": {"sts:ExternalId": wanted}}))
    like = policy(allow(Condition={"StringLike": {"sts:ExternalId": wanted}}))

    assert allows(equal, CALLER, context) is (wanted == value)
    assert allows(like, CALLER, context) >= allows(equal, CALLER, context)
