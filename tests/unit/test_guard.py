"""Who takes the last slot: a conditional write decides, and whoever loses weighs anew."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from disruptions import LAB, NOON, disruption, profile, user
from fake_limits import FakeLimits
from fakes import FakeLedger

from hub.runtime.decisions.record import Record
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    REJECTED,
    Admission,
    Disruption,
    DisruptionKind,
    HeldDisruption,
    LimitState,
    RemovalLimit,
)
from hub.runtime.guard import remedy, reserve_slots, waits_for
from shared.errors import RetryableError
from shared.model import Target

TWO = RemovalLimit(2, 10)


class CountingLedger(FakeLedger):
    """A ledger that counts how often a whole target was read."""

    reads = 0

    def of_target(self, target: Target) -> tuple[Record, ...]:
        """Return everybody's records in one target."""
        self.reads += 1
        return super().of_target(target)


def town(people: int) -> CountingLedger:
    """Return the ledger of a target with so many profiles."""
    return CountingLedger(rows={(user(n), LAB): profile(n) for n in range(people)})


def ask(
    limits: FakeLimits,
    *numbers: int,
    ledger: FakeLedger | None = None,
    disruptions: list[Disruption] | None = None,
) -> Admission:
    together = disruptions or [disruption(n) for n in numbers]
    return reserve_slots(LAB, together, TWO, limits, ledger or town(10), NOON)


def holding(*waiting: HeldDisruption) -> FakeLimits:
    held = {each.disruption.user_id: each for each in waiting}
    return FakeLimits({LAB: LimitState(held=held)})


def test_what_may_begin_has_its_slots_by_then() -> None:
    """For all that were found together."""
    limits = FakeLimits()

    assert ask(limits, 1, 2).take == (user(1), user(2))
    assert set(limits.of(LAB).slots) == {user(1), user(2)}
    assert not limits.of(LAB).held


def test_what_may_not_begin_is_held_by_then(capsys: pytest.CaptureFixture[str]) -> None:
    """For all that were found together; told once, with the digest that an operator can approve."""
    limits = FakeLimits()

    found = ask(limits, 1, 2, 3)

    assert set(found.refused) == set(limits.of(LAB).held) == {user(1), user(2), user(3)}
    assert not limits.of(LAB).slots
    (hold,) = limits.shown
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(hold.digest in json.dumps(line) for line in told) == 1
    assert ask(limits, 1, 2, 3).hold == ()
    assert capsys.readouterr().out == ""


def test_a_hold_is_told_as_the_whole_that_it_is_then() -> None:
    """Whoever is drawn in makes another set of it, under another digest."""
    limits = FakeLimits()
    ask(limits, 1, 2, 3)
    ask(limits, 4)

    assert [len(hold.disruptions) for hold in limits.shown] == [3, 4]
    assert len({hold.digest for hold in limits.shown}) == 2


@pytest.mark.parametrize("others", [1, 2, 3, 4])
def test_whoever_loses_the_race_weighs_anew(others: int) -> None:
    """Between the read and the write others took slots: nobody gets one too many."""
    limits, waiting = FakeLimits(), list(range(10, 10 + others))

    def between() -> None:
        if waiting:
            limits.take(LAB, limits.targets.get(LAB, LimitState()), [user(waiting.pop())], NOON)

    limits.between = between
    found = ask(limits, 1, ledger=town(0))

    slots = limits.targets[LAB].slots
    assert (found.take == (user(1),)) is (others == 1)
    assert (user(1) in slots) is (others == 1)
    assert len(slots) <= max(others, 2)


def test_whoever_always_loses_is_looked_at_again_later() -> None:
    """Nothing is begun and nothing is held."""
    limits = FakeLimits()

    def between() -> None:
        there = limits.targets.get(LAB, LimitState())
        limits.targets[LAB] = replace(there, version=there.version + 1)

    limits.between = between

    with pytest.raises(RetryableError, match="at the same time"):
        ask(limits, 1)
    assert not limits.targets[LAB].slots
    assert not limits.targets[LAB].held


@pytest.mark.parametrize(
    ("limits", "disruptions", "reads"),
    [
        (FakeLimits(), [disruption(1)], 1),
        (FakeLimits({LAB: LimitState({user(1): NOON})}), [disruption(1)], 0),
        (FakeLimits(), [disruption(1, cause="last-row")], 0),
        (holding(HeldDisruption(disruption(1), LIMIT, NOON)), [disruption(1)], 0),
        # Held as something else it asks for a slot.
        (
            holding(HeldDisruption(disruption(1, DisruptionKind.ROLE_CHANGE), REJECTED, NOON)),
            [disruption(1)],
            1,
        ),
    ],
)
def test_profiles_are_counted_only_where_somebody_asks_for_a_slot(
    limits: FakeLimits, disruptions: list[Disruption], reads: int
) -> None:
    """A whole target is not read for nothing, and never taken for empty."""
    ledger = town(100)

    ask(limits, ledger=ledger, disruptions=disruptions)

    assert ledger.reads == reads


def test_the_percentage_counts_for_whoever_was_held_as_something_else() -> None:
    """A rejected role change says nothing of how many may be removed."""
    limits = holding(HeldDisruption(disruption(9, DisruptionKind.ROLE_CHANGE), REJECTED, NOON))
    slots = {user(n): NOON for n in range(5)}
    limits.targets[LAB] = replace(limits.targets[LAB], slots=slots)

    assert ask(limits, 9, ledger=town(100)).take == (user(9),)


def test_a_refusal_is_shown_as_the_hold_that_it_is_part_of() -> None:
    """With whoever else waits for the same word, and what an operator can do about it."""
    one, other, apart = (
        HeldDisruption(disruption(1), LIMIT, NOON),
        HeldDisruption(disruption(2), LIMIT, NOON),
        HeldDisruption(disruption(3), REJECTED, NOON),
    )
    at = LimitState(held={each.disruption.user_id: each for each in (one, other, apart)})

    hold = waits_for(LAB, one, at, NOON)

    assert hold.disruptions == (one, other)
    assert remedy(hold) == (
        f"if that is right: studio-hub holds approve {hold.digest}; "
        f"if not: studio-hub holds reject {hold.digest}"
    )
    rejected = waits_for(LAB, apart, at, NOON)
    assert remedy(rejected).endswith(f"studio-hub holds approve {rejected.digest}")
    assert "reject" not in remedy(rejected)
    # Read before it was written, it is part of it all the same.
    assert waits_for(LAB, one, LimitState(), NOON + timedelta(hours=1)).disruptions == (one,)
