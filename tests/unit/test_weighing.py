"""Rule 10: what may begin in an hour, what waits for a word, and until when."""

from dataclasses import replace

import pytest
from cases import HOUR, MINUTE, NOON

from hub.runtime.decisions.holds import APPROVED_FOR
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    REJECTED,
    Cut,
    CutKind,
    HeldCut,
    RemovalLimit,
    TargetLimit,
    Weighing,
    weigh,
)
from shared.model import UserId

FIVE = RemovalLimit()
MANY = frozenset(UserId(f"u-{n:02d}") for n in range(100))


def users(*numbers: int) -> tuple[UserId, ...]:
    return tuple(UserId(f"u-{n:02d}") for n in numbers)


def cut(number: int, kind: CutKind = CutKind.REMOVAL, cause: str = "") -> Cut:
    return Cut(UserId(f"u-{number:02d}"), f"name-{number}", f"profile-{number}", kind, "why", cause)


def cuts(*numbers: int) -> list[Cut]:
    return [cut(n) for n in numbers]


def slots(*numbers: int, ago: int = 10) -> TargetLimit:
    """Return a target in which some people took slots some minutes ago."""
    return TargetLimit(dict.fromkeys(users(*numbers), NOON - ago * MINUTE), version=1)


def held(number: int, cause: str = LIMIT, *, hours: float | None = None) -> HeldCut:
    """Return a cut that waits, approved for so many hours from now."""
    until = None if hours is None else NOON + hours * HOUR
    return HeldCut(cut(number), cause, NOON - HOUR, until)


def holding(*waiting: HeldCut, at: TargetLimit | None = None) -> TargetLimit:
    """Return a target in which cuts wait."""
    return replace(at or TargetLimit(), held={each.cut.user_id: each for each in waiting})


def weighed(
    together: list[Cut],
    at: TargetLimit | None = None,
    limit: RemovalLimit = FIVE,
    profiles: frozenset[UserId] = MANY,
) -> Weighing:
    return weigh(together, limit, at or TargetLimit(), profiles, NOON)


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
    """Rule 10's formula: the greater of the two, and no part of a person."""
    assert RemovalLimit(count, percent).of(profiles) == most


@pytest.mark.parametrize("number", range(1, 16))
def test_what_is_found_together_begins_together_or_not_at_all(number: int) -> None:
    """A hundred profiles, ten an hour: ten may go, of eleven nobody."""
    together = cuts(*range(number))

    found = weighed(together)

    if number <= 10:
        assert found == Weighing(users(*range(number)), (), {})
    else:
        assert found.take == ()
        assert [each.cut for each in found.hold] == together
        assert {each.cause for each in found.hold} == {LIMIT}
        assert set(found.refused) == set(users(*range(number)))


def test_whoever_began_within_the_hour_still_counts_among_the_profiles() -> None:
    """Otherwise the limit would sink with every removal that it let begin."""
    taken = slots(*range(9))
    rest = MANY - set(users(*range(9)))

    assert weighed(cuts(50), taken, profiles=rest).take == users(50)
    assert weighed(cuts(50, 51), taken, profiles=rest).take == ()
    # 91 alone would be nine.
    assert weighed(cuts(50), taken, profiles=frozenset(sorted(rest)[:90])).take == ()


@pytest.mark.parametrize(("ago", "free"), [(0, False), (59, False), (60, True), (61, True)])
def test_a_slot_is_free_again_after_an_hour(ago: int, *, free: bool) -> None:
    """A rolling hour, not one of the clock."""
    full = slots(*range(10), ago=ago)

    assert (weighed(cuts(50), full).take == users(50)) is free


def test_the_same_slot_twice_is_one_slot() -> None:
    """Whoever is looked at again goes on, also where no slot is left."""
    full = slots(*range(10))

    assert weighed(cuts(3), full) == Weighing((), (), {})
    assert weighed(cuts(*range(10)), full) == Weighing((), (), {})
    assert weighed(cuts(3, 50), full).refused.keys() == {*users(50)}


def test_an_open_hold_draws_in_every_further_removal() -> None:
    """While somebody is asked about it, nothing trickles through beside it."""
    found = weighed(cuts(50), holding(held(1)))

    assert found.take == ()
    assert [(each.cut, each.cause) for each in found.hold] == [(cut(50), LIMIT)]


@pytest.mark.parametrize(
    "other", [held(1, REJECTED), held(1, "last-row"), held(1, "emptied ants"), held(1, hours=1)]
)
def test_another_kind_of_hold_draws_in_nobody(other: HeldCut) -> None:
    """Only what the limit held and nobody decided on yet says that something is wrong."""
    assert weighed(cuts(50), holding(other)).take == users(50)


def test_what_is_held_stays_held_however_much_room_there_is() -> None:
    """Time never releases it, and it is not held anew with another time."""
    waits = held(1)

    found = weighed(cuts(1), holding(waits))

    assert found == Weighing((), (), {waits.cut.user_id: waits})


@pytest.mark.parametrize(
    ("hours", "begins"),
    [(None, False), (-1, False), (0, False), (0.001, True), (72, True)],
)
def test_an_approval_lets_it_begin_without_a_slot_until_it_expires(
    hours: float | None, *, begins: bool
) -> None:
    """Also where no slot is left; after that it waits as before."""
    known = held(50, hours=hours)
    full = holding(known, at=slots(*range(10)))

    found = weighed(cuts(50), full)

    assert not found.take
    assert not found.hold
    assert found.refused == ({} if begins else {known.cut.user_id: known})


def test_an_approval_counts_for_three_days() -> None:
    """Rule 10."""
    assert APPROVED_FOR == 72 * HOUR


def test_an_expired_approval_is_open_again() -> None:
    """Nobody carried it out, so the question stands, and draws in what comes."""
    assert weighed(cuts(50), holding(held(1, hours=-1))).take == ()


def test_what_was_rejected_stays_rejected() -> None:
    """Until somebody says otherwise, whatever the room."""
    rejected = held(1, REJECTED)

    assert weighed(cuts(1), holding(rejected)).refused == {rejected.cut.user_id: rejected}
    assert weighed(cuts(1), holding(held(1, REJECTED, hours=1))).refused == {}


@pytest.mark.parametrize("cause", ["last-row", "deleted ants", "emptied ants"])
def test_what_always_waits_is_held_however_much_room_there_is(cause: str) -> None:
    """Rules 3, 4 and 10: also for whoever has a slot; it takes none and draws in nobody."""
    always = cut(1, cause=cause)

    for at in (TargetLimit(), slots(1)):
        found = weighed([always, *cuts(50)], at)

        assert found.hold == (HeldCut(always, cause, NOON),)
        assert found.take == users(50)


def test_a_removal_is_another_thing_than_a_role_change() -> None:
    """A word on the one is none on the other: it is asked for anew."""
    approved = replace(held(1, hours=1), cut=cut(1, CutKind.ROLE_CHANGE))
    full = holding(approved, at=slots(*range(10, 20)))

    assert weighed(cuts(1), holding(approved)).take == users(1)
    assert [each.cut.kind for each in weighed(cuts(1), full).hold] == [CutKind.REMOVAL]


def test_the_order_in_which_cuts_are_found_decides_nothing() -> None:
    """Style rule 4."""
    together = [cut(3), cut(1, cause="last-row"), cut(2), cut(4, CutKind.ROLE_CHANGE)]

    assert weighed(together) == weighed(together[::-1])
    assert weighed(together).take == users(2, 3, 4)


def test_nobody_asks_nothing() -> None:
    """No cut, no word."""
    assert weighed([], holding(held(1))) == Weighing((), (), {})
