"""Every status x ownership x verdict gives exactly one action, one skip, or is settled."""

from dataclasses import replace
from itertools import permutations, product

import pytest

from shared.actions import ChangeRole, Create, Delete, Plan, Settled, Skip, SkipKind
from shared.desire import DesiredProfile, Removal, Undecided, Verdict
from shared.model import (
    Because,
    Claim,
    ObservedProfile,
    Person,
    ProfileStatus,
    Record,
    State,
    Target,
    UserId,
    Workload,
)
from shared.ownership import Ownership
from shared.plan import is_at_rest, needs_workload, plan
from shared.render import sentence

LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ADA = Person(UserId("a3d46882"), "ada")
OLD, NEW = "arn:aws:iam::222222222222:role/Old", "arn:aws:iam::222222222222:role/New"
BECAUSE = Because(Claim(10, "ml-leads", NEW, 30), (Claim(20, "ml-scientists", OLD, 30),))
CALLED_FOR = DesiredProfile(ADA, LAB, "ada", NEW, BECAUSE)
KEPT = Removal(ADA, LAB, "ada", "no mapping calls for it", 30)
AT_ONCE = replace(KEPT, retention_days=0)
UNDECIDED = Undecided(ADA, LAB, "cannot tell", "correct the row")
THERE = ObservedProfile("ada", ProfileStatus.IN_SERVICE, OLD, Ownership.OURS, workload=Workload())
BUSY, STUFFED = Workload(("JupyterLab default",), ()), Workload((), ("ada-space",))
HELD = Record(
    user_id=ADA.id, target=LAB, state=State.HELD, user_name="ada", profile_name="ada", role_arn=NEW
)
UNDER_WAY = {ProfileStatus.PENDING, ProfileStatus.UPDATING, ProfileStatus.DELETING}

Found = Create | ChangeRole | Delete | Skip | Settled


def planned(
    verdict: Verdict, profile: ObservedProfile | None, record: Record | None = None
) -> Plan:
    return plan([verdict], {LAB: profile}, {LAB: record} if record else {})


def outcome(
    verdict: Verdict, profile: ObservedProfile | None, record: Record | None = None
) -> Found:
    """Return the one thing that a plan of one verdict holds, beside the note on access."""
    found = planned(verdict, profile, record)
    skips = [skip for skip in found.skips if skip.kind is not SkipKind.ACCESS]
    everything: list[Found] = [*found.actions, *skips, *found.settled]
    (only,) = everything
    return only


def skipped(verdict: Verdict, profile: ObservedProfile, record: Record | None = None) -> SkipKind:
    found = outcome(verdict, profile, record)
    assert isinstance(found, Skip)
    assert found.reason
    assert found.way_out
    return found.kind


@pytest.mark.parametrize(
    ("verdict", "whose", "status"),
    list(product((CALLED_FOR, KEPT, AT_ONCE, UNDECIDED), Ownership, ProfileStatus)),
)
def test_the_decision_table(verdict: Verdict, whose: Ownership, status: ProfileStatus) -> None:
    """Undecided first, then whose it is, then its status: only what is left may be an action."""
    profile = replace(THERE, ownership=whose, status=status)

    if isinstance(verdict, Undecided):
        assert skipped(verdict, profile) is SkipKind.UNDECIDED
    elif whose is Ownership.OTHER_PERSON:
        assert skipped(verdict, profile) is SkipKind.NAME_TAKEN
    elif whose is Ownership.UNREADABLE:
        assert skipped(verdict, profile) is SkipKind.UNREADABLE
    elif whose is not Ownership.OURS:
        assert skipped(verdict, profile) is SkipKind.NOT_OURS
    elif status in UNDER_WAY:
        assert skipped(verdict, profile) is SkipKind.IN_FLIGHT
    elif status is not ProfileStatus.IN_SERVICE:
        assert skipped(verdict, profile) is SkipKind.UNHEALTHY
    elif verdict is CALLED_FOR:
        assert outcome(verdict, profile) == ChangeRole(ADA, LAB, "ada", OLD, NEW, BECAUSE)
    elif verdict is AT_ONCE:
        assert outcome(verdict, profile) == Delete(ADA, LAB, "ada", "no mapping calls for it")
    else:
        assert skipped(verdict, profile) is SkipKind.RETENTION


def test_what_is_missing_is_created_and_the_way_in_is_told() -> None:
    """Rule 7: a profile alone lets nobody in, so the plan says what is to be done by hand."""
    found = planned(CALLED_FOR, None)

    assert found.actions == (Create(ADA, LAB, "ada", NEW, BECAUSE),)
    assert [(skip.kind, skip.target) for skip in found.skips] == [(SkipKind.ACCESS, LAB)]


@pytest.mark.parametrize("removal", [KEPT, AT_ONCE])
def test_what_is_gone_and_not_called_for_is_settled(removal: Removal) -> None:
    """The ledger learns that there is nothing left."""
    assert outcome(removal, None) == Settled(removal, None)


def test_what_is_as_it_should_be_is_settled() -> None:
    """The right role is no difference, whatever runs."""
    profile = replace(THERE, role_arn=NEW, workload=BUSY)

    assert outcome(CALLED_FOR, profile) == Settled(CALLED_FOR, profile)


@pytest.mark.parametrize(
    ("verdict", "workload", "expected"),
    [
        (CALLED_FOR, BUSY, SkipKind.APPS_RUNNING),
        (CALLED_FOR, None, SkipKind.APPS_RUNNING),
        (AT_ONCE, BUSY, SkipKind.NOT_EMPTY),
        (AT_ONCE, STUFFED, SkipKind.NOT_EMPTY),
        (AT_ONCE, None, SkipKind.NOT_EMPTY),
    ],
)
def test_nothing_is_changed_under_running_apps(
    verdict: Verdict, workload: Workload | None, expected: SkipKind
) -> None:
    """Law 9, and an unseen workload counts as one."""
    assert skipped(verdict, replace(THERE, workload=workload)) is expected


def test_owned_spaces_do_not_hold_up_a_role_change() -> None:
    """Only what runs has the old role."""
    assert isinstance(outcome(CALLED_FOR, replace(THERE, workload=STUFFED)), ChangeRole)


def test_unreadable_tags_settle_nothing() -> None:
    """It may be ours: who was held stays on the books until the tags can be read again."""
    profile = replace(THERE, ownership=Ownership.UNREADABLE)

    assert isinstance(outcome(AT_ONCE, profile, HELD), Skip)


@pytest.mark.parametrize("whose", [Ownership.FOREIGN, Ownership.OTHER_PERSON])
def test_a_removal_of_somebody_held_for_a_strangers_profile_is_settled(whose: Ownership) -> None:
    """Rule 6: we never made it, so nothing of ours is left; the stranger's stays as it is."""
    profile = replace(THERE, ownership=whose)

    assert outcome(AT_ONCE, profile, HELD) == Settled(AT_ONCE, None)
    assert isinstance(outcome(CALLED_FOR, profile, HELD), Skip)


def test_studios_own_reason_is_passed_on() -> None:
    """A failed profile is reported with what Studio says of it."""
    broken = replace(THERE, status=ProfileStatus.UPDATE_FAILED, failure="role not found")

    found = outcome(CALLED_FOR, broken)

    assert isinstance(found, Skip)
    assert found.reason == "the profile is Update_Failed: role not found"


def test_what_nobody_could_observe_is_left_out() -> None:
    """Law 10: one target that does not tell stops none of the others."""
    elsewhere = replace(CALLED_FOR, target=SHOP)

    found = plan([CALLED_FOR, elsewhere], {SHOP: None}, {})

    assert [action.target for action in found.actions] == [SHOP]
    assert not found.settled
    assert {skip.target for skip in found.skips} == {SHOP}


def test_the_profile_keeps_the_name_that_studio_tells() -> None:
    """Names are compared without case, so an action names the profile as it is there."""
    for verdict in (CALLED_FOR, AT_ONCE):
        found = outcome(verdict, replace(THERE, name="Ada"))

        assert isinstance(found, ChangeRole | Delete)
        assert found.profile_name == "Ada"


def test_the_digest_stands_for_exactly_the_actions() -> None:
    """Eight hex digits, the same in every process, others for any other action."""
    created = planned(CALLED_FOR, None)
    others = [
        planned(replace(CALLED_FOR, role_arn=OLD), None),
        planned(replace(CALLED_FOR, profile_name="bob"), None),
        planned(CALLED_FOR, THERE),
        planned(AT_ONCE, THERE),
        planned(KEPT, THERE),
    ]

    # Written down, so that a change of what is digested is a decision and no accident.
    assert created.digest == "8a427702"
    assert created.digest == planned(CALLED_FOR, None).digest
    assert len({created.digest, *(other.digest for other in others)}) == 1 + len(others)


def test_skips_do_not_count_in_the_digest() -> None:
    """It names what would be done: a note on what is left alone changes no approval."""
    noted = planned(CALLED_FOR, None)

    assert replace(noted, skips=()).digest == noted.digest


def test_the_order_of_verdicts_does_not_matter() -> None:
    """Style rule 4: sorted at construction, so the same world has one plan and one digest."""
    verdicts: list[DesiredProfile | Removal] = [
        CALLED_FOR,
        replace(AT_ONCE, target=SHOP),
        replace(CALLED_FOR, target=Target.parse("444444444444/eu-west-1/d-x")),
    ]
    observed = {LAB: None, SHOP: THERE, verdicts[2].target: None}

    plans = {plan(order, observed, {}) for order in permutations(verdicts)}

    assert len(plans) == 1


@pytest.mark.parametrize(
    ("verdict", "state", "role_arn", "rests"),
    [
        (CALLED_FOR, State.ACTIVE, NEW, True),
        (CALLED_FOR, State.ACTIVE, OLD, False),
        *((CALLED_FOR, state, NEW, False) for state in State if state is not State.ACTIVE),
        *((KEPT, state, NEW, state is State.REMOVED) for state in State),
        *((UNDECIDED, state, NEW, False) for state in State),
    ],
)
def test_what_is_at_rest_is_not_observed(
    verdict: Verdict, state: State, role_arn: str, *, rests: bool
) -> None:
    """Only a ledger that says exactly what is called for saves the look at the account."""
    assert is_at_rest(verdict, replace(HELD, state=state, role_arn=role_arn)) is rests


def test_without_a_record_only_a_removal_is_at_rest() -> None:
    """What was never made need not be taken away."""
    assert [is_at_rest(v, None) for v in (CALLED_FOR, KEPT, UNDECIDED)] == [False, True, False]


@pytest.mark.parametrize(
    ("verdict", "profile", "needed"),
    [
        (CALLED_FOR, THERE, True),
        (CALLED_FOR, replace(THERE, role_arn=NEW), False),
        (AT_ONCE, THERE, True),
        (KEPT, THERE, False),
        (UNDECIDED, THERE, False),
        *(
            (verdict, replace(THERE, ownership=whose), False)
            for verdict in (CALLED_FOR, AT_ONCE)
            for whose in Ownership
            if whose is not Ownership.OURS
        ),
    ],
)
def test_apps_and_spaces_are_read_only_where_the_plan_depends_on_them(
    verdict: Verdict, profile: ObservedProfile, *, needed: bool
) -> None:
    """Two listings of a whole domain are not made for nothing."""
    assert needs_workload(verdict, profile) is needed


@pytest.mark.parametrize(
    ("verdict", "profile", "words"),
    [
        (
            CALLED_FOR,
            None,
            "create ada with New, because ml-leads (priority 10) over ml-scientists (priority 20)",
        ),
        (
            CALLED_FOR,
            THERE,
            f"change ada from Old to New, because {BECAUSE}",
        ),
        (AT_ONCE, THERE, "delete ada: no mapping calls for it"),
    ],
)
def test_an_action_says_what_it_does_and_why(
    verdict: Verdict, profile: ObservedProfile | None, words: str
) -> None:
    """Operators read the reason beside the change."""
    found = outcome(verdict, profile)

    assert isinstance(found, Create | ChangeRole | Delete)
    assert sentence(found) == words
