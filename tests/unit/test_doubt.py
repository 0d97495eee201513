"""Rules 3, 4 and 11: what nobody can tell takes nothing, and what went as a whole waits."""

from dataclasses import replace

import pytest
from mapped import ADA, LAB, SHOP, decision, decisions, grant, record, row, snapshot, unparsed

from hub.runtime.decisions.decision import DesiredProfile, Removal, Undecided
from hub.runtime.decisions.desired import left_groups
from hub.runtime.decisions.record import Record, State
from shared.model import (
    BadMapping,
    DirectorySnapshot,
    GroupId,
    GroupMapping,
    MappingTable,
    UserStatus,
)

UNKNOWN = {
    "a group that the directory does not tell": ((row("a"), row("dark")), (), snapshot()),
    "a row that does not parse": ((row("a"),), (unparsed("b"),), snapshot()),
    "only a row that does not parse": ((), (unparsed("a"),), snapshot()),
    "memberships not read to the end": ((row("a"),), (), snapshot(complete=False)),
    "a pinned group, not read to the end": (
        (row("lost", group_id=GroupId("id-x")),),
        (),
        snapshot(complete=False),
    ),
}


@pytest.mark.parametrize(("rows", "bad", "of"), UNKNOWN.values(), ids=list(UNKNOWN))
def test_what_nobody_can_tell_removes_nobody(
    rows: tuple[GroupMapping, ...], bad: tuple[BadMapping, ...], of: DirectorySnapshot
) -> None:
    """Rules 3 and 11: unknown forbids removal, and says what to do about it."""
    found = decision(record(grant(row("a"))), *rows, of=of, bad=bad)

    assert isinstance(found, Undecided)
    assert found.target == LAB
    assert found.reason
    assert found.remedy
    assert found.keeps_leaver


def test_a_name_that_never_was_a_group_keeps_no_leaver() -> None:
    """Rule 3: nobody ever had anything through it, so the row is a no."""
    found = decision(record(grant(row("a"))), row("a"), row("lost"), of=snapshot())

    assert isinstance(found, Removal)


@pytest.mark.parametrize(
    "there",
    [
        record(grant(row("a")), grant(row("lost"))),
        replace(record(grant(row("a"))), given_by="lost"),
        replace(record(), role_arn="role/lost", state=State.PENDING),
    ],
    ids=["a claim of it", "the giver", "rebuilt from tags"],
)
def test_a_name_that_may_have_given_something_keeps_it(there: Record) -> None:
    """Rule 3: the hub may have lost its memory of names, while people have what a name gave."""
    found = decision(there, row("a"), row("lost"), of=snapshot())

    assert isinstance(found, Undecided)
    assert found.keeps_leaver


A, B = (frozenset({GroupId(f"id-{name}")}) for name in "ab")


@pytest.mark.parametrize(
    ("rows", "of", "hold"),
    [
        ((row("a"),), snapshot(), ""),
        ((row("a", target=SHOP),), snapshot(), "last-row"),
        ((), snapshot(), "last-row"),
        ((row("a"),), replace(snapshot(), deleted=A), "deleted a"),
        ((row("a"),), replace(snapshot(), emptied=A), "emptied a"),
        # What happened to a group that gave nothing is no matter.
        ((row("a"),), replace(snapshot(), deleted=B), ""),
        ((row("a"),), replace(snapshot(), emptied=B), ""),
    ],
)
def test_what_nobody_was_taken_out_of_one_by_one_waits_for_a_word(
    rows: tuple[GroupMapping, ...], of: DirectorySnapshot, hold: str
) -> None:
    """Rules 3, 4 and 10: the last row of a target, a deleted group, an emptied one."""
    found = decision(record(grant(row("a"))), *rows, of=of)

    assert isinstance(found, Removal)
    assert found.hold == hold
    assert found.reason


@pytest.mark.parametrize("user_status", [UserStatus.DISABLED, UserStatus.GONE])
def test_who_is_barred_waits_for_no_group(user_status: UserStatus) -> None:
    """Rule 4: a leaver of the company is cut off, whatever became of the groups."""
    person = replace(ADA, user_status=user_status)
    of = replace(snapshot(person=person), deleted=A)

    found = decision(record(grant(row("a"))), row("a"), of=of)

    assert isinstance(found, Removal)
    assert found.hold == ""


def test_no_role_is_changed_away_from_a_deleted_group() -> None:
    """Rule 3: its id is gone, so nobody was taken out of it; the lesser role would be a loss."""
    rows = row("a", 10), row("b", 20)
    there = replace(record(grant(rows[0]), grant(rows[1])), role_arn=rows[0].role_arn)

    found = decision(there, *rows, of=replace(snapshot("b"), deleted=A))

    assert isinstance(found, DesiredProfile)
    assert found.role_arn == rows[1].role_arn
    assert found.hold == "deleted a"


def test_a_deleted_group_whose_role_another_row_gives_takes_nothing() -> None:
    """Rule 3: nobody loses anything, so nothing waits for an approval."""
    rows = row("a", 10), replace(row("b", 20), role_arn=row("a").role_arn)
    there = replace(record(grant(rows[0]), grant(rows[1])), role_arn=rows[0].role_arn)

    found = decision(there, *rows, of=replace(snapshot("b"), deleted=A))

    assert isinstance(found, DesiredProfile)
    assert found.hold == ""


def test_what_is_unknown_elsewhere_does_not_hold_up_a_removal() -> None:
    """Rule 13: a bad row counts for its own target."""
    there = record(grant(row("a")))

    found = decision(
        there, row("a"), row("lost", target=SHOP), of=snapshot(), bad=(unparsed("b", SHOP),)
    )

    assert isinstance(found, Removal)


@pytest.mark.parametrize(
    ("rows", "bad"),
    [((row("lost", 10), row("a", 20)), ()), ((row("a", 20),), (unparsed("lost"),))],
)
def test_a_role_is_not_changed_away_from_a_row_that_became_unknown(
    rows: tuple[GroupMapping, ...], bad: tuple[BadMapping, ...]
) -> None:
    """Rule 3's freeze: who has a role by a row keeps it until that row can be read again."""
    there = record(grant(row("lost", 10)), grant(row("a", 20)))

    assert isinstance(decision(there, *rows, of=snapshot("a"), bad=bad), Undecided)


def test_what_gave_the_role_is_frozen_even_while_another_row_wins() -> None:
    """Rule 3: a role change that waits for apps is called off when the giver becomes unknown."""
    rows = row("a", 10), row("lost", 20)
    waits = replace(record(grant(rows[0]), grant(rows[1])), given_by="lost", role_arn="role/lost")

    assert isinstance(decision(waits, *rows, of=snapshot("a")), Undecided)


def test_an_unknown_row_that_gave_nothing_holds_up_no_join() -> None:
    """Rule 11: joins that are certain go on, and so do changes away from other rows."""
    rows = row("lost", 10), row("a", 20), row("b", 30)

    join = decision(None, *rows, of=snapshot("a"), bad=(unparsed("c"),))
    change = decision(record(grant(row("b", 30))), *rows, of=snapshot("a"))

    assert isinstance(join, DesiredProfile)
    assert isinstance(change, DesiredProfile)
    assert (join.role_arn, change.role_arn) == ("role/a", "role/a")


def test_a_pinned_id_is_the_group() -> None:
    """A row with group_id needs no name that the directory knows."""
    pinned = row("lost", group_id=GroupId("id-a"))

    assert isinstance(decision(None, pinned, of=snapshot("a")), DesiredProfile)
    assert isinstance(decision(record(grant(pinned)), pinned, of=snapshot("b")), Removal)


def test_a_name_with_another_id_than_the_pinned_one_grants_nothing() -> None:
    """Rule 3: who takes over a group's name does not inherit what it grants."""
    pinned = row("a", group_id=GroupId("id-of-the-first-a"))

    assert decisions(None, pinned, of=snapshot("a")) == ()


def test_a_removed_record_names_no_group_that_was_left() -> None:
    """Nobody asks the directory of a group that took nothing back; a pinned id is the group."""
    table = MappingTable((row("a", group_id=GroupId("id-x")), row("b")))
    there = record(grant(table.rows[0]))

    assert left_groups(snapshot(), table, {LAB: there}) == ("id-x",)
    assert left_groups(snapshot(), table, {LAB: replace(there, state=State.REMOVED)}) == ()
    assert left_groups(snapshot(), table, {SHOP: replace(there, target=SHOP)}) == ()


def test_a_group_that_was_deleted_or_cannot_be_read_was_left_by_nobody() -> None:
    """Rule 3: an id that is gone removes nobody by itself; a membership that ended does."""
    left, gone = snapshot(), replace(snapshot(), doubtful=frozenset({GroupId("id-a")}))

    assert left_groups(left, MappingTable((row("a"),)), {LAB: record(grant(row("a")))}) == (
        GroupId("id-a"),
    )
    assert isinstance(decision(record(grant(row("a"))), row("a"), of=left), Removal)
    assert isinstance(decision(record(grant(row("a"))), row("a"), of=gone), Undecided)
