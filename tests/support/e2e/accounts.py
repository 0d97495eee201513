"""Whose accounts a run has, and the Studio domains that it keeps profiles in."""

from shared.model import AccountId, Target
from simulator.studio import Place

HUB, MANAGEMENT, STRANGER = "111111111111", "999999999999", "444444444444"
REGION, ORGANIZATION, STORE = "eu-west-1", "o-exampleorgid", "d-1234567890"
INSTANCE = "ssoins-1234567890abcdef"
FIRST = Target(AccountId("222222222222"), REGION, "d-research0001")
# Made by its spoke's stack, as the first of its account; the others were there before.
SECOND = Target(AccountId("333333333333"), REGION, "d-made00000001")
# A second domain beside the first, and one in another Region of the same account.
BESIDE = Target(AccountId("222222222222"), REGION, "d-research0003")
ABROAD = Target(AccountId("222222222222"), "eu-central-1", "d-research0004")
TARGETS = (FIRST, SECOND, BESIDE, ABROAD)
SPOKES = tuple(sorted({target.account for target in TARGETS}))
MEMBERS = (HUB, MANAGEMENT, *SPOKES)


def handmade(account: str) -> str:
    """Return a role that the company made itself, and that the spoke lets the hub pass."""
    return f"arn:aws:iam::{account}:role/Handmade"


def place(target: Target) -> Place:
    """Return where a target's domain lives in the simulator."""
    return Place(target.account, target.region, target.domain_id)
