"""The difference between the rows of the table and those of a file, attribute by attribute."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cli.mappings.parse import Row
from hub.runtime.decisions.mapping_rows import is_pattern_text, parse_row
from shared.model import BadMapping, GroupId, GroupMapping, Target
from shared.storage import MAPPINGS_KEY

Key = tuple[str, str]
ATTRIBUTES: Final = (
    "execution_role_arn",
    "priority",
    "retention_days",
    "enabled",
    "group_id",
    "note",
)


class RowChangeKind(StrEnum):
    """What is done to a row."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that is written or removed, with all of its attributes before and after."""

    before: Row | None
    after: Row | None

    @property
    def key(self) -> Key:
        """Return the row's group and target."""
        return key_of(self.after or self.before or {})

    @property
    def kind(self) -> RowChangeKind:
        """Return what is done to the row."""
        if self.before is None:
            return RowChangeKind.NEW
        return RowChangeKind.REMOVED if self.after is None else RowChangeKind.CHANGED

    @property
    def target(self) -> Target | None:
        """Return the row's target; None if it does not parse."""
        try:
            return Target.parse(self.key[1])
        except ValueError:
            return None

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Return the mistakes for which the row of before does not parse."""
        found = parse_row(self.before) if self.before is not None else None
        return found.mistakes if isinstance(found, BadMapping) else ()

    def attributes(self) -> tuple[tuple[str, Any, Any], ...]:
        """Return each attribute that differs, with its values before and after as the hub reads."""
        before, after = _read(self.before), _read(self.after)
        return tuple(
            (name, before.get(name), after.get(name))
            for name in ATTRIBUTES
            if before.get(name) != after.get(name)
        )


def key_of(row: Row) -> Key:
    """Return a row's key: its group and its target."""
    group, target = (str(row.get(name, "")) for name in MAPPINGS_KEY)
    return group, target


def difference(
    today: Iterable[Row], wanted: Iterable[Row], pins: Mapping[str, GroupId]
) -> tuple[RowChange, ...]:
    """Return what turns the rows of today into the wanted ones, sorted by group and target.

    A wanted row without a `group_id` keeps the one of today. A row that is written for another
    reason, and has none, gets the one in `pins`. Rows that the hub reads alike do not differ.
    """
    old, new = ({key_of(row): row for row in rows} for rows in (today, wanted))
    return tuple(
        change
        for key in sorted({*old, *new})
        if (change := _change(old.get(key), new.get(key), pins)) is not None
    )


def applied(today: Iterable[Row], changes: Iterable[RowChange]) -> tuple[Row, ...]:
    """Return the rows after some changes, sorted by group and target."""
    rows = {key_of(row): row for row in today}
    for change in changes:
        rows.pop(change.key, None)
        if change.after is not None:
            rows[change.key] = change.after
    return tuple(row for _, row in sorted(rows.items()))


def unpinned_groups(today: Iterable[Row], wanted: Iterable[Row]) -> tuple[str, ...]:
    """Return the groups of rows that would be written without a `group_id`, sorted."""
    written = (change.after for change in difference(today, wanted, {}))
    return tuple(
        sorted(
            {
                row["group"]
                for row in written
                if row and not row.get("group_id") and not is_pattern_text(row["group"])
            }
        )
    )


def _change(old: Row | None, new: Row | None, pins: Mapping[str, GroupId]) -> RowChange | None:
    if new is None:
        return RowChange(old, None)
    if old == new:
        return None
    before = parse_row(old) if old is not None else None
    if not new.get("group_id") and isinstance(before, GroupMapping) and before.group_id:
        new = {**new, "group_id": str(before.group_id)}
    if old is not None and isinstance(before, GroupMapping) and _read(old) == _read(new):
        return None
    pin = pins.get(str(new["group"]))
    if not new.get("group_id") and pin is not None:
        new = {**new, "group_id": str(pin)}
    return RowChange(old, new)


def _read(row: Row | None) -> dict[str, Any]:
    """Return a row's attributes as the hub reads them, or as they stand where it does not."""
    if row is None:
        return {}
    found = parse_row(row)
    if isinstance(found, BadMapping):
        return {name: row[name] for name in ATTRIBUTES if name in row}
    return dict(_attributes(found))


def _attributes(row: GroupMapping) -> Iterator[tuple[str, Any]]:
    yield "execution_role_arn", row.role_arn
    yield "priority", row.priority
    yield "retention_days", row.retention_days
    yield "enabled", row.enabled
    yield "group_id", row.group_id
    yield "note", row.note
