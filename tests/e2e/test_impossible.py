from collections.abc import Callable, Sequence

import pytest
from botocore.exceptions import ClientError
from e2e.accounts import HUB, MANAGEMENT, REGION, STRANGER, TARGETS
from e2e.cloud import Cloud
from e2e.evaluator import Decision
from e2e.iam_requests import IamRequest
from e2e.impossible import denied_for_good, impossible
from e2e.roles import Roles
from e2e.strangers import allow_everything_of_sts, session_of

from shared.conventions import SYSTEM_PATH, SystemRole, external_id, iam_role_arn

pytestmark = pytest.mark.e2e

Judge = Callable[[Sequence[IamRequest]], list[Decision]]

SPOKE = TARGETS[0].account
ACCESS, READER = SystemRole.ACCESS.arn(SPOKE, REGION), SystemRole.READER.arn(SPOKE, REGION)
RIGHT = external_id(HUB, SPOKE)
RECONCILE, LOOK = SystemRole.RECONCILE.arn(HUB, REGION), SystemRole.SCAN.arn(HUB, REGION)
ASSIGNER = SystemRole.ASSIGNER.arn(MANAGEMENT, REGION)
ASSIGNMENT_READER = SystemRole.ASSIGNMENT_READER.arn(MANAGEMENT, REGION)
RIGHT_THERE = external_id(HUB, MANAGEMENT)
INTAKE = iam_role_arn(HUB, REGION, f"StudioHub-Intake-{REGION}", SYSTEM_PATH)


def test_what_must_be_impossible_is_denied(cloud: Cloud, judge: Judge) -> None:
    """By the policies as they are deployed; a request that cannot be judged proves nothing."""
    denied = {"ImplicitlyDenied", "ExplicitlyDenied"}

    assert not [str(each) for each in judge(impossible(cloud)) if each.result not in denied]


def test_each_denial_holds_and_is_tried(judge: Judge, roles: Roles) -> None:
    """What is denied explicitly stays so whatever is granted beside it one day."""
    decisions = judge([*denied_for_good()])
    tried = {(each.request.role, sid) for each in decisions for sid in each.denied_by}
    deployed = {
        # All spokes have the same roles, and those of one are tried.
        (role, sid)
        for role in roles.policies
        if role.split(":")[4] in {HUB, SPOKE} and role.endswith(REGION)
        for sid, effect in roles.statements(role).items()
        if effect == "Deny"
    }

    assert not [str(each) for each in decisions if each.result != "ExplicitlyDenied"]
    assert tried == deployed


@pytest.mark.parametrize(
    ("role", "entered", "assigning"),
    [(RECONCILE, ACCESS, ASSIGNER), (LOOK, READER, ASSIGNMENT_READER)],
)
def test_the_hub_enters_a_spoke_and_identity_center(
    cloud: Cloud, role: str, entered: str, assigning: str
) -> None:
    """Two of its functions, each by its own role: the refusals below are no accident."""
    session = session_of(cloud, role)

    session_of(cloud, entered, RIGHT, session)
    session_of(cloud, assigning, RIGHT_THERE, session)


@pytest.mark.parametrize(
    ("role", "entered", "said"),
    [
        (RECONCILE, ACCESS, None),
        (RECONCILE, ACCESS, external_id(HUB, TARGETS[1].account)),
        (RECONCILE, ACCESS, external_id(STRANGER, SPOKE)),
        (LOOK, READER, external_id(HUB, TARGETS[1].account)),
        # Whoever looks changes nothing, and nobody else looks.
        (LOOK, ACCESS, RIGHT),
        (LOOK, ASSIGNER, RIGHT_THERE),
        (RECONCILE, READER, RIGHT),
        (INTAKE, READER, RIGHT),
        (INTAKE, ACCESS, RIGHT),
        # The role by which people are assigned is entered no more easily.
        (RECONCILE, ASSIGNER, None),
        (RECONCILE, ASSIGNER, RIGHT),
        (INTAKE, ASSIGNER, RIGHT_THERE),
        # Roles that trust the hub's account, and that have another path or name.
        (RECONCILE, f"arn:aws:iam::{SPOKE}:role/StudioHubSpoke-other", RIGHT),
        (RECONCILE, f"arn:aws:iam::{SPOKE}:role/studio-hub-system/Other", RIGHT),
    ],
)
def test_no_other_way_leads_into_a_spoke(
    cloud: Cloud, role: str, entered: str, said: str | None
) -> None:
    """A wrong ExternalId, another function, and another role are refused by STS itself."""
    if entered not in (ACCESS, READER, ASSIGNER):
        allow_everything_of_sts(cloud, entered, trusted=HUB)
    session = session_of(cloud, role)

    with pytest.raises(ClientError, match="AccessDenied"):
        session_of(cloud, entered, said, session)


@pytest.mark.parametrize("account", [STRANGER, MANAGEMENT])
def test_another_hub_is_refused(cloud: Cloud, account: str) -> None:
    """One of another organization or of this one, whose roles have the names of the hub's."""
    role = SystemRole.RECONCILE.arn(account, REGION)
    allow_everything_of_sts(cloud, role, trusted=account)
    session = session_of(cloud, role)

    for said in (RIGHT, external_id(account, SPOKE)):
        with pytest.raises(ClientError, match="AccessDenied"):
            session_of(cloud, ACCESS, said, session)


@pytest.mark.parametrize(
    ("stack", "account"),
    [("StudioHub", HUB), ("StudioIdentity", MANAGEMENT), ("StudioSpoke", SPOKE)],
)
def test_no_stack_is_deleted_by_mistake(cloud: Cloud, stack: str, account: str) -> None:
    """Not even by whoever administers its account, before they switch the protection off."""
    cloudformation = cloud.aws.client("cloudformation", account)
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    assert found["EnableTerminationProtection"]

    with pytest.raises(ClientError, match="TerminationProtection"):
        cloudformation.delete_stack(StackName=stack)


def test_the_hub_account_alone_is_no_hub(cloud: Cloud) -> None:
    """Who administers the hub's account does not enter the spokes by that."""
    with pytest.raises(ClientError, match="AccessDenied"):
        session_of(cloud, ACCESS, RIGHT)
