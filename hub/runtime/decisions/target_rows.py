"""Groups rows by target; a row whose target does not parse may belong to any target.

Such a row prevents every removal from the users of its group, and grants nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hub.runtime.decisions.record import Record
from shared.model import DirectorySnapshot, GroupMapping, MappingTable, Target


@dataclass(frozen=True, slots=True)
class TargetRows:
    """The rows of one target, and the groups of its rows that do not parse.

    `targetless` are the groups of rows whose target does not parse: each may be of this target.
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
    """Return the rows of a target, and those that may be of it."""
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
    """Return the groups of such rows that may grant the user a profile in the record's target.

    They are the groups that granted the user something here, with `granted_by`, and the groups that
    the user may be in. A row whose group cannot be read either may grant any user something.
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
