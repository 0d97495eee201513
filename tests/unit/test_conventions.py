"""The names that hub and spoke agree on are those of the design."""

import pytest

from shared import conventions

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
    """An ARN of the wrong partition names nothing."""
    assert conventions.partition(region) == partition


@pytest.mark.parametrize(
    ("group", "role"),
    [
        ("ml-scientists", "ml-scientists"),
        ("ML Scientists (EU)", "ML-Scientists-EU-"),
        ("a / b", "a-b"),
        ("a+b=c,d.e@f_g-h", "a+b=c,d.e@f_g-h"),
        ("a - b", "a---b"),
        ("Forschung Köln", "Forschung-K-ln"),
        ("###", "-"),
        ("x" * 64, "x" * 64),
        ("é" * 1000, "-"),
    ],
)
def test_a_group_has_a_role_by_convention(group: str, role: str) -> None:
    """Each run of characters that IAM does not allow becomes one hyphen."""
    assert conventions.execution_role_name(group) == role


def test_a_role_name_over_64_characters_is_refused_in_plain_words() -> None:
    """It is never cut: two groups could end with one role."""
    with pytest.raises(ValueError, match="65 characters and IAM allows 64: give execution_role"):
        conventions.execution_role_name("x" * 65)


def test_the_roles_of_a_spoke_stand_under_their_paths() -> None:
    """Hub and spoke build each ARN from account and Region alone."""
    assert (
        conventions.execution_role_arn(SPOKE, "cn-north-1", "Analyst")
        == f"arn:aws-cn:iam::{SPOKE}:role/studio-hub/Analyst"
    )
    assert (
        conventions.access_role_arn(SPOKE, "eu-west-1")
        == f"arn:aws:iam::{SPOKE}:role/studio-hub-system/StudioHubSpoke-eu-west-1"
    )
    assert (
        conventions.system_role_arn(
            SPOKE, "us-gov-west-1", conventions.suspended_role_name("us-gov-west-1")
        )
        == f"arn:aws-us-gov:iam::{SPOKE}:role/studio-hub-system/Suspended-us-gov-west-1"
    )


def test_the_external_id_is_of_the_pair() -> None:
    """A spoke that is wired to another hub, or as another account, does not open."""
    assert conventions.external_id(HUB, SPOKE) == "studio-hub/111111111111/222222222222"


def test_a_spoke_trusts_two_roles_of_one_hub_and_nobody_else() -> None:
    """One statement, with the organization, the ExternalId and exactly the two role ARNs."""
    policy = conventions.trust_policy(
        aws="aws-cn",
        hub_account=HUB,
        hub_region="cn-north-1",
        spoke_account=SPOKE,
        organization_id="o-exampleorgid",
    )

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
                "ArnEquals": {
                    "aws:PrincipalArn": [
                        f"arn:aws-cn:iam::{HUB}:role/studio-hub-system/StudioHub-Converge-cn-north-1",
                        f"arn:aws-cn:iam::{HUB}:role/studio-hub-system/StudioHub-Look-cn-north-1",
                    ],
                },
            },
        ),
    ]
