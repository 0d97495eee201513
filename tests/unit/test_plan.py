"""Every status x ownership x decision gives actions, a skip with its reason, or in sync."""

from dataclasses import replace
from itertools import permutations, product

import pytest
from builders import (
    ACTIVE,
    ADA,
    AT_ONCE,
    BECAUSE,
    DEMOTED,
    LAB,
    NEW,
    NOON,
    OLD,
    PROMOTED,
    REMOVAL,
    SHOP,
    SUSPENDED_ROLE,
    THERE,
    UNDECIDED,
    app,
    private,
    runs,
)

from hub.runtime.decisions.actions import (
    Action,
    Assign,
    ChangeRole,
    Create,
    Delete,
    Discard,
    InSync,
    Plan,
    Resume,
    Revoke,
    Skip,
    SkipKind,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.record import Access, Record, State
from shared.conventions import Ownership
from shared.model import Target

GRANTS_NOTHING = PROMOTED._replace(is_granted=False)
HAS_IT = replace(THERE, role_arn=NEW)
GRANTED = replace(ACTIVE, role_arn=NEW, because=BECAUSE)
NEVER_MADE = replace(ACTIVE, state=State.HELD, access=Access.UNTOUCHED)
UNDER_WAY = {ProfileStatus.PENDING, ProfileStatus.UPDATING, ProfileStatus.DELETING}
BROKEN = {ProfileStatus.FAILED, ProfileStatus.DELETE_FAILED}
NOT_OURS = [whose for whose in Ownership if whose is not Ownership.OURS]
REFUSED = {
    Ownership.OTHER_PERSON: SkipKind.NAME_TAKEN,
    Ownership.UNREADABLE: SkipKind.UNREADABLE,
    Ownership.UNMANAGED: SkipKind.UNMANAGED,
}


def planned(
    decision: Decision, profile: ObservedProfile | None, record: Record | None = None
) -> Plan:
    return plan([decision], {LAB: profile}, {LAB: record} if record else {}, NOON)


def found(
    decision: Decision, profile: ObservedProfile | None, record: Record | None = None
) -> list[Action | Skip | InSync]:
    """Return all that a plan of one decision holds."""
    plan_ = planned(decision, profile, record)
    return [*plan_.actions, *plan_.skips, *plan_.in_sync]


def kinds(
    decision: Decision, profile: ObservedProfile | None, record: Record | None = None
) -> list[object]:
    """Return what a plan holds: the types of its actions and the kinds of its skips."""
    answers = found(decision, profile, record)
    for answer in answers:
        assert not isinstance(answer, Skip) or (answer.reason and answer.remedy)
    return [each.kind if isinstance(each, Skip) else type(each) for each in answers]


@pytest.mark.parametrize(
    ("decision", "whose", "status"),
    list(product((PROMOTED, REMOVAL, AT_ONCE, UNDECIDED), Ownership, ProfileStatus)),
)
def test_the_decision_table(decision: Decision, whose: Ownership, status: ProfileStatus) -> None:
    """Undecided first, then ownership, then status: only what remains may be an action."""
    answers = kinds(decision, replace(THERE, ownership=whose, status=status))

    if isinstance(decision, Undecided):
        assert answers == [SkipKind.UNDECIDED]
    elif whose is not Ownership.OURS:
        assert answers == [REFUSED[whose]]
    elif status in UNDER_WAY:
        assert answers == [SkipKind.IN_FLIGHT]
    elif isinstance(decision, DesiredProfile):
        assert answers == [Discard] if status in BROKEN else [ChangeRole, Assign]
    elif status is ProfileStatus.FAILED:
        assert answers == [Delete]
    elif status is ProfileStatus.DELETE_FAILED:
        assert answers == [Delete if decision is AT_ONCE else InSync]
    else:
        assert answers == [Suspend]


def test_a_missing_profile_is_created_before_access_is_granted() -> None:
    """Rule 7: a profile alone grants no access, and access is granted only once it exists."""
    assert found(PROMOTED, None) == [
        Create(ADA, LAB, "ada", NEW, BECAUSE),
        Assign(ADA, LAB, "ada"),
    ]


def test_a_disabled_row_creates_nothing() -> None:
    """Rule 4, and the skip names the row that would."""
    assert kinds(GRANTS_NOTHING, None) == [SkipKind.DISABLED]


@pytest.mark.parametrize(
    ("access", "answers"),
    [
        (Access.ASSIGNED, [InSync]),
        (Access.BY_HAND, [InSync]),
        *((access, [Assign]) for access in (Access.UNTOUCHED, Access.UNSURE, Access.REVOKED)),
    ],
)
def test_a_user_with_the_role_is_granted_access_unless_already_granted(
    access: Access, answers: list[object]
) -> None:
    """What the ledger is not sure of is done again. Where operators grant access, they do it."""
    assert kinds(PROMOTED, HAS_IT, replace(GRANTED, access=access)) == answers


def test_a_correct_profile_is_in_sync() -> None:
    """With the right role and access there is no drift, whatever runs."""
    profile = replace(HAS_IT, workload=runs(app()))

    assert found(PROMOTED, profile, GRANTED) == [InSync(PROMOTED, profile)]


@pytest.mark.parametrize("removal", [REMOVAL, AT_ONCE])
def test_a_missing_profile_that_is_not_desired_is_in_sync(removal: Removal) -> None:
    """The ledger records that nothing is left."""
    assert found(removal, None) == [InSync(removal, None)]


def test_a_returning_user_gets_the_role_before_access() -> None:
    """Rule 8: a returning user gets role and access in the order of a creation."""
    suspended = replace(ACTIVE, role_arn=SUSPENDED_ROLE, access=Access.REVOKED)

    assert found(PROMOTED, replace(THERE, role_arn=SUSPENDED_ROLE), suspended) == [
        Resume(ADA, LAB, "ada", NEW, BECAUSE),
        Assign(ADA, LAB, "ada"),
    ]


@pytest.mark.parametrize("decision", [PROMOTED, REMOVAL, AT_ONCE])
def test_unreadable_tags_are_never_in_sync(decision: Decision) -> None:
    """The profile may be ours: a hold stays recorded until the tags can be read again."""
    profile = replace(THERE, ownership=Ownership.UNREADABLE)

    for record in (None, ACTIVE, NEVER_MADE):
        assert kinds(decision, profile, record) == [SkipKind.UNREADABLE]


@pytest.mark.parametrize("whose", [Ownership.UNMANAGED, Ownership.OTHER_PERSON])
def test_a_removal_of_a_user_held_for_an_unmanaged_profile_is_in_sync(whose: Ownership) -> None:
    """Rule 6: we never made it, so nothing of ours is left; the profile is left unchanged."""
    profile = replace(THERE, ownership=whose)

    assert found(AT_ONCE, profile, NEVER_MADE) == [InSync(AT_ONCE, None)]
    assert kinds(PROMOTED, profile, NEVER_MADE) == [REFUSED[whose]]


@pytest.mark.parametrize(
    "stranger",
    [
        replace(THERE, ownership=Ownership.OTHER_PERSON),
        replace(THERE, ownership=Ownership.UNMANAGED, user_name="bob"),
        replace(THERE, ownership=Ownership.UNMANAGED, user_name=""),
    ],
)
@pytest.mark.parametrize("access", Access)
def test_access_is_revoked_where_only_an_unmanaged_profile_is_left(
    stranger: ObservedProfile, access: Access
) -> None:
    """Rule 7: a known user's assignment is ours, whatever happened to the profile."""
    ours = access in {Access.ASSIGNED, Access.UNSURE}
    first = [Revoke] if ours else []
    refused = SkipKind.NAME_TAKEN if stranger.user_name else SkipKind.UNMANAGED

    for state, then in ((State.ACTIVE, refused), (State.HELD, InSync)):
        record = replace(ACTIVE, state=state, access=access)
        rest = [] if ours and then is InSync else [then]
        assert kinds(REMOVAL, stranger, record) == [*first, *rest]
        assert kinds(PROMOTED, stranger, record) == [refused]


@pytest.mark.parametrize("access", Access)
@pytest.mark.parametrize("user_name", ["ada", "Ada"])
def test_the_assignment_of_an_unmanaged_profile_stays(user_name: str, access: Access) -> None:
    """Rule 7: the assignment through which a user opens an unmanaged profile is not deleted."""
    made_by_hand = replace(THERE, ownership=Ownership.UNMANAGED, user_name=user_name)
    record = replace(ACTIVE, access=access)

    assert kinds(REMOVAL, made_by_hand, record) == [SkipKind.UNMANAGED]
    assert "adopt" not in planned(REMOVAL, made_by_hand, record).skips[0].remedy


@pytest.mark.parametrize(
    ("profile", "proposed"),
    [
        (replace(THERE, ownership=Ownership.UNMANAGED), True),
        (replace(THERE, ownership=Ownership.UNMANAGED, user_name="bob"), False),
        (replace(THERE, ownership=Ownership.OTHER_PERSON), False),
    ],
)
def test_no_remedy_adopts_the_profile_of_another_user(
    profile: ObservedProfile, *, proposed: bool
) -> None:
    """Rule 6: a profile is never handed over, so no remedy says how."""
    (left,) = planned(PROMOTED, profile).skips

    assert ("adopt" in left.remedy) is proposed


@pytest.mark.parametrize("status", sorted(BROKEN))
def test_an_unusable_profile_is_recreated_with_studios_reason(status: ProfileStatus) -> None:
    """Source: the developer guide: a failed creation leaves a profile that only blocks its name."""
    broken = replace(THERE, status=status, failure="role not found")

    assert found(PROMOTED, broken) == [Discard(ADA, LAB, "ada", f"it is {status}: role not found")]


def test_a_failed_update_is_repeated() -> None:
    """The profile still works, so it is neither deleted nor taken as correct."""
    broken = replace(HAS_IT, status=ProfileStatus.UPDATE_FAILED)

    assert kinds(PROMOTED, broken, replace(GRANTED, retry_at=NOON)) == [ChangeRole]


@pytest.mark.parametrize("status", sorted(BROKEN | {ProfileStatus.UPDATE_FAILED}))
@pytest.mark.parametrize(
    ("decision", "started"),
    [(PROMOTED, replace(GRANTED, state=State.PENDING)), (AT_ONCE, replace(ACTIVE, started=NOON))],
)
def test_a_failed_studio_operation_is_not_repeated_at_once(
    decision: Decision, started: Record, status: ProfileStatus
) -> None:
    """It waits for its next attempt, with Studio's reason. What nobody requested does not wait."""
    broken = replace(HAS_IT, status=status, failure="no capacity")
    leaving = replace(started, retain_until=NOON if decision is AT_ONCE else None)
    once_more = replace(leaving, retry_at=NOON)

    (failed,) = planned(decision, broken, leaving).skips
    assert failed.kind is SkipKind.FAILED
    assert "no capacity" in failed.reason
    assert not {type(a) for a in planned(decision, broken, leaving).actions} - {Revoke}
    assert SkipKind.FAILED not in kinds(decision, broken, once_more)
    assert SkipKind.FAILED not in kinds(decision, broken)


def test_an_unobserved_target_is_left_out() -> None:
    """Law 10: a target that cannot be observed stops no other."""
    elsewhere = PROMOTED._replace(target=SHOP)

    answer = plan([PROMOTED, elsewhere], {SHOP: None}, {}, NOON)

    assert {action.target for action in answer.actions} == {SHOP}
    assert not answer.in_sync
    assert not answer.skips


def test_the_profile_keeps_the_name_that_studio_returns() -> None:
    """Names are compared without case, so a change uses the name that Studio returns."""
    (change, _) = found(PROMOTED, replace(THERE, name="Ada"))

    assert isinstance(change, ChangeRole)
    assert change.profile_name == "Ada"


def test_the_digest_stands_for_exactly_the_actions() -> None:
    """Eight hex digits, equal in every process; any other action gives another digest."""
    created = planned(PROMOTED, None)
    others = [
        planned(PROMOTED._replace(role_arn=OLD), None),
        planned(PROMOTED._replace(profile_name="bob"), None),
        planned(PROMOTED, THERE),
        planned(AT_ONCE, THERE),
        planned(AT_ONCE, None, ACTIVE),
        planned(AT_ONCE, replace(THERE, role_arn=SUSPENDED_ROLE)),
        planned(AT_ONCE, replace(THERE, role_arn=SUSPENDED_ROLE, workload=runs(private()))),
    ]

    # A constant, so that a change of the digested fields is a decision and no accident.
    assert created.digest == "d20c9e65"
    assert created.digest == planned(PROMOTED, None).digest
    assert len({created.digest, *(other.digest for other in others)}) == 1 + len(others)


def test_skips_do_not_count_in_the_digest() -> None:
    """It stands for the actions alone: a note on something left unchanged voids no approval."""
    noted = plan([PROMOTED, UNDECIDED._replace(target=SHOP)], {LAB: None}, {}, NOON)

    assert noted.skips
    assert noted.digest == planned(PROMOTED, None).digest


def test_the_order_of_decisions_does_not_matter() -> None:
    """Style rule 4: sorted at construction, so one state has one plan and one digest."""
    decisions: list[DesiredProfile | Removal] = [
        PROMOTED,
        AT_ONCE._replace(target=SHOP),
        PROMOTED._replace(target=Target.parse("444444444444/eu-west-1/d-x")),
    ]
    observed = {LAB: None, SHOP: THERE, decisions[2].target: None}

    plans = {plan(order, observed, {}, NOON) for order in permutations(decisions)}

    assert len(plans) == 1


def test_a_plan_knows_the_actions_of_each_target_in_their_order() -> None:
    """An action starts when the one before it is done; no other target's comes between."""
    both = plan([PROMOTED, PROMOTED._replace(target=SHOP)], {LAB: None, SHOP: None}, {}, NOON)

    assert [type(each) for each in both.of(LAB)] == [Create, Assign]
    assert both.of(LAB) + both.of(SHOP) == both.actions


@pytest.mark.parametrize("whose", NOT_OURS)
@pytest.mark.parametrize("decision", [PROMOTED, REMOVAL, AT_ONCE])
@pytest.mark.parametrize("status", ProfileStatus)
def test_no_action_changes_an_unmanaged_profile(
    decision: Decision, whose: Ownership, status: ProfileStatus
) -> None:
    """Law 5; deleting an assignment that the hub made does not act on the profile."""
    profile = replace(THERE, ownership=whose, status=status, role_arn=SUSPENDED_ROLE)

    for record in (None, ACTIVE, NEVER_MADE):
        assert all(isinstance(each, Revoke) for each in planned(decision, profile, record).actions)


@pytest.mark.parametrize("access", [Access.UNTOUCHED, Access.UNSURE, Access.REVOKED])
@pytest.mark.parametrize("role_arn", [OLD, SUSPENDED_ROLE, NEW])
def test_access_is_not_granted_while_apps_are_being_stopped(access: Access, role_arn: str) -> None:
    """Rule 7: who may sign in has the desired role, and nothing runs with another.

    This includes a user who returns before the apps are gone.
    """
    record = replace(ACTIVE, access=access, started=NOON)
    profile = replace(THERE, role_arn=role_arn, workload=runs(app()))

    assert kinds(DEMOTED, profile, record) == [StopApp]
