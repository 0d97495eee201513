"""Expands pattern rows into one row for each group that they match."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import ANY, group_id, is_pattern_text
from hub.runtime.decisions.record import Record
from shared.conventions import iam_role_arn
from shared.model import (
    BadMapping,
    DirectorySnapshot,
    GroupId,
    GroupMapping,
    GroupPattern,
    MappingTable,
    Target,
)
from shared.naming import LONGEST_ROLE_NAME, execution_role_name, role_name
from shared.storage import name_digest


def matched(pattern: str, name: str) -> str | None:
    """Return the characters that the `*` of a pattern stands for in a name; None for no match.

    They are one character or more. Case counts.
    """
    before, _, after = pattern.partition(ANY)
    if len(name) <= len(before) + len(after):
        return None
    if not (name.startswith(before) and name.endswith(after)):
        return None
    return name[len(before) : len(name) - len(after)]


def matches_any(patterns: Iterable[str], name: str) -> bool:
    """Return whether a group's name matches one of these texts; a text without `*` matches none."""
    return any(
        matched(pattern, name) is not None for pattern in patterns if is_pattern_text(pattern)
    )


def is_of(groups: Collection[str], giver: str) -> bool:
    """Return whether a group is one of these, or matches one that is a pattern."""
    return giver in groups or matches_any(groups, giver)


def unmatched(
    patterns: Iterable[str],
    rows: Iterable[GroupMapping],
    snapshot: DirectorySnapshot,
    there: Record,
) -> tuple[str, ...]:
    """Return the groups that gave something by a pattern row that is there, and have no row now.

    Their names changed, or the hub lost its list of groups; nobody changed the row.
    """
    ids = {group_id(row, snapshot.groups) for row in rows}
    return tuple(
        grant.group
        for grant in there.because
        if grant.group_id not in ids and matches_any(patterns, grant.group)
    )


def gave(row: GroupMapping, there: Record) -> bool:
    """Return whether a row gave the role, also where its group has another name since then."""
    return row.group == there.granted_by or any(
        grant.group == there.granted_by and grant.group_id == row.group_id
        for grant in there.because
    )


def listed(patterns: Iterable[GroupPattern]) -> frozenset[str]:
    """Return the digests of patterns whose groups were listed to the end."""
    return frozenset(name_digest(pattern.group) for pattern in patterns)


def without_groups(
    patterns: Iterable[GroupPattern], names: Collection[str]
) -> tuple[GroupPattern, ...]:
    """Return the pattern rows that match none of these names of groups."""
    return tuple(
        pattern
        for pattern in patterns
        if not any(matches_any([pattern.group], name) for name in names)
    )


def withheld_groups(table: MappingTable) -> list[tuple[str, GroupId, tuple[str, ...]]]:
    """Return each group that took the name of another, with the patterns that match it; sorted."""
    found: dict[tuple[str, GroupId], set[str]] = {}
    for row in table.withheld:
        if row.group_id is not None:
            found.setdefault((row.group, row.group_id), set()).add(row.pattern)
    return [(*key, tuple(sorted(patterns))) for key, patterns in sorted(found.items())]


def expand(table: MappingTable, state: HubState) -> MappingTable:
    """Return the table with one more row for each group and target that a pattern row matches.

    A row of the same group and target wins over patterns, and of patterns the one with the longest
    literal part. A row that wins and does not parse leaves its group without a row.

    A group whose name the hub first saw on another group gets its row in `withheld`. An operator
    confirms it with a row of its own that pins its id.

    A pattern whose groups were never listed to the end matches those that are known, and is in
    `unlisted`.
    """
    if not table.patterns:
        return table
    rows, withheld = list(table.rows), list[GroupMapping]()
    for target in sorted({pattern.target for pattern in table.patterns}):
        for row in _rows_of(target, table, state.pattern_groups, state.group_ids):
            is_first = state.group_ids.get(row.group, row.group_id) == row.group_id
            (rows if is_first else withheld).append(row)
    unlisted = tuple(row for row in table.patterns if not listed([row]) <= state.listed_patterns)
    return table._replace(
        rows=tuple(sorted(rows, key=_order)),
        unlisted=unlisted,
        withheld=tuple(sorted(withheld, key=_order)),
    )


def _order(row: GroupMapping) -> tuple[str, Target, str]:
    return row.group, row.target, row.group_id or ""


def _rows_of(
    target: Target,
    table: MappingTable,
    groups: Mapping[GroupId, str],
    ids: Mapping[str, GroupId],
) -> Iterator[GroupMapping]:
    exact = [row for row in table.rows if row.target == target]
    bad = [row for row in table.bad if row.target == target]
    names = {row.group.casefold() for row in exact} | {row.group.casefold() for row in bad}
    known = {row.group_id or ids.get(row.group) for row in exact}
    known |= {ids.get(row.group) for row in bad}
    patterns: list[GroupPattern | BadMapping] = [
        *(row for row in table.patterns if row.target == target),
        *(row for row in bad if is_pattern_text(row.group)),
    ]
    patterns.sort(key=lambda row: (-len(row.group), row.group))
    for id_, name in sorted(groups.items()):
        if name.casefold() in names or id_ in known:
            continue
        winner = next((row for row in patterns if matches_any([row.group], name)), None)
        if isinstance(winner, GroupPattern):
            yield _row(winner, id_, name)


def _role_arn(pattern: GroupPattern, name: str) -> str:
    """Return the role of one group; its name is one that IAM allows."""
    target = pattern.target
    if not pattern.role_arn:
        return iam_role_arn(target.account, target.region, execution_role_name(name))
    room = LONGEST_ROLE_NAME - len(role_name(pattern.role_arn).replace(ANY, ""))
    stands_for = execution_role_name(matched(pattern.group, name) or "", room)
    return pattern.role_arn.replace(ANY, stands_for)


def _row(pattern: GroupPattern, id_: GroupId, name: str) -> GroupMapping:
    return GroupMapping(
        name,
        pattern.target,
        _role_arn(pattern, name),
        pattern.priority,
        pattern.retention_days,
        id_,
        pattern.enabled,
        pattern.note,
        pattern.group,
    )
