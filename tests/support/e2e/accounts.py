"""The accounts of an e2e run, and the Studio domains in which the hub keeps profiles."""

from shared.model import AccountId, Target
from simulator.studio import Place

HUB, MANAGEMENT, STRANGER = "111111111111", "999999999999", "444444444444"
REGION, ORGANIZATION, STORE = "eu-west-1", "o-exampleorgid", "d-1234567890"
INSTANCE = "ssoins-1234567890abcdef"
FIRST = Target(AccountId("222222222222"), REGION, "d-research0001")
# The spoke's stack creates this domain, the first of its account; the other domains exist before.
SECOND = Target(AccountId("333333333333"), REGION, "d-made00000001")
# A second domain next to the first, and one in another Region of the same account.
BESIDE = Target(AccountId("222222222222"), REGION, "d-research0003")
ABROAD = Target(AccountId("222222222222"), "eu-central-1", "d-research0004")
# A domain that nothing is mapped to before the commands of a page register it.
NEW = Target(AccountId("222222222222"), REGION, "d-research0002")
TARGETS = (FIRST, SECOND, BESIDE, ABROAD)
SPOKES = tuple(sorted({target.account for target in TARGETS}))
MEMBERS = (HUB, MANAGEMENT, *SPOKES)


def additional_role_arn(account: str) -> str:
    """Return a role that the company created itself, and that the spoke lets the hub pass."""
    return f"arn:aws:iam::{account}:role/Handmade"


def place(target: Target) -> Place:
    """Return a target's place in the simulator."""
    return Place(target.account, target.region, target.domain_id)
