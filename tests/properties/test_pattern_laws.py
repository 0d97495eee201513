"""The laws of expansion: a pattern row is one row for each group that it matches."""

import re
from dataclasses import replace

from builders import LAB
from hypothesis import given
from hypothesis import strategies as st
from strategies import LAWS, TARGETS

from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import parse_row, parse_table
from hub.runtime.decisions.pattern_rows import expand, matched
from shared.conventions import iam_role_arn
from shared.model import BadMapping, GroupId, GroupMapping, GroupPattern, MappingTable
from shared.naming import role_name

# Few characters, so that names, rows and patterns meet; some that no role may have.
names = st.text("abé -", min_size=1, max_size=4)
patterns = st.builds(
    lambda before, after: f"{before}*{after}", st.text("ab-", max_size=2), st.text("ab", max_size=1)
)
targets = st.sampled_from([str(target) for target in TARGETS])
groups = st.dictionaries(
    st.integers(1, 6).map(lambda number: GroupId(f"{number:08d}-0000-0000-0000-000000000000")),
    names,
    max_size=5,
)


def _row(group: str, target: str, role: str | None, *, good: bool) -> dict[str, object]:
    account = target.partition("/")[0]
    row: dict[str, object] = {"group": group, "target": target}
    if role is not None:
        row["execution_role_arn"] = f"arn:aws:iam::{account}:role/studio-hub/{role}"
    return row if good else row | {"priority": "high"}


exact_rows = st.builds(_row, names, targets, st.sampled_from([None, "Own"]), good=st.booleans())
pattern_rows = st.builds(
    _row,
    patterns,
    targets,
    st.sampled_from([None, "*", "X*", "Same"]),
    good=st.sampled_from([True, True, False]),
)
tables = st.lists(
    exact_rows | pattern_rows, max_size=6, unique_by=lambda row: (row["group"], row["target"])
)


@LAWS
@given(tables, groups)
def test_order_does_not_matter(rows: list[dict[str, object]], known: dict[GroupId, str]) -> None:
    """Neither of rows nor of groups; and expanding a table twice is expanding it once."""
    once = expand(parse_table(rows), HubState(pattern_groups=known))
    turned = expand(
        parse_table(rows[::-1]), HubState(pattern_groups=dict(sorted(known.items(), reverse=True)))
    )

    assert once == turned
    assert [row.pattern for row in once.rows] == [row.pattern for row in turned.rows]


@LAWS
@given(tables, groups)
def test_rows_of_the_table_stay_and_win(
    rows: list[dict[str, object]], known: dict[GroupId, str]
) -> None:
    """Of the same group and target, also one that does not parse; none is granted twice."""
    table = parse_table(rows)
    found = expand(table, HubState(pattern_groups=known))
    mine = [row for row in found.rows if not row.pattern]
    theirs: list[GroupMapping | BadMapping] = [*table.rows, *table.bad]
    exact = {(row.group.casefold(), row.target) for row in theirs}

    assert mine == list(table.rows)
    assert set(table.bad) <= set(found.bad)
    added = [row for row in found.rows if row.pattern]
    assert not exact & {(row.group.casefold(), row.target) for row in added}
    assert len({(row.group_id, row.target) for row in added}) == len(added)


@LAWS
@given(tables, groups)
def test_the_longest_literal_part_wins(
    rows: list[dict[str, object]], known: dict[GroupId, str]
) -> None:
    """And what it grants is what a row of the group's own would, pinned to the group."""
    table = parse_table(rows)
    for row in expand(table, HubState(pattern_groups=known)).rows:
        if not row.pattern:
            continue
        every: list[GroupPattern | BadMapping] = [*table.patterns, *table.bad]
        matching = [
            pattern
            for pattern in every
            if pattern.target == row.target
            and "*" in pattern.group
            and matched(pattern.group, row.group) is not None
        ]
        assert len(row.pattern) == max(len(pattern.group) for pattern in matching)
        (winner,) = (
            pattern
            for pattern in table.patterns
            if (pattern.group, pattern.target) == (row.pattern, row.target)
        )
        assert row.group_id is not None
        assert known[row.group_id] == row.group
        if not winner.role_arn:
            own = parse_row({"group": row.group, "target": str(row.target)})
            assert own == replace(row, group_id=None)


@LAWS
@given(names, names, patterns, st.sampled_from(["*", "X*", "*-y"]))
def test_two_groups_never_share_a_role_by_accident(
    one: str, other: str, pattern: str, role: str
) -> None:
    """Whatever their names hold, by a `*` in the role, and by convention."""
    known = {GroupId("id-1"): one, GroupId("id-2"): other}
    for given_role in (role, None):
        table = parse_table([_row(pattern, str(LAB), given_role, good=True)])
        roles = [row.role_arn for row in expand(table, HubState(pattern_groups=known)).rows]
        if one != other:
            assert len(set(roles)) == len(roles)


@LAWS
@given(
    st.text(min_size=1) | st.text("ab", min_size=40, max_size=80),
    st.sampled_from(["*", "Studio-*", "*-role"]) | st.integers(0, 54).map(lambda n: f"{'x' * n}*"),
)
def test_a_role_by_a_pattern_is_always_legal(name: str, role: str) -> None:
    """What the `*` stands for is cut to the room that the rest leaves, and gets a digest."""
    table = parse_table([_row("ml-*", str(LAB), role, good=True)])
    (row,) = expand(table, HubState(pattern_groups={GroupId("id-1"): f"ml-{name}"})).rows

    if re.fullmatch(r"[\w+=,.@-]+", name, re.ASCII) and len(name) + len(role) <= 65:
        assert role_name(row.role_arn) == role.replace("*", name)
    else:
        assert re.search("-[0-9a-f]{8}", role_name(row.role_arn))
    assert parse_row(
        {"group": "own", "target": str(LAB), "execution_role_arn": row.role_arn}
    ) == GroupMapping("own", LAB, row.role_arn)


@LAWS
@given(st.integers(55, 63))
def test_a_role_that_leaves_no_room_is_a_mistake(length: int) -> None:
    """Whatever groups there are: the row does not parse, and says what to shorten."""
    found = parse_row(_row("ml-*", str(LAB), f"{'x' * length}*", good=True))

    assert isinstance(found, BadMapping)
    assert "shorten the rest of the name" in found.mistakes[0]


@LAWS
@given(st.integers(0, 54), st.lists(st.text("abé", min_size=50), min_size=2, unique=True))
def test_cut_names_of_roles_are_still_different(length: int, matched_texts: list[str]) -> None:
    """Two groups never share a role by accident, however little of their names is left."""
    table = parse_table([_row("ml-*", str(LAB), f"{'x' * length}*", good=True)])
    known = {GroupId(f"id-{n}"): f"ml-{text}" for n, text in enumerate(matched_texts)}
    roles = {row.role_arn for row in expand(table, HubState(pattern_groups=known)).rows}

    assert len(roles) == len(matched_texts)


@LAWS
@given(tables, groups)
def test_a_table_without_patterns_is_left_as_it_is(
    rows: list[dict[str, object]], known: dict[GroupId, str]
) -> None:
    """Rows that name their group are not touched by what the hub knows of groups."""
    table = parse_table(rows)._replace(patterns=())

    assert expand(table, HubState(pattern_groups=known)) == table


def test_a_renamed_group_keeps_its_own_row() -> None:
    """Its row names it by its old name: the id says that it is the same group."""
    id_ = GroupId("id-1")
    own = GroupMapping("research", LAB, iam_role_arn(LAB.account, LAB.region, "Own"))
    table = parse_table([_row("ml-*", str(LAB), None, good=True)])

    found = expand(
        MappingTable((own,), (), table.patterns), HubState({"research": id_}, {id_: "ml-research"})
    )

    assert found.rows == (own,)


def test_the_star_is_one_character_or_more_and_case_counts() -> None:
    """`ml-*` is not for a group ml-, nor for ML-leads."""
    assert matched("ml-*", "ml-leads") == "leads"
    assert matched("*-ml-*", "a") is None
    assert [matched("ml-*", name) for name in ("ml-", "ML-leads", "xml-a")] == [None] * 3
    assert matched("a*a", "aa") is None
    assert matched("a*a", "aba") == "b"
