"""A mapping row changed: everybody in its group is to be looked at, and nobody else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.runtime import row_reports
from hub.runtime.group_names import GroupNames, unpinned
from shared.desire import group_id
from shared.hints import LookHint, Subject
from shared.mappings import parse_row
from shared.model import BadMapping, GroupMapping, MappingTable, Unresolved
from shared.ports import Clock, LooksInbox

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class MappingsWorld:
    """What `mappings` works through; `announced` is what it has reported already."""

    names: GroupNames
    looks: LooksInbox
    clock: Clock
    announced: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row before and after it was written; None where it was not there."""

    event_id: str
    at: datetime
    old: Row | None
    new: Row | None


def take(change: RowChange, world: MappingsWorld) -> None:
    """Queue the looks that a changed row calls for; RetryableError when that is not possible now.

    Its group is listed and all its members are looked at. A row that did not parse froze its
    target, so its correction or removal has the target looked at too.
    """
    old, new = (parse_row(row) if row else None for row in (change.old, change.new))
    good = tuple(row for row in dict.fromkeys((old, new)) if isinstance(row, GroupMapping))
    bad = tuple(row for row in (new,) if isinstance(row, BadMapping))
    groups = world.names.ids(unpinned(good), newer_than=change.at)
    row_reports.rows(MappingTable(good, bad), groups, world.announced)
    if bad or old == new:
        return
    hints = [
        replace(_hint(Subject.GROUP, id_, change, world), everyone=True, target=str(row.target))
        for row in good
        if not isinstance(id_ := group_id(row, groups), Unresolved)
    ]
    hints += [_hint(Subject.TARGET, str(row.target), change, world) for row in _frozen(old)]
    # The old and the new row are of one group and target: one look is enough.
    if hints:
        world.looks.look_through(*dict.fromkeys(hints))


def _frozen(old: GroupMapping | BadMapping | None) -> Iterator[BadMapping]:
    if isinstance(old, BadMapping) and old.target is not None:
        yield old


def _hint(subject: Subject, key: str, change: RowChange, world: MappingsWorld) -> LookHint:
    return LookHint(
        subject,
        key,
        world.clock.now(),
        change.event_id,
        change.at,
        announced=True,
    )
