"""The rows of each target, and those that may be of any: their own target does not parse.

Such a row forbids what would take something from the people of its group, and gives nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hub.runtime.decisions.record import Record
from shared.model import DirectorySnapshot, GroupMapping, MappingTable, Target


@dataclass(frozen=True, slots=True)
class TargetRows:
    """The rows of one target, and the groups of those that do not parse.

    `targetless` are the groups of rows whose target does not parse: any of them may be of this one.
    """

    target: Target
    rows: tuple[GroupMapping, ...] = ()
    unparsed: tuple[str, ...] = ()
    targetless: tuple[str, ...] = ()


def rows_by_target(table: MappingTable) -> dict[Target, TargetRows]:
    """Return the rows of every target that the table names."""
    rows: dict[Target, list[GroupMapping]] = {}
    for row in table.rows:
        rows.setdefault(row.target, []).append(row)
    unparsed: dict[Target, list[str]] = {}
    for bad in table.bad:
        if bad.target:
            unparsed.setdefault(bad.target, []).append(bad.group)
    return {
        target: TargetRows(target, tuple(rows.get(target, ())), tuple(unparsed.get(target, ())))
        for target in sorted({*rows, *unparsed})
    }


def rows_in(target: Target, table: MappingTable) -> TargetRows:
    """Return the rows that are of a target, and those that may be."""
    found = rows_by_target(table).get(target, TargetRows(target))
    return replace(found, targetless=targetless_groups(table))


def targetless_groups(table: MappingTable) -> tuple[str, ...]:
    """Return the groups of the rows whose target does not parse, sorted."""
    return tuple(sorted({bad.group for bad in table.bad if bad.target is None}))


def maybe_here(
    targetless: Iterable[str],
    snapshot: DirectorySnapshot,
    record: Record | None,
    granted_by: str | None,
) -> set[str]:
    """Return the groups of such rows that may call for the person in the record's target.

    They are those that gave the person something here, the `giver` first of all, and those that the
    person may be in. A row whose group cannot be read either may call for anybody.
    """
    grants = record.because if record else ()
    gave = {granted_by, *(grant.group for grant in grants)}
    gave_ids = {grant.group_id for grant in grants if grant.group_id}
    found = set()
    for group in targetless:
        id_ = snapshot.groups.get(group)
        may_be_in = isinstance(id_, str) and (
            id_ in snapshot.member_of | snapshot.doubtful | gave_ids or not snapshot.complete
        )
        if not group or group in gave or may_be_in:
            found.add(group)
    return found
