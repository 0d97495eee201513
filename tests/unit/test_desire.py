"""Rules 2, 3, 4 and 8: what the mappings call for, person by person and target by target."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.desire import (
    DesiredProfile,
    Removal,
    TargetRows,
    Undecided,
    Verdict,
    desire,
    left_groups,
    rows_by_target,
)
from shared.model import (
    BadMapping,
    Because,
    Claim,
    DirectorySnapshot,
    EndedClaim,
    GroupId,
    GroupMapping,
    MappingTable,
    Person,
    Record,
    Standing,
    State,
    Target,
    Unresolved,
    UserId,
)
from shared.plan import is_at_rest, plan
from shared.retention import ended_claims, remembered

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ADA = Person(UserId("a3d46882"), "ada")


def row(group: str, priority: int = 100, target: Target = LAB, **more: object) -> GroupMapping:
    return GroupMapping(group, target, f"role/{group}", priority, **more)  # type: ignore[arg-type]


def claim(of: GroupMapping) -> Claim:
    return Claim(of.priority, of.group, of.role_arn, of.retention_days, f"id-{of.group}")


def record(
    *because: Claim,
    state: State = State.ACTIVE,
    ended: tuple[EndedClaim, ...] = (),
    standing: Standing = Standing.ENABLED,
) -> Record:
    return Record(
        user_id=ADA.id,
        target=LAB,
        state=state,
        user_name="ada",
        profile_name="ada-as-recorded",
        standing=standing,
        role_arn=because[0].role_arn if because else "",
        given_by=because[0].group if because else "",
        because=because,
        ended=ended,
    )


def snapshot(*member_of: str, person: Person = ADA, complete: bool = True) -> DirectorySnapshot:
    known: dict[str, GroupId | Unresolved] = {
        name: GroupId(f"id-{name}") for name in ("a", "b", "c")
    }
    return DirectorySnapshot(
        person,
        frozenset(GroupId(f"id-{name}") for name in member_of),
        known | {"lost": Unresolved.UNKNOWN},
        complete=complete,
    )


def verdicts(
    there: Record | None,
    *rows: GroupMapping,
    of: DirectorySnapshot,
    bad: tuple[BadMapping, ...] = (),
) -> tuple[Verdict, ...]:
    return desire(of, MappingTable(rows, bad), {LAB: there} if there else {}, NOW)


def verdict(
    there: Record | None,
    *rows: GroupMapping,
    of: DirectorySnapshot,
    bad: tuple[BadMapping, ...] = (),
) -> Verdict:
    (only,) = verdicts(there, *rows, of=of, bad=bad)
    return only


def unparsed(group: str, target: Target | None = LAB) -> BadMapping:
    return BadMapping(group, str(target), target, ("priority: 'high' is not a whole number",))


def test_the_lowest_priority_wins_and_the_others_are_remembered() -> None:
    """Rule 2, with its because."""
    rows = row("a", 30), row("b", 10), row("c", 20)

    assert verdict(None, *rows, of=snapshot("a", "b", "c")) == DesiredProfile(
        ADA,
        LAB,
        "ada",
        "role/b",
        Because(claim(rows[1]), (claim(rows[2]), claim(rows[0]))),
    )


def test_equal_priorities_are_decided_by_the_groups_name() -> None:
    """Rule 2: the lower name by code point wins, and the tie can be told."""
    capital = replace(row("a", 10), group="Z", group_id=GroupId("id-a"))

    found = verdict(None, row("b", 10), capital, of=snapshot("a", "b"))

    assert isinstance(found, DesiredProfile)
    assert found.because.winner.group == "Z"
    assert found.because.is_tied


def test_different_priorities_are_no_tie() -> None:
    """Nobody is warned of what the rows decide."""
    found = verdict(None, row("a", 10), row("b", 11), of=snapshot("a", "b"))

    assert isinstance(found, DesiredProfile)
    assert not found.because.is_tied


def test_targets_are_decided_one_by_one_and_in_order() -> None:
    """Rule 1: a row of one target says nothing of another."""
    rows = row("b", target=SHOP), row("a"), row("c", 1, target=SHOP)

    found = verdicts(None, *rows, of=snapshot("a", "b"))

    assert [(v.target, v.role_arn) for v in found if isinstance(v, DesiredProfile)] == [
        (LAB, "role/a"),
        (SHOP, "role/b"),
    ]


def test_a_stranger_concerns_no_target() -> None:
    """Without a row that applies and without a record there is no verdict at all."""
    assert verdicts(None, row("a"), row("lost"), of=snapshot("b"), bad=(unparsed("c"),)) == ()


def test_the_ledgers_profile_name_comes_before_the_computed_one() -> None:
    """Rule 5: a renamed person keeps the profile that they have."""
    there = record(claim(row("a")))

    found = verdict(there, row("a"), of=snapshot("a", person=replace(ADA, name="ada-king")))

    assert isinstance(found, DesiredProfile)
    assert found.profile_name == "ada-as-recorded"


def test_the_name_of_a_removed_profile_is_computed_anew() -> None:
    """What is gone binds nobody."""
    gone = record(state=State.REMOVED)

    found = verdict(gone, row("a"), of=snapshot("a"))

    assert isinstance(found, DesiredProfile)
    assert found.profile_name == "ada"


def test_who_left_the_last_group_is_to_be_removed() -> None:
    """Rule 4, with the name that the ledger knows."""
    there = record(claim(row("a")))

    assert verdict(there, row("a"), of=snapshot("b")) == Removal(
        ADA, LAB, "ada-as-recorded", "no mapping calls for it", 30
    )


def test_another_row_takes_over_in_place() -> None:
    """Rule 4: a role change, not a removal."""
    there = record(claim(row("a", 10)))

    found = verdict(there, row("a", 10), row("b", 20), of=snapshot("b"))

    assert isinstance(found, DesiredProfile)
    assert (found.profile_name, found.role_arn) == ("ada-as-recorded", "role/b")


@pytest.mark.parametrize("standing", [Standing.DISABLED, Standing.GONE])
def test_a_disabled_or_deleted_user_is_to_be_removed(standing: Standing) -> None:
    """Rule 4, whatever the groups say; a deleted one keeps the name that the ledger knows."""
    person = replace(ADA, standing=standing, name="" if standing is Standing.GONE else "ada")
    there = record(claim(row("a", retention_days=7)))

    found = verdict(there, row("a", retention_days=7), of=snapshot("a", person=person))

    assert isinstance(found, Removal)
    assert (found.person, found.retention_days) == (replace(person, name="ada"), 7)
    assert found.reason == f"the user is {standing} in the directory"


@pytest.mark.parametrize("standing", [Standing.DISABLED, Standing.GONE])
@pytest.mark.parametrize("there", [None, record(state=State.REMOVED)])
def test_a_disabled_or_deleted_user_gets_nothing(standing: Standing, there: Record | None) -> None:
    """Rule 4: membership of somebody who may not sign in grants nothing, and that is noted."""
    person = replace(ADA, standing=standing)

    found = verdict(there, row("a"), of=snapshot("a", person=person))

    assert isinstance(found, Removal)
    assert is_at_rest(found, there)


@pytest.mark.parametrize("standing", [Standing.DISABLED, Standing.GONE])
def test_who_was_never_called_for_is_not_noted(standing: Standing) -> None:
    """The ledger has nothing on people whom no mapping ever concerned."""
    of = snapshot(person=replace(ADA, standing=standing))

    assert verdicts(None, row("a"), of=of) == ()
    assert verdicts(record(state=State.REMOVED, standing=standing), row("a"), of=of) == ()


def test_who_comes_back_without_a_group_is_noted_once() -> None:
    """The ledger says of each leaver why they have no profile, and that changed."""
    gone = record(state=State.REMOVED, standing=Standing.DISABLED)

    found = verdict(gone, row("a"), of=snapshot())

    assert isinstance(found, Removal)
    assert verdicts(record(state=State.REMOVED), row("a"), of=snapshot()) == ()


UNKNOWN = {
    "a group that the directory does not tell": ((row("a"), row("lost")), (), snapshot()),
    "a row that does not parse": ((row("a"),), (unparsed("b"),), snapshot()),
    "only a row that does not parse": ((), (unparsed("a"),), snapshot()),
    "memberships not read to the end": ((row("a"),), (), snapshot(complete=False)),
    "a pinned group, not read to the end": (
        (row("lost", group_id=GroupId("id-x")),),
        (),
        snapshot(complete=False),
    ),
    "the last row of the target gone": ((row("a", target=SHOP),), (), snapshot()),
}


@pytest.mark.parametrize(("rows", "bad", "of"), UNKNOWN.values(), ids=list(UNKNOWN))
def test_what_nobody_can_tell_removes_nobody(
    rows: tuple[GroupMapping, ...], bad: tuple[BadMapping, ...], of: DirectorySnapshot
) -> None:
    """Rules 3, 4 and 11: unknown forbids removal, and says what to do about it."""
    found = verdict(record(claim(row("a"))), *rows, of=of, bad=bad)

    assert isinstance(found, Undecided)
    assert found.target == LAB
    assert found.reason
    assert found.way_out


def test_what_is_unknown_elsewhere_does_not_hold_up_a_removal() -> None:
    """Rule 13: a bad row counts for its own target."""
    there = record(claim(row("a")))

    found = verdict(
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
    there = record(claim(row("lost", 10)), claim(row("a", 20)))

    assert isinstance(verdict(there, *rows, of=snapshot("a"), bad=bad), Undecided)


def test_what_gave_the_role_is_frozen_even_while_another_row_wins() -> None:
    """Rule 3: a role change that waits for apps is called off when the giver becomes unknown."""
    rows = row("a", 10), row("lost", 20)
    waits = replace(record(claim(rows[0]), claim(rows[1])), given_by="lost", role_arn="role/lost")

    assert isinstance(verdict(waits, *rows, of=snapshot("a")), Undecided)


def test_an_unknown_row_that_gave_nothing_holds_up_no_join() -> None:
    """Rule 11: joins that are certain go on, and so do changes away from other rows."""
    rows = row("lost", 10), row("a", 20), row("b", 30)

    join = verdict(None, *rows, of=snapshot("a"), bad=(unparsed("c"),))
    change = verdict(record(claim(row("b", 30))), *rows, of=snapshot("a"))

    assert isinstance(join, DesiredProfile)
    assert isinstance(change, DesiredProfile)
    assert (join.role_arn, change.role_arn) == ("role/a", "role/a")


def test_a_pinned_id_is_the_group() -> None:
    """A row with group_id needs no name that the directory knows."""
    pinned = row("lost", group_id=GroupId("id-a"))

    assert isinstance(verdict(None, pinned, of=snapshot("a")), DesiredProfile)
    assert isinstance(verdict(record(claim(pinned)), pinned, of=snapshot("b")), Removal)


def test_a_name_with_another_id_than_the_pinned_one_grants_nothing() -> None:
    """Rule 3: who takes over a group's name does not inherit what it grants."""
    pinned = row("a", group_id=GroupId("id-of-the-first-a"))

    assert verdicts(None, pinned, of=snapshot("a")) == ()


def test_a_claim_remembers_which_group_it_was() -> None:
    """By its id, pinned or resolved: the copies of groups are kept by it."""
    pinned = row("b", group_id=GroupId("id-c"))

    found = verdict(None, row("a", 1), pinned, of=snapshot("a", "c"))

    assert isinstance(found, DesiredProfile)
    assert [claim.group_id for claim in found.because.claims] == ["id-a", "id-c"]


@pytest.mark.parametrize("standing", [Standing.DISABLED, Standing.GONE])
def test_who_is_barred_before_a_profile_was_made_gets_a_removal(standing: Standing) -> None:
    """A group calls for them and there is no record: the ledger has to learn why they have none."""
    person = replace(ADA, standing=standing)

    assert verdict(None, row("a", retention_days=7), of=snapshot("a", person=person)) == Removal(
        person, LAB, "ada", f"the user is {standing} in the directory", 30
    )


def test_a_removed_record_names_no_group_that_was_left() -> None:
    """Nobody asks the directory of a group that took nothing back; a pinned id is the group."""
    table = MappingTable((row("a", group_id=GroupId("id-x")), row("b")))
    there = record(claim(table.rows[0]))

    assert left_groups(snapshot(), table, {LAB: there}) == ("id-x",)
    assert left_groups(snapshot(), table, {LAB: replace(there, state=State.REMOVED)}) == ()
    assert left_groups(snapshot(), table, {SHOP: replace(there, target=SHOP)}) == ()


def test_the_rows_of_a_target_come_with_those_that_do_not_parse() -> None:
    """A target of bad rows alone is there too; a row without a readable target is nowhere."""
    table = MappingTable((row("a"),), (unparsed("b"), unparsed("c", SHOP), unparsed("d", None)))

    assert rows_by_target(table) == {
        LAB: TargetRows(LAB, (row("a"),), ("b",)),
        SHOP: TargetRows(SHOP, (), ("c",)),
    }


def test_a_disabled_row_grants_nothing_new() -> None:
    """Rule 4: neither a profile nor a better role."""
    off = row("a", 10, enabled=False)
    there = record(claim(row("b", 20)))

    change = verdict(there, off, row("b", 20), of=snapshot("a", "b"))

    assert verdicts(None, off, of=snapshot("a")) == ()
    assert isinstance(change, DesiredProfile)
    assert change.because == Because(claim(row("b", 20)))


def test_disabling_a_row_takes_nothing_away() -> None:
    """Rule 4: who has a profile by it keeps the profile and the role, even if its role changed."""
    there = record(claim(row("a", 10)), claim(row("b", 20)))
    off = replace(row("a", 10, enabled=False), role_arn="role/other")

    found = verdict(there, off, row("b", 20), of=snapshot("a", "b"))

    assert isinstance(found, DesiredProfile)
    assert found.role_arn == "role/a"


def test_who_leaves_the_group_of_a_disabled_row_is_removed_as_ever() -> None:
    """Rule 4."""
    off = row("a", enabled=False)

    assert isinstance(verdict(record(claim(off)), off, of=snapshot()), Removal)


@pytest.mark.parametrize("state", [State.PENDING, State.HELD, State.FAILED])
def test_a_disabled_row_does_not_finish_what_it_never_gave(state: State) -> None:
    """Rule 4: a creation that was refused before the row was disabled is not made up for."""
    off = row("a", enabled=False)
    never_made = {LAB: record(claim(off), state=state)}

    found = desire(snapshot("a"), MappingTable((off,)), never_made, NOW)

    assert not plan(found, {LAB: None}, never_made).actions


HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


@pytest.mark.parametrize(
    ("because", "ended", "rows", "days"),
    [
        ([5], [], {}, 5),
        ([5, 90, 7], [], {}, 90),
        ([0], [], {}, 0),
        ([], [], {}, 30),
        ([5], [(60, HOUR)], {}, 60),
        ([5], [(60, DAY - HOUR)], {}, 60),
        ([5], [(60, DAY)], {}, 5),
        ([5], [(60, DAY + HOUR)], {}, 5),
        ([60], [(5, HOUR)], {}, 60),
        ([5], [(60, HOUR)], {"a": 0}, 60),
        ([5], [], {"a": 14}, 14),
        ([5, 90], [], {"b": 0}, 5),
    ],
)
def test_the_longest_retention_of_the_last_day_counts(
    because: list[int],
    ended: list[tuple[int, timedelta]],
    rows: dict[str, int],
    days: int,
) -> None:
    """Rule 8: of the rows that applied in the last 24 h, with what they say now; 30 by default."""
    there = record(
        *(Claim(10 + n, "abc"[n], "role", kept) for n, kept in enumerate(because)),
        ended=tuple(
            EndedClaim(f"ended-{n}", kept, NOW - ago) for n, (kept, ago) in enumerate(ended)
        ),
    )
    table = [row(group, retention_days=kept) for group, kept in rows.items()] or [row("c", 999)]

    found = verdict(there, *table, of=snapshot())

    assert isinstance(found, Removal)
    assert found.retention_days == days


def test_what_stopped_applying_is_remembered_for_a_day() -> None:
    """A row that applies again is not both; what is older than a day is forgotten."""
    a, b, c = (Claim(10, group, f"role/{group}", 30) for group in "abc")
    there = record(
        a,
        b,
        ended=(
            EndedClaim("c", 90, NOW - HOUR),
            EndedClaim("d", 60, NOW - HOUR),
            EndedClaim("e", 9, NOW - DAY),
        ),
    )

    assert ended_claims(there, [b, c], NOW) == (
        EndedClaim("a", 30, NOW),
        EndedClaim("d", 60, NOW - HOUR),
    )
    assert remembered(there.ended, NOW) == there.ended[:2]


def test_a_group_that_was_deleted_or_cannot_be_read_was_left_by_nobody() -> None:
    """Rule 3: an id that is gone removes nobody by itself; a membership that ended does."""
    left, gone = snapshot(), replace(snapshot(), doubtful=frozenset({GroupId("id-a")}))

    assert left_groups(left, MappingTable((row("a"),)), {LAB: record(claim(row("a")))}) == (
        GroupId("id-a"),
    )
    assert isinstance(verdict(record(claim(row("a"))), row("a"), of=left), Removal)
    assert isinstance(verdict(record(claim(row("a"))), row("a"), of=gone), Undecided)
