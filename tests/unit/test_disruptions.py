"""Rule 10: a slot is taken by a removal that begins and by a role change that stops apps."""

from dataclasses import replace

import pytest
from builders import (
    ACTIVE,
    ADA,
    DEMOTED,
    LAB,
    NEW,
    NOON,
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

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.decisions.removal_limit import (
    Disruption,
    DisruptionKind,
    disruption_of,
    removal_disruption,
)
from shared.conventions import Ownership

UNMANAGED = Ownership.UNMANAGED
BUSY = replace(THERE, workload=runs(app()))
LEAVING = replace(ACTIVE, state=State.REMOVING, started=NOON, retain_until=NOON)
REMOVED = Disruption(ADA.id, "ada", "ada", DisruptionKind.REMOVAL, REMOVAL.reason)


def kind(
    decision: Decision, profile: ObservedProfile | None, record: Record | None
) -> DisruptionKind | None:
    """Return which disruptions the plan for a decision would begin."""
    todo = plan([decision], {LAB: profile}, {LAB: record} if record else {}, NOON)
    found = disruption_of(decision, todo.of(LAB), record)
    return found.kind if found else None


@pytest.mark.parametrize(
    ("profile", "record", "expected"),
    [
        (THERE, ACTIVE, DisruptionKind.REMOVAL),
        (BUSY, ACTIVE, DisruptionKind.REMOVAL),
        # Only the access is left to remove.
        (None, ACTIVE, DisruptionKind.REMOVAL),
        (replace(THERE, status=ProfileStatus.FAILED), ACTIVE, DisruptionKind.REMOVAL),
        # It has begun already, whatever its next step is.
        (THERE, LEAVING, None),
        (BUSY, LEAVING, None),
        (replace(THERE, role_arn=SUSPENDED_ROLE, workload=runs(private())), LEAVING, None),
        # Nothing is left to remove.
        (None, replace(ACTIVE, access=Access.REVOKED), None),
        (None, None, None),
    ],
)
def test_a_removal_takes_a_slot_when_it_begins(
    profile: ObservedProfile | None, record: Record | None, expected: DisruptionKind | None
) -> None:
    """Once, before its first step."""
    assert kind(REMOVAL, profile, record) is expected


@pytest.mark.parametrize(
    ("decision", "profile", "record", "expected"),
    [
        (DEMOTED, BUSY, ACTIVE, DisruptionKind.ROLE_CHANGE),
        # Nothing runs, or what runs may go on: nobody loses anything.
        (DEMOTED, THERE, ACTIVE, None),
        (PROMOTED, BUSY, ACTIVE, None),
        (DEMOTED, None, None, None),
        # It has begun already.
        (DEMOTED, BUSY, replace(ACTIVE, started=NOON), None),
        (DEMOTED, replace(BUSY, role_arn=NEW), replace(ACTIVE, started=NOON), None),
        # A returning user has nothing to lose.
        (
            PROMOTED,
            replace(BUSY, role_arn=SUSPENDED_ROLE),
            replace(ACTIVE, role_arn=SUSPENDED_ROLE),
            None,
        ),
    ],
)
def test_a_role_change_takes_a_slot_where_it_stops_apps(
    decision: DesiredProfile,
    profile: ObservedProfile | None,
    record: Record | None,
    expected: DisruptionKind | None,
) -> None:
    """Rule 10."""
    assert kind(decision, profile, record) is expected


def test_a_disruption_says_why_it_always_needs_approval() -> None:
    """By the removal that was not decided for each user separately."""
    decision = REMOVAL._replace(hold="last-row")
    todo = plan([decision], {LAB: THERE}, {LAB: ACTIVE}, NOON)

    assert disruption_of(decision, todo.of(LAB), ACTIVE) == REMOVED._replace(cause="last-row")
    assert removal_disruption(decision, ACTIVE) == REMOVED._replace(cause="last-row")
    assert disruption_of(UNDECIDED, todo.of(LAB), ACTIVE) is None


@pytest.mark.parametrize(
    ("record", "has"),
    [
        (ACTIVE, True),
        *((replace(ACTIVE, state=s), s is not State.REMOVED) for s in State),
        (replace(ACTIVE, role_arn=""), False),
        (LEAVING, False),
        (replace(LEAVING, state=State.SUSPENDED), False),
        # A role change that stops apps removes no profile.
        (replace(ACTIVE, started=NOON), True),
    ],
)
@pytest.mark.parametrize("decision", [REMOVAL, PROMOTED, UNDECIDED, None])
def test_a_scan_admits_the_removals_of_users_who_have_a_profile(
    record: Record, decision: Decision | None, *, has: bool
) -> None:
    """A scan of groups admits removals together before any profile is observed."""
    assert record.has_profile is has
    expected = REMOVED if has and isinstance(decision, Removal) else None
    assert removal_disruption(decision, record) == expected
    assert removal_disruption(decision, None) is None


@pytest.mark.parametrize(
    "profile",
    [
        THERE,
        replace(THERE, status=ProfileStatus.UPDATING),
        replace(THERE, ownership=UNMANAGED),
        None,
    ],
)
def test_what_is_held_in_one_target_is_done_in_the_others(profile: ObservedProfile | None) -> None:
    """Rule 13: the plan without that target keeps all other actions; only the hold is left out."""
    there = {LAB: ACTIVE, SHOP: replace(ACTIVE, target=SHOP)}
    elsewhere = REMOVAL._replace(target=SHOP)
    todo = plan([REMOVAL, elsewhere], {LAB: profile, SHOP: profile}, there, NOON)

    assert todo.without([LAB]) == plan([elsewhere], {SHOP: profile}, there, NOON)
    assert todo.without([]) == todo
