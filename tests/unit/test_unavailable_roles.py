"""Rule 14: a role that cannot be given takes nothing from anybody, and is given to nobody."""

from dataclasses import replace

import pytest
from builders import ADA, LAB, NOON, decision, grant, record, row, snapshot

from hub.runtime.decisions.actions import UNREMARKABLE
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.desired import desire
from hub.runtime.decisions.drift import in_ledger
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.record import Record, State
from shared.model import DirectorySnapshot, GroupMapping, MappingTable, UserStatus

LOW, HIGH = row("a", 20), row("b", 10)


def decided(
    there: Record | None,
    *rows: GroupMapping,
    of: DirectorySnapshot,
    missing: tuple[GroupMapping, ...],
) -> tuple[Decision, ...]:
    unavailable = {LAB: frozenset(each.role_arn for each in missing)}
    table = MappingTable(rows)
    return desire(of, table, {LAB: there} if there else {}, NOON, unavailable)


def test_nobody_gets_an_unavailable_role() -> None:
    """The target does not concern a joiner: its own problem says why, and no user's problem."""
    assert decided(None, HIGH, of=snapshot("b"), missing=(HIGH,)) == ()


def test_no_losing_role_is_given_instead_of_one_that_would_win() -> None:
    """The row of the lowest priority decides who gets what, also while its role is missing."""
    assert decided(None, LOW, HIGH, of=snapshot("a", "b"), missing=(HIGH,)) == ()


def test_a_losing_row_without_its_role_changes_nothing() -> None:
    """The row that wins is certain."""
    (found,) = decided(None, LOW, HIGH, of=snapshot("a", "b"), missing=(LOW,))

    assert isinstance(found, DesiredProfile)
    assert found.role_arn == HIGH.role_arn


def test_who_has_a_role_keeps_it_while_a_better_one_is_missing() -> None:
    """Their own row goes on: what is unfinished in their profile is finished."""
    (found,) = decided(record(grant(LOW)), LOW, HIGH, of=snapshot("a", "b"), missing=(HIGH,))

    assert isinstance(found, DesiredProfile)
    assert found.role_arn == LOW.role_arn
    assert found.because[0].group == "a"


@pytest.mark.parametrize("groups", [("b",), ("a", "b")])
def test_who_has_the_missing_role_keeps_it(groups: tuple[str, ...]) -> None:
    """Nothing of the profile changes, and no losing row's role takes its place."""
    (found,) = decided(record(grant(HIGH)), LOW, HIGH, of=snapshot(*groups), missing=(HIGH,))

    assert isinstance(found, Undecided)
    assert found.is_of_target
    assert not found.keeps_leaver


def test_who_has_another_role_keeps_it_where_only_a_missing_one_is_left() -> None:
    """They left the group that gave it, but they are no leaver: a row calls for them."""
    (found,) = decided(record(grant(LOW)), LOW, HIGH, of=snapshot("b"), missing=(HIGH,))

    assert isinstance(found, Undecided)


def test_who_leaves_the_group_is_removed_all_the_same() -> None:
    """A missing role keeps no leaver: that no row applies to them is certain."""
    (found,) = decided(record(grant(HIGH)), HIGH, of=snapshot(), missing=(HIGH,))

    assert isinstance(found, Removal)


def test_a_disabled_user_is_removed_all_the_same() -> None:
    """Whatever their rows call for."""
    person = ADA._replace(user_status=UserStatus.DISABLED)
    (found,) = decided(record(grant(HIGH)), HIGH, of=snapshot("b", person=person), missing=(HIGH,))

    assert isinstance(found, Removal)


def test_a_disabled_row_keeps_what_it_gave_though_the_role_is_gone() -> None:
    """It grants nothing new, and its role is not changed."""
    off = replace(HIGH, enabled=False)
    (found,) = decided(record(grant(HIGH)), off, of=snapshot("b"), missing=(HIGH,))

    assert isinstance(found, Undecided)


def test_it_is_no_problem_of_the_user_and_no_drift() -> None:
    """One problem of the target says it; the target's scan queues nobody for it each hour."""
    there = record(grant(HIGH))
    (found,) = decided(there, HIGH, of=snapshot("b"), missing=(HIGH,))

    (skip,) = plan([found], {}, {LAB: there}, NOON).skips
    assert skip.kind in UNREMARKABLE
    assert in_ledger(found, ADA.id, there, NOON) is None


def test_the_role_is_given_once_it_is_there() -> None:
    """As if it had never been missing."""
    there = record(grant(LOW), state=State.ACTIVE)

    before = decision(there, LOW, HIGH, of=snapshot("a", "b"))

    assert decided(there, LOW, HIGH, of=snapshot("a", "b"), missing=()) == (before,)
    assert isinstance(before, DesiredProfile)
    assert before.role_arn == HIGH.role_arn
