"""Rule 15: what the directory takes out of a pattern row is never removed without an approval."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from builders import ADA, LAB, NOON, row

from hub.runtime.decisions.decision import (
    Decision,
    DesiredProfile,
    Removal,
    RowReason,
    Undecided,
)
from hub.runtime.decisions.desired import UNMATCHED, desire, row_answers, rows_by_target
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import parse_row, parse_table
from hub.runtime.decisions.pattern_rows import expand, listed
from hub.runtime.decisions.record import Record, State
from hub.runtime.reconcile.observe import left_groups
from shared.model import (
    BadMapping,
    DirectorySnapshot,
    Grant,
    GroupId,
    GroupPattern,
    MappingTable,
)

LEADS = GroupId("id-leads")
NEW = GroupId("33e47872-9051-70c8-1b7a-0f2d5c9e4a10")
PATTERN = {"group": "ml-*", "target": str(LAB)}
ROLE = f"arn:aws:iam::{LAB.account}:role/studio-hub/ml-leads"
THERE = Record(
    user_id=ADA.id,
    target=LAB,
    state=State.ACTIVE,
    user_name="ada",
    profile_name="ada",
    role_arn=ROLE,
    given_by="ml-leads",
    because=(Grant(100, "ml-leads", ROLE, 30, LEADS),),
)


def table(
    *rows: Mapping[str, object],
    names: Mapping[GroupId, str],
    is_listed: bool = True,
    first: GroupId | None = None,
) -> MappingTable:
    """Return the expanded table of these rows, where the hub knows these groups.

    The hub saw the name ml-leads on the group `first`.
    """
    parsed = parse_table(rows)
    done = listed(parsed.patterns) if is_listed else frozenset()
    ids = {"ml-leads": first} if first else {}
    return expand(parsed, HubState(group_ids=ids, pattern_groups=names, listed_patterns=done))


def decided(of: MappingTable, *member_of: GroupId, there: Record = THERE) -> Decision:
    """Return the decision on Ada, to whom the pattern row gave something as ml-leads."""
    snapshot = DirectorySnapshot(ADA, frozenset(member_of), {"own": GroupId("id-own")})
    (found,) = desire(snapshot, of, {LAB: there}, NOON)
    return found


@pytest.mark.parametrize("names", [{LEADS: "leads"}, {}])
def test_a_group_that_no_pattern_matches_any_more_is_held(names: dict[GroupId, str]) -> None:
    """Renamed, or lost by the hub: the row is as it was, so nobody meant a removal."""
    found = decided(table(PATTERN, names=names), LEADS)

    assert isinstance(found, Removal)
    assert found.hold == f"{UNMATCHED} ml-leads"


def test_another_role_instead_is_held_too() -> None:
    """Ada is in a group with a row of its own, which gives less."""
    of = table(PATTERN, {"group": "own", "target": str(LAB)}, names={LEADS: "leads"})
    found = decided(of, LEADS, GroupId("id-own"))

    assert isinstance(found, DesiredProfile)
    assert found.hold == f"{UNMATCHED} ml-leads"


def test_who_leaves_a_matched_group_is_removed_as_ever() -> None:
    """Only what the directory takes from a whole group is held."""
    found = decided(table(PATTERN, names={LEADS: "ml-leads"}))

    assert isinstance(found, Removal)
    assert not found.hold


def test_a_narrowed_pattern_is_the_operators_will() -> None:
    """The row that gave it is gone: the removal limit counts, as for any row."""
    of = table({**PATTERN, "group": "ml-sci*"}, names={LEADS: "ml-leads"})
    found = decided(of._replace(rows=(row("b"),)), LEADS)

    assert isinstance(found, Removal)
    assert not found.hold


def test_a_group_renamed_within_the_pattern_gets_its_new_role() -> None:
    """As the row of the new name would; nothing is held."""
    found = decided(table(PATTERN, names={LEADS: "ml-managers"}), LEADS)

    assert isinstance(found, DesiredProfile)
    assert found.role_arn.endswith("/ml-managers")
    assert not found.hold


def test_a_disabled_pattern_row_keeps_what_it_gave_a_renamed_group() -> None:
    """Rule 4: it grants nothing new, and its ending removes nobody."""
    found = decided(table({**PATTERN, "enabled": False}, names={LEADS: "ml-managers"}), LEADS)

    assert isinstance(found, DesiredProfile)
    assert found.role_arn == ROLE


def test_a_pattern_that_was_never_listed_removes_nobody() -> None:
    """Law 6, also where the ledger lost by which group a role was given."""
    of = table(PATTERN, {"group": "own", "target": str(LAB)}, names={}, is_listed=False)

    for there in (THERE, replace(THERE, because=(), given_by="")):
        found = decided(of, LEADS, there=there)
        assert isinstance(found, Undecided)
        assert "ml-*" in found.reason
    assert isinstance(decided(of, LEADS, GroupId("id-own")), Undecided)


def test_a_group_that_took_the_name_of_another_is_given_nothing() -> None:
    """Rule 3: the id is the group, whatever its name; the answer to its members says so."""
    of = table(PATTERN, names={LEADS: "ml-leads", NEW: "ml-leads"}, first=LEADS)
    snapshot = DirectorySnapshot(ADA, frozenset({NEW}), {})

    assert [row.group_id for row in of.rows] == [LEADS]
    assert desire(snapshot, of, {}, NOON) == ()
    answers = row_answers(rows_by_target(of)[LAB], snapshot, None)
    assert [each.reason for each in answers] == [RowReason.NOT_A_MEMBER, RowReason.NAME_TAKEN]


def test_a_row_of_its_own_confirms_a_group_that_took_a_name() -> None:
    """It pins the new id, and wins over the pattern."""
    own = {"group": "ml-leads", "target": str(LAB), "group_id": NEW}
    of = table(PATTERN, own, names={LEADS: "ml-x", NEW: "ml-leads"}, first=LEADS)
    snapshot = DirectorySnapshot(ADA, frozenset({NEW}), {})
    (found,) = desire(snapshot, of, {}, NOON)

    assert isinstance(found, DesiredProfile)
    assert of.withheld == ()


def test_a_group_that_is_renamed_to_the_name_of_another_keeps_its_people() -> None:
    """It gets nothing by the new name; what it gave by the old one is held."""
    of = table(PATTERN, names={GroupId("id-own"): "ml-leads"}, first=LEADS)
    there = replace(THERE, because=(Grant(100, "ml-own", ROLE, 30, "id-own"),), given_by="ml-own")
    found = decided(of, GroupId("id-own"), there=there)

    assert isinstance(found, Removal)
    assert found.hold == f"{UNMATCHED} ml-own"


@pytest.mark.parametrize("target", [str(LAB), "nowhere"])
def test_a_pattern_row_that_does_not_parse_is_unknown_for_its_groups(target: str) -> None:
    """Rule 3: neither a removal, nor another role than the one that it gave."""
    bad = {**PATTERN, "target": target, "priority": "high"}
    of = table(bad, {"group": "own", "target": str(LAB)}, names={LEADS: "ml-leads"})

    assert isinstance(decided(of, LEADS), Undecided)
    assert isinstance(decided(of, LEADS, GroupId("id-own")), Undecided)


def test_a_renamed_group_that_lists_nobody_is_asked_for() -> None:
    """Its removals are held as emptied, though the ledger has the name of before."""
    of = table(PATTERN, names={LEADS: "ml-managers"})
    snapshot = DirectorySnapshot(ADA, frozenset(), {})

    assert left_groups(snapshot, of, {LAB: THERE}) == (LEADS,)


def test_a_wider_pattern_does_not_stand_in_for_one_that_does_not_parse() -> None:
    """No role is given that a correction might not give."""
    bad = {**PATTERN, "group": "ml-le*", "priority": "high"}

    assert table(PATTERN, bad, names={LEADS: "ml-leads"}).rows == ()


@pytest.mark.parametrize(
    ("attributes", "mistake"),
    [
        ({"group": "ml-*-*"}, "group: 'ml-*-*' has more than one *"),
        ({"group_id": "33e47872-9051-70c8-1b7a-0f2d5c9e4a10"}, "a pattern is for several"),
        ({"execution_role_arn": f"arn:aws:iam::{LAB.account}:role/*/x"}, "only the name of"),
        ({"execution_role_arn": f"arn:aws:iam::{LAB.account}:role/*-*"}, "only the name of"),
        ({"execution_role_arn": "arn:aws:iam::999999999999:role/*"}, "is of account"),
    ],
)
def test_a_mistake_in_a_pattern_row_is_named(attributes: dict[str, str], mistake: str) -> None:
    """With what to do, before anything is decided."""
    found = parse_row(PATTERN | attributes)

    assert isinstance(found, BadMapping)
    assert any(mistake in each for each in found.mistakes), found.mistakes


def test_a_star_in_the_role_needs_one_in_the_group() -> None:
    """There would be nothing that it stands for."""
    arn = f"arn:aws:iam::{LAB.account}:role/studio-hub/*"

    assert isinstance(parse_row(PATTERN | {"execution_role_arn": arn}), GroupPattern)
    assert isinstance(
        parse_row(PATTERN | {"group": "ml-leads", "execution_role_arn": arn}), BadMapping
    )
