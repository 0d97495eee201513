"""Rules 3, 4 and 11: unknown groups remove nothing; what a whole group loses needs an approval."""

from dataclasses import replace

import pytest
from builders import ADA, LAB, SHOP, decision, decisions, grant, record, row, snapshot, unparsed

from hub.runtime.decisions.decision import DesiredProfile, Removal, Undecided
from hub.runtime.decisions.record import Record, State
from hub.runtime.reconcile.observe import left_groups
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
def test_an_unknown_group_removes_nobody(
    rows: tuple[GroupMapping, ...], bad: tuple[BadMapping, ...], of: DirectorySnapshot
) -> None:
    """Rules 3 and 11: an unknown group forbids removal; the skip names the remedy."""
    found = decision(record(grant(row("a"))), *rows, of=of, bad=bad)

    assert isinstance(found, Undecided)
    assert found.target == LAB
    assert found.reason
    assert found.remedy
    assert found.keeps_leaver


def test_a_name_that_never_was_a_group_delays_no_removal() -> None:
    """Rule 3: nobody ever got anything through this name, so its row counts as not granting."""
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
def test_a_name_that_may_have_granted_something_keeps_it(there: Record) -> None:
    """Rule 3: the hub may have lost its stored names while users still have what a name granted."""
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
        ((row("a"),), snapshot()._replace(deleted=A), "deleted a"),
        ((row("a"),), snapshot()._replace(emptied=A), "emptied a"),
        # What happened to a group that granted nothing does not matter.
        ((row("a"),), snapshot()._replace(deleted=B), ""),
        ((row("a"),), snapshot()._replace(emptied=B), ""),
    ],
)
def test_a_loss_without_single_membership_deletions_needs_approval(
    rows: tuple[GroupMapping, ...], of: DirectorySnapshot, hold: str
) -> None:
    """Rules 3, 4 and 10: the last row of a target, a deleted group, an emptied one."""
    found = decision(record(grant(row("a"))), *rows, of=of)

    assert isinstance(found, Removal)
    assert found.hold == hold
    assert found.reason


@pytest.mark.parametrize("user_status", [UserStatus.DISABLED, UserStatus.GONE])
def test_a_disabled_user_waits_for_no_group(user_status: UserStatus) -> None:
    """Rule 4: access of a disabled or deleted user is removed, whatever happened to the groups."""
    person = ADA._replace(user_status=user_status)
    of = snapshot(person=person)._replace(deleted=A)

    found = decision(record(grant(row("a"))), row("a"), of=of)

    assert isinstance(found, Removal)
    assert found.hold == ""


def test_no_role_is_changed_away_from_a_deleted_group() -> None:
    """Rule 3: its id is gone, so no membership was deleted. The lesser role would be a loss."""
    rows = row("a", 10), row("b", 20)
    there = replace(record(grant(rows[0]), grant(rows[1])), role_arn=rows[0].role_arn)

    found = decision(there, *rows, of=snapshot("b")._replace(deleted=A))

    assert isinstance(found, DesiredProfile)
    assert found.role_arn == rows[1].role_arn
    assert found.hold == "deleted a"


def test_a_role_change_after_a_leave_needs_no_approval() -> None:
    """Rule 4: the group exists, so somebody took the user out of it."""
    rows = row("a", 10), row("b", 20)
    there = replace(record(grant(rows[0]), grant(rows[1])), role_arn=rows[0].role_arn)

    found = decision(there, *rows, of=snapshot("b"))

    assert isinstance(found, DesiredProfile)
    assert (found.role_arn, found.hold) == (rows[1].role_arn, "")


def test_a_row_without_a_group_is_not_the_one_that_gave_a_role_of_unknown_origin() -> None:
    """A record that is rebuilt from tags names no group, and what is certain is granted."""
    there = replace(record(), role_arn="role/rebuilt")

    found = decision(there, row("a"), of=snapshot("a"), bad=(unparsed(""),))

    assert isinstance(found, DesiredProfile)


def test_a_deleted_group_whose_role_another_row_grants_removes_nothing() -> None:
    """Rule 3: nobody loses anything, so no approval is needed."""
    rows = row("a", 10), replace(row("b", 20), role_arn=row("a").role_arn)
    there = replace(record(grant(rows[0]), grant(rows[1])), role_arn=rows[0].role_arn)

    found = decision(there, *rows, of=snapshot("b")._replace(deleted=A))

    assert isinstance(found, DesiredProfile)
    assert found.hold == ""


def test_an_unknown_row_of_another_target_does_not_delay_a_removal() -> None:
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
    """Rule 3: who has a role by a row keeps it until that row can be read again."""
    there = record(grant(row("lost", 10)), grant(row("a", 20)))

    assert isinstance(decision(there, *rows, of=snapshot("a"), bad=bad), Undecided)


def test_an_unknown_row_protects_the_role_it_granted_even_while_another_row_wins() -> None:
    """Rule 3: a pending role change is obsolete once the granting row is unknown."""
    rows = row("a", 10), row("lost", 20)
    waits = replace(record(grant(rows[0]), grant(rows[1])), given_by="lost", role_arn="role/lost")

    assert isinstance(decision(waits, *rows, of=snapshot("a")), Undecided)


def test_an_unknown_row_that_granted_nothing_delays_no_join() -> None:
    """Rule 11: certain joins go on, and so do role changes away from other rows."""
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
    """Rule 3: a new group that takes over the name does not inherit its grants."""
    pinned = row("a", group_id=GroupId("id-of-the-first-a"))

    assert decisions(None, pinned, of=snapshot("a")) == ()


def test_a_removed_record_names_no_group_that_was_left() -> None:
    """The directory is not asked about a group that removed nothing; a pinned id is the group."""
    table = MappingTable((row("a", group_id=GroupId("id-x")), row("b")))
    there = record(grant(table.rows[0]))

    assert left_groups(snapshot(), table, {LAB: there}) == ("id-x",)
    assert left_groups(snapshot(), table, {LAB: replace(there, state=State.REMOVED)}) == ()
    assert left_groups(snapshot(), table, {SHOP: replace(there, target=SHOP)}) == ()


def test_nobody_left_a_group_that_was_deleted_or_cannot_be_read() -> None:
    """Rule 3: a missing id removes nobody by itself; a deleted membership does."""
    left, gone = snapshot(), snapshot()._replace(doubtful=frozenset({GroupId("id-a")}))

    assert left_groups(left, MappingTable((row("a"),)), {LAB: record(grant(row("a")))}) == (
        GroupId("id-a"),
    )
    assert isinstance(decision(record(grant(row("a"))), row("a"), of=left), Removal)
    assert isinstance(decision(record(grant(row("a"))), row("a"), of=gone), Undecided)
