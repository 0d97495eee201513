"""Slots are reserved by a conditional write; the writer that loses decides again."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import pytest
from builders import ADA, LAB, NOON, REMOVAL, SHOP, disruption, recorded_user, user
from fake_limits import FakeLimits
from fakes import FakeLedger

from hub.runtime.decisions.actions import Plan, Revoke
from hub.runtime.decisions.holds import waits_for
from hub.runtime.decisions.record import REJECTED, Record
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    Admission,
    Disruption,
    DisruptionKind,
    HeldDisruption,
    LimitState,
    RemovalLimit,
)
from hub.runtime.guard import Guard
from shared.errors import RefusedError, RetryableError
from shared.model import Target, UserId

TWO = RemovalLimit(2, 10)


class CountingLedger(FakeLedger):
    """A ledger that counts reads of a whole target."""

    reads = 0

    def of_target(self, target: Target) -> tuple[Record, ...]:
        """Return all records of one target."""
        self.reads += 1
        return super().of_target(target)


def ledger_of(people: int) -> CountingLedger:
    """Return the ledger of a target with so many profiles."""
    return CountingLedger(rows={(user(n), LAB): recorded_user(n) for n in range(people)})


def ask(
    limits: FakeLimits,
    *numbers: int,
    ledger: FakeLedger | None = None,
    disruptions: list[Disruption] | None = None,
) -> Admission:
    together = disruptions or [disruption(n) for n in numbers]
    return Guard(TWO, limits, ledger or ledger_of(10)).reserve(LAB, together, NOON)


def holding(*waiting: HeldDisruption) -> FakeLimits:
    held = {each.disruption.user_id: each for each in waiting}
    return FakeLimits({LAB: LimitState(held=held)})


def test_admitted_disruptions_have_their_slots_afterwards() -> None:
    """For all disruptions that were found together."""
    limits = FakeLimits()

    assert ask(limits, 1, 2).take == (user(1), user(2))
    assert set(limits.state(LAB).slots) == {user(1), user(2)}
    assert not limits.state(LAB).held


def test_disruptions_that_are_not_admitted_are_held_afterwards(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All that were found together; published once, with the digest to approve."""
    limits = FakeLimits()

    found = ask(limits, 1, 2, 3)

    assert set(found.refused) == set(limits.state(LAB).held) == {user(1), user(2), user(3)}
    assert not limits.state(LAB).slots
    (hold,) = limits.shown
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(hold.digest in json.dumps(line) for line in told) == 1
    assert ask(limits, 1, 2, 3).hold == ()
    assert capsys.readouterr().out == ""


def test_a_hold_is_published_as_the_whole_set_at_that_time() -> None:
    """A further member makes another set with another digest."""
    limits = FakeLimits()
    ask(limits, 1, 2, 3)
    ask(limits, 4)

    assert [len(hold.disruptions) for hold in limits.shown] == [3, 4]
    assert len({hold.digest for hold in limits.shown}) == 2


@pytest.mark.parametrize("others", [1, 2, 3, 4])
def test_a_writer_that_loses_the_race_decides_again(others: int) -> None:
    """Others took slots between the read and the write: no user gets one above the limit."""
    limits, waiting = FakeLimits(), list(range(10, 10 + others))

    def between() -> None:
        if waiting:
            limits.take({LAB: limits.targets.get(LAB, LimitState())}, [user(waiting.pop())], NOON)

    limits.between = between
    found = ask(limits, 1, ledger=ledger_of(0))

    slots = limits.targets[LAB].slots
    assert (found.take == (user(1),)) is (others == 1)
    assert (user(1) in slots) is (others == 1)
    assert len(slots) <= max(others, 2)


def test_a_writer_that_always_loses_is_requeued() -> None:
    """Nothing is begun and nothing is held."""
    limits = FakeLimits()

    def between() -> None:
        there = limits.targets.get(LAB, LimitState())
        limits.targets[LAB] = there._replace(version=there.version + 1)

    limits.between = between

    with pytest.raises(RetryableError, match="at the same time"):
        ask(limits, 1)
    assert not limits.targets[LAB].slots
    assert not limits.targets[LAB].held


@pytest.mark.parametrize(
    ("limits", "disruptions", "reads"),
    [
        (FakeLimits(), [disruption(1)], 0),
        # Only with many profiles may so many begin.
        (FakeLimits(), [disruption(n) for n in range(3)], 1),
        (FakeLimits({LAB: LimitState({user(1): NOON})}), [disruption(1)], 0),
        (FakeLimits(), [disruption(1, cause="last-row")], 0),
        (holding(HeldDisruption(disruption(1), LIMIT, NOON)), [disruption(1)], 0),
        # Held for another reason, it needs a slot.
        (
            holding(HeldDisruption(disruption(1, DisruptionKind.ROLE_CHANGE), REJECTED, NOON)),
            [disruption(1)],
            0,
        ),
        (
            holding(HeldDisruption(disruption(1, DisruptionKind.ROLE_CHANGE), REJECTED, NOON)),
            [disruption(n) for n in range(3)],
            1,
        ),
    ],
)
def test_profiles_are_counted_only_where_their_number_matters(
    limits: FakeLimits, disruptions: list[Disruption], reads: int
) -> None:
    """A whole target is read only when needed, and an unread target never counts as empty."""
    ledger = ledger_of(100)

    ask(limits, ledger=ledger, disruptions=disruptions)

    assert ledger.reads == reads


def test_the_percentage_counts_for_a_user_held_for_another_reason() -> None:
    """A rejected role change does not affect how many removals may begin."""
    limits = holding(HeldDisruption(disruption(9, DisruptionKind.ROLE_CHANGE), REJECTED, NOON))
    slots = {user(n): NOON for n in range(5)}
    limits.targets[LAB] = limits.targets[LAB]._replace(slots=slots)

    assert ask(limits, 9, ledger=ledger_of(100)).take == (user(9),)


def leaving_both(limits: FakeLimits) -> set[Target]:
    """Let a user leave two targets; return where the removal may begin."""
    decisions = [REMOVAL._replace(target=target) for target in (LAB, SHOP)]
    actions = tuple(Revoke(ADA, target, "ada", "left") for target in (LAB, SHOP))
    guard = Guard(TWO, limits, ledger_of(0))
    todo = guard.admit(Plan(actions, (), ()), decisions, {}, NOON)
    return {action.target for action in todo.actions}


def test_a_user_takes_the_slots_in_all_targets_by_one_write() -> None:
    """Nothing is held in them, and few removals began."""
    limits = FakeLimits()

    assert leaving_both(limits) == {LAB, SHOP}
    assert limits.taken == [{LAB, SHOP}]


@pytest.mark.parametrize(
    "lab",
    [
        LimitState({user(1): NOON, user(2): NOON}),
        LimitState(held={user(1): HeldDisruption(disruption(1), LIMIT, NOON)}),
    ],
)
def test_a_target_that_admits_nobody_now_keeps_no_other_waiting(lab: LimitState) -> None:
    """Law 7 in each target by itself: the user is held in one, and leaves the other."""
    limits = FakeLimits({LAB: lab})

    assert leaving_both(limits) == {SHOP}
    assert limits.taken == [{SHOP}]
    assert ADA.id in limits.targets[LAB].held


def test_a_user_who_loses_the_race_in_one_target_asks_in_each_alone() -> None:
    """A slot that another worker took counts, and no removal begins without one."""
    limits, others = FakeLimits(), [user(1), user(2)]

    def between() -> None:
        if others:
            limits.take({LAB: limits.targets.get(LAB, LimitState())}, [others.pop()], NOON)

    limits.between = between

    assert leaving_both(limits) == {SHOP}
    assert set(limits.targets[LAB].slots) == {user(1), user(2)}
    assert set(limits.targets[SHOP].slots) == {ADA.id}


class SmallTransactions(FakeLimits):
    """Limits of which DynamoDB takes those of one target at a time."""

    def take(
        self, seen: Mapping[Target, LimitState], users: Iterable[UserId], now: datetime
    ) -> bool:
        """Reserve slots in one target; refuse those of several."""
        if len(seen) > 1:
            raise RefusedError("ValidationException", "Transaction request is too large")
        return super().take(seen, users, now)


def test_a_write_that_is_too_large_for_all_targets_is_made_for_each() -> None:
    """Slots of many targets can be more than one transaction takes; no leaver waits for that."""
    limits = SmallTransactions()

    assert leaving_both(limits) == {LAB, SHOP}
    assert limits.taken == [{LAB}, {SHOP}]


def test_a_refusal_is_reported_as_its_whole_hold() -> None:
    """With all others that need the same approval, and with the operator's remedy."""
    one, other, apart = (
        HeldDisruption(disruption(1), LIMIT, NOON),
        HeldDisruption(disruption(2), LIMIT, NOON),
        HeldDisruption(disruption(3), REJECTED, NOON),
    )
    at = LimitState(held={each.disruption.user_id: each for each in (one, other, apart)})

    hold = waits_for(LAB, one, at, NOON)

    assert hold.disruptions == (one, other)
    assert hold.remedy == (
        f"if that is right: studio-hub holds approve {hold.digest}; "
        f"if not: studio-hub holds reject {hold.digest}"
    )
    rejected = waits_for(LAB, apart, at, NOON)
    assert rejected.remedy.endswith(f"studio-hub holds approve {rejected.digest}")
    assert "reject" not in rejected.remedy
    # Read before it was written, it is a member of the hold all the same.
    assert waits_for(LAB, one, LimitState(), NOON + timedelta(hours=1)).disruptions == (one,)
