"""Rule 10: what may begin within an hour, what needs an approval, and until when."""

import pytest
from builders import HOUR, MINUTE, NOON

from hub.runtime.decisions.holds import APPROVED_FOR
from hub.runtime.decisions.record import REJECTED
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    Admission,
    Disruption,
    DisruptionKind,
    HeldDisruption,
    LimitState,
    RemovalLimit,
    admit,
    known_hold,
)
from shared.model import UserId

FIVE = RemovalLimit()
MANY = frozenset(UserId(f"u-{n:02d}") for n in range(100))


def users(*numbers: int) -> tuple[UserId, ...]:
    return tuple(UserId(f"u-{n:02d}") for n in numbers)


def disruption(
    number: int, kind: DisruptionKind = DisruptionKind.REMOVAL, cause: str = ""
) -> Disruption:
    return Disruption(
        UserId(f"u-{number:02d}"), f"name-{number}", f"profile-{number}", kind, "why", cause
    )


def disruptions(*numbers: int) -> list[Disruption]:
    return [disruption(n) for n in numbers]


def slots(*numbers: int, ago: int = 10) -> LimitState:
    """Return a target in which some users took slots some minutes ago."""
    return LimitState(dict.fromkeys(users(*numbers), NOON - ago * MINUTE), version=1)


def held(number: int, cause: str = LIMIT, *, hours: float | None = None) -> HeldDisruption:
    """Return a held disruption whose approval ends so many hours from now."""
    until = None if hours is None else NOON + hours * HOUR
    return HeldDisruption(disruption(number), cause, NOON - HOUR, until)


def holding(*waiting: HeldDisruption, at: LimitState | None = None) -> LimitState:
    """Return a target with held disruptions."""
    return (at or LimitState())._replace(held={each.disruption.user_id: each for each in waiting})


def reserve_slots(
    together: list[Disruption],
    at: LimitState | None = None,
    limit: RemovalLimit = FIVE,
    profiles: frozenset[UserId] = MANY,
) -> Admission:
    return admit(together, limit, at or LimitState(), profiles, NOON)


@pytest.mark.parametrize(
    ("count", "percent", "profiles", "most"),
    [
        (5, 10, 0, 5),
        (5, 10, 50, 5),
        (5, 10, 59, 5),
        (5, 10, 60, 6),
        (5, 10, 69, 6),
        (5, 10, 1000, 100),
        (0, 10, 9, 0),
        (0, 33, 10, 3),
        (0, 0, 1000, 0),
        (5, 0, 1000, 5),
        (0, 100, 7, 7),
    ],
)
def test_the_limit_is_the_count_or_the_percentage(
    count: int, percent: int, profiles: int, most: int
) -> None:
    """Rule 10's formula: the greater of the two, rounded down to whole users."""
    assert RemovalLimit(count, percent).of(profiles) == most


@pytest.mark.parametrize("number", range(1, 16))
def test_disruptions_found_together_begin_together_or_not_at_all(number: int) -> None:
    """A hundred profiles, a limit of ten an hour: of ten all may begin, of eleven none."""
    together = disruptions(*range(number))

    found = reserve_slots(together)

    if number <= 10:
        assert found == Admission(users(*range(number)), (), {})
    else:
        assert found.take == ()
        assert [each.disruption for each in found.hold] == together
        assert {each.cause for each in found.hold} == {LIMIT}
        assert set(found.refused) == set(users(*range(number)))


def test_removals_begun_within_the_hour_still_count_among_the_profiles() -> None:
    """Otherwise each removal that began would lower the limit."""
    taken = slots(*range(9))
    rest = MANY - set(users(*range(9)))

    assert reserve_slots(disruptions(50), taken, profiles=rest).take == users(50)
    assert reserve_slots(disruptions(50, 51), taken, profiles=rest).take == ()
    # 91 alone would give a limit of nine.
    assert reserve_slots(disruptions(50), taken, profiles=frozenset(sorted(rest)[:90])).take == ()


@pytest.mark.parametrize(("ago", "free"), [(0, False), (59, False), (60, True), (61, True)])
def test_a_slot_is_free_again_after_an_hour(ago: int, *, free: bool) -> None:
    """The hour is a rolling one, not a clock hour."""
    full = slots(*range(10), ago=ago)

    assert (reserve_slots(disruptions(50), full).take == users(50)) is free


def test_the_same_slot_twice_is_one_slot() -> None:
    """A user who is reconciled again goes on, even when no slot is left."""
    full = slots(*range(10))

    assert reserve_slots(disruptions(3), full) == Admission((), (), {})
    assert reserve_slots(disruptions(*range(10)), full) == Admission((), (), {})
    assert reserve_slots(disruptions(3, 50), full).refused.keys() == {*users(50)}


def test_an_open_hold_includes_every_further_removal() -> None:
    """While an approval is pending, no further removal begins in this target."""
    found = reserve_slots(disruptions(50), holding(held(1)))

    assert found.take == ()
    assert [(each.disruption, each.cause) for each in found.hold] == [(disruption(50), LIMIT)]


@pytest.mark.parametrize(
    "other", [held(1, REJECTED), held(1, "last-row"), held(1, "emptied ants"), held(1, hours=1)]
)
def test_another_kind_of_hold_includes_no_other_removal(other: HeldDisruption) -> None:
    """Only a hold for the limit that nobody decided on indicates that something is wrong."""
    assert reserve_slots(disruptions(50), holding(other)).take == users(50)


def test_a_held_disruption_stays_held_however_many_slots_are_free() -> None:
    """Time never releases a hold, and a second hold with another time is not written."""
    waits = held(1)

    found = reserve_slots(disruptions(1), holding(waits))

    assert found == Admission((), (), {waits.disruption.user_id: waits})


@pytest.mark.parametrize(
    ("hours", "begins"),
    [(None, False), (-1, False), (0, False), (0.001, True), (72, True)],
)
def test_an_approval_lets_it_begin_without_a_slot_until_it_expires(
    hours: float | None, *, begins: bool
) -> None:
    """Even when no slot is left; once the approval has expired, the disruption is held again."""
    known = held(50, hours=hours)
    full = holding(known, at=slots(*range(10)))

    found = reserve_slots(disruptions(50), full)

    assert not found.take
    assert not found.hold
    assert found.refused == ({} if begins else {known.disruption.user_id: known})


def test_an_approval_counts_for_three_days() -> None:
    """Rule 10."""
    assert APPROVED_FOR == 72 * HOUR


def test_an_expired_approval_is_open_again() -> None:
    """Nobody carried it out, so the hold is open again and includes further removals."""
    assert reserve_slots(disruptions(50), holding(held(1, hours=-1))).take == ()


def test_a_rejected_disruption_stays_rejected() -> None:
    """A rejection stands until an operator decides otherwise, however many slots are free."""
    rejected = held(1, REJECTED)

    assert reserve_slots(disruptions(1), holding(rejected)).refused == {
        rejected.disruption.user_id: rejected
    }
    assert reserve_slots(disruptions(1), holding(held(1, REJECTED, hours=1))).refused == {}


@pytest.mark.parametrize("cause", ["last-row", "deleted ants", "emptied ants"])
def test_what_always_needs_approval_is_held_however_many_slots_are_free(cause: str) -> None:
    """Rules 3, 4 and 10: even for a user with a slot.

    Such a hold takes no slot and includes no other.
    """
    always = disruption(1, cause=cause)

    for at in (LimitState(), slots(1)):
        found = reserve_slots([always, *disruptions(50)], at)

        assert found.hold == (HeldDisruption(always, cause, NOON),)
        assert found.take == users(50)


def test_a_removal_and_a_role_change_need_separate_approvals() -> None:
    """An approval of the one is no approval of the other: a new one is needed."""
    approved = held(1, hours=1)._replace(disruption=disruption(1, DisruptionKind.ROLE_CHANGE))
    full = holding(approved, at=slots(*range(10, 20)))

    assert reserve_slots(disruptions(1), holding(approved)).take == users(1)
    assert [each.disruption.kind for each in reserve_slots(disruptions(1), full).hold] == [
        DisruptionKind.REMOVAL
    ]


def test_the_order_in_which_disruptions_are_found_decides_nothing() -> None:
    """Style rule 4."""
    together = [
        disruption(3),
        disruption(1, cause="last-row"),
        disruption(2),
        disruption(4, DisruptionKind.ROLE_CHANGE),
    ]

    assert reserve_slots(together) == reserve_slots(together[::-1])
    assert reserve_slots(together).take == users(2, 3, 4)


def test_no_disruptions_need_no_decision() -> None:
    """No disruption needs no decision."""
    assert reserve_slots([], holding(held(1))) == Admission((), (), {})


@pytest.mark.parametrize(
    ("cause", "now_for", "is_over", "by", "stays"),
    [
        ("", "emptied ants", False, "reconcile", True),
        ("last-row", "last-row", False, "reconcile", True),
        ("last-row", "emptied ants", False, "reconcile", False),
        ("last-row", "emptied ants", False, "target", True),
        ("last-row", "", True, "reconcile", True),
        ("last-row", "", True, "group", True),
        ("last-row", "", False, "target", True),
        ("last-row", "", True, "target", False),
        ("", "", True, "target", True),
    ],
)
def test_only_what_a_reconcile_saw_to_be_over_is_admitted_anew(
    cause: str, now_for: str, *, is_over: bool, by: str, stays: bool
) -> None:
    """And by a scan of the whole target: no group's scan, and no reconcile, lets one user go."""
    waits = HeldDisruption(disruption(1, cause=cause), cause or LIMIT, NOON, is_over=is_over)
    found = known_hold(
        disruption(1, cause=now_for),
        holding(waits),
        NOON,
        alone=by == "reconcile",
        readmits=by == "target",
    )

    assert (found is waits) is stays
