"""A mapping row changed: everybody in its group is to be looked at, and nobody else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeGuard

from hub.runtime import open_problems, row_reports, telemetry
from hub.runtime.decisions.desired import group_id
from hub.runtime.decisions.mapping_rows import parse_row
from hub.runtime.group_resolver import GroupResolver, unpinned
from hub.runtime.ports import Clock, HubStateStore, ScanQueue
from shared.errors import RetryableError
from shared.messages import MAPPINGS_KEY
from shared.model import BadMapping, GroupIds, GroupMapping, MappingTable, Unresolved
from shared.requests import TARGETS, ScanRequest, Subject
from shared.visible import visible

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class MappingStreamPorts:
    """What `mappings` works through; `already_reported` is what it has reported already."""

    names: GroupResolver
    hub_state: HubStateStore
    looks: ScanQueue
    clock: Clock
    already_reported: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row before and after it was written; None where it was not there.

    `name` is the stream's word for what was done: INSERT, MODIFY or REMOVE.
    """

    event_id: str
    at: datetime
    old: Row | None
    new: Row | None
    name: str


def take(change: RowChange, world: MappingStreamPorts) -> None:
    """Queue the looks that a changed row calls for.

    Its group is listed and all its members are looked at. A row that did not parse froze its
    target, so its correction or removal has the target looked at too. Where its target did not
    parse, it froze what its group gave in any target: the group and every target are scanned.

    Raises:
        RetryableError, PermanentError: they cannot be queued now.
    """
    open_problems.begin()
    _take(change, world)
    open_problems.close(world.hub_state)


def _take(change: RowChange, world: MappingStreamPorts) -> None:
    old, new = (parse_row(row) if row else None for row in (change.old, change.new))
    good = tuple(row for row in dict.fromkeys((old, new)) if isinstance(row, GroupMapping))
    bad = tuple(row for row in (new,) if isinstance(row, BadMapping))
    frozen = frozenset({old.group} if _is_targetless(old) and not bad else ())
    names = unpinned(good)
    groups, later = _resolved(names | frozen, change, world)
    reported = {name: groups[name] for name in names & groups.keys()}
    now = (new,) if isinstance(new, GroupMapping) else ()
    _report(change, MappingTable(now, bad), reported, world)
    if bad or old == new:
        reason = "a row that does not parse" if bad else "a row that reads as it did before"
        telemetry.ignored(reason, **_facts(change))
        return
    requests = [
        replace(
            _request(Subject.GROUP, id_, change, world), include_all=True, target=str(row.target)
        )
        for row in good
        if not isinstance(id_ := group_id(row, groups), Unresolved)
    ]
    requests += [
        replace(
            _request(Subject.NAME, row.group, change, world),
            include_all=True,
            target=str(row.target),
        )
        for row in good
        if row.group_id is None and row.group in later
    ]
    requests += [
        replace(_request(Subject.GROUP, id_, change, world), include_all=True)
        for group in frozen
        if not isinstance(id_ := groups.get(group, Unresolved.UNKNOWN), Unresolved)
    ]
    requests += [
        replace(_request(Subject.NAME, group, change, world), include_all=True)
        for group in frozen & later
    ]
    requests += [_request(subject, key, change, world) for subject, key in _disabled_rows(old)]
    if not requests:
        telemetry.ignored("a row of a group that nobody can tell", **_facts(change))
        return
    # The old and the new row are of one group and target: one look is enough.
    world.looks.enqueue(*dict.fromkeys(requests))
    telemetry.heard(**_facts(change))


def _report(
    change: RowChange, table: MappingTable, groups: GroupIds, world: MappingStreamPorts
) -> None:
    """Report what is wrong with a row as it is now, and close what was wrong with it before."""
    named = {row.group: groups[row.group] for row in table.rows if row.group in groups}
    row_reports.rows(table, named, world.already_reported)
    over = [("bad-row", f"mapping {_facts(change)['key']}")] if not table.bad else []
    for name, id_ in named.items():
        if not isinstance(id_, Unresolved):
            over += [(kind, f"group {name}") for kind in ("unknown-group", "unreadable-group")]
    for kind, subject in over:
        open_problems.judged(kind, subject=subject)
        row_reports.forget(subject, world.already_reported)


def _resolved(
    names: frozenset[str], change: RowChange, world: MappingStreamPorts
) -> tuple[GroupIds, frozenset[str]]:
    """Return the ids of groups by their names, and the names whose ids cannot be told now.

    A look for these can be put off; this change cannot, without holding up those behind it.
    """
    try:
        return world.names.ids(names, newer_than=change.at), frozenset()
    except RetryableError as error:
        for name in sorted(names):
            telemetry.requeue(Subject.NAME, name, 0, str(error))
        return {}, names


def _is_targetless(row: GroupMapping | BadMapping | None) -> TypeGuard[BadMapping]:
    return isinstance(row, BadMapping) and row.target is None and bool(row.group)


def _disabled_rows(old: GroupMapping | BadMapping | None) -> Iterator[tuple[Subject, str]]:
    if isinstance(old, BadMapping):
        yield (Subject.TARGET, str(old.target)) if old.target else (Subject.ROUND, TARGETS)


def _facts(change: RowChange) -> dict[str, str]:
    """Return what a line about a changed row tells of it; its key is text in any row."""
    row = change.new or change.old or {}
    return {
        "subject": "mapping",
        "key": " -> ".join(visible(str(row.get(name, ""))) for name in MAPPINGS_KEY),
        "event_name": change.name,
        "source": "mappings",
    }


def _request(
    subject: Subject, key: str, change: RowChange, world: MappingStreamPorts
) -> ScanRequest:
    return ScanRequest(
        subject,
        key,
        world.clock.now(),
        change.event_id,
        change.at,
        event_driven=True,
    )
