"""The names that hub and spoke agree on are the designed ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import conventions, naming
from shared.conventions import SystemRole

HUB, SPOKE = "111111111111", "222222222222"


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("us-east-1", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
        ("ca-central-1", "aws"),
    ],
)
def test_a_region_lies_in_a_partition(region: str, partition: str) -> None:
    """An ARN of the wrong partition refers to nothing."""
    assert conventions.partition(region) == partition


@pytest.mark.parametrize(
    ("group", "role"),
    [
        ("ml-scientists", "ml-scientists"),
        ("ML Scientists (EU)", "ML-Scientists-EU--9a3c37c4"),
        ("a / b", "a-b-d917a549"),
        ("a+b=c,d.e@f_g-h", "a+b=c,d.e@f_g-h"),
        ("Forschung Köln", "Forschung-K-ln-a96adc76"),
        ("###", "--56dc6d47"),
        ("x" * 64, "x" * 64),
        ("x" * 65, f"{'x' * 55}-9537c5fd"),
        ("é" * 1000, "--75628d88"),
    ],
)
def test_a_group_has_a_role_by_convention(group: str, role: str) -> None:
    """Rule 15: a legal name is used as it is; others get hyphens and a digest.

    Runs of other characters become hyphens. The digest is the first digits of the SHA-256 of the
    group's name.
    """
    assert naming.execution_role_name(group) == role


GROUP_NAMES = st.text(max_size=80) | st.text("ab -_(管é", max_size=70)


@given(GROUP_NAMES, GROUP_NAMES)
def test_two_groups_never_share_a_role_by_convention(one: str, other: str) -> None:
    """Rule 15, for names of any script and length; IAM accepts each."""
    names = {naming.execution_role_name(group) for group in (one, other) if group}

    assert len(names) == len({one, other} - {""})
    assert all(re.fullmatch(r"[A-Za-z0-9_+=,.@-]{1,64}", name) for name in names)


def test_the_roles_of_a_spoke_stand_under_their_paths() -> None:
    """Hub and spoke build each ARN from account and Region alone."""
    assert (
        conventions.iam_role_arn(SPOKE, "cn-north-1", "Analyst")
        == f"arn:aws-cn:iam::{SPOKE}:role/studio-hub/Analyst"
    )
    assert (
        SystemRole.ACCESS.arn(SPOKE, "eu-west-1")
        == f"arn:aws:iam::{SPOKE}:role/studio-hub-system/StudioHubSpoke-eu-west-1"
    )
    assert (
        SystemRole.SUSPENDED.arn(SPOKE, "us-gov-west-1")
        == f"arn:aws-us-gov:iam::{SPOKE}:role/studio-hub-system/Suspended-us-gov-west-1"
    )


def test_the_external_id_is_of_the_pair() -> None:
    """A spoke that is configured for another hub or another account refuses the session."""
    assert conventions.external_id(HUB, SPOKE) == "studio-hub/111111111111/222222222222"


def test_each_function_has_a_role_of_its_own_elsewhere() -> None:
    """The changing and the reading function have separate roles.

    This holds in a spoke and in Identity Center's account.
    """
    system = "role/studio-hub-system"

    assert (
        SystemRole.READER.arn(SPOKE, "eu-west-1")
        == f"arn:aws:iam::{SPOKE}:{system}/StudioHubSpokeReader-eu-west-1"
    )
    assert (
        SystemRole.ASSIGNER.arn(SPOKE, "eu-west-1")
        == f"arn:aws:iam::{SPOKE}:{system}/StudioHubAssigner-eu-west-1"
    )
    assert (
        SystemRole.ASSIGNMENT_READER.arn(SPOKE, "eu-west-1")
        == f"arn:aws:iam::{SPOKE}:{system}/StudioHubAssignmentReader-eu-west-1"
    )


# The longest name of a Region today.
@pytest.mark.parametrize("region", ["eu-west-1", "ap-southeast-1", "us-isob-east-1"])
def test_a_session_has_a_name_that_sts_takes(region: str) -> None:
    """Session name and SourceIdentity hold 2 to 64 letters, digits and `_+=,.@-`."""
    for name in (
        SystemRole.RECONCILE.name_in(region),
        SystemRole.SCAN.name_in(region),
    ):
        for said in (name, conventions.source_identity(HUB, name)):
            assert re.fullmatch(r"[\w+=,.@-]{2,64}", said, re.ASCII)
            assert name in said


def test_a_role_trusts_one_function_of_one_hub_and_nobody_else() -> None:
    """It trusts by organization, ExternalId and role ARN, and names one role only."""
    policy = conventions.trust_policy(
        aws="aws-cn",
        hub_account=HUB,
        hub_role_name="StudioHub-Scan-cn-north-1",
        account=SPOKE,
        organization_id="o-exampleorgid",
    )
    system = f"arn:aws-cn:iam::{HUB}:role/studio-hub-system"
    function = {"aws:PrincipalArn": f"{system}/StudioHub-Scan-cn-north-1"}

    assert [
        (s["Effect"], s["Principal"], s["Action"], s["Condition"]) for s in policy["Statement"]
    ] == [
        (
            "Allow",
            {"AWS": f"arn:aws-cn:iam::{HUB}:root"},
            "sts:AssumeRole",
            {
                "StringEquals": {
                    "aws:PrincipalOrgID": "o-exampleorgid",
                    "sts:ExternalId": f"studio-hub/{HUB}/{SPOKE}",
                },
                "ArnEquals": function,
            },
        ),
        (
            "Allow",
            {"AWS": f"arn:aws-cn:iam::{HUB}:root"},
            "sts:SetSourceIdentity",
            {
                "StringEquals": {
                    "aws:PrincipalOrgID": "o-exampleorgid",
                    "sts:SourceIdentity": f"StudioHub-Scan-cn-north-1@{HUB}",
                },
                "ArnEquals": function,
            },
        ),
    ]
