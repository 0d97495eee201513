"""Turns a changed mapping row into the scans that it needs.

These are of its group, and of the targets in which a row that did not parse let nothing change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.mapping_rows import group_id, is_pattern_text, parse_row
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.ports import Clock, HubStateStore, ScanQueue
from hub.runtime.problems.mappings import (
    BAD_ROW,
    UNKNOWN_GROUP,
    UNREADABLE_GROUP,
    group_subject,
)
from shared.errors import RetryableError
from shared.model import (
    BadMapping,
    GroupIds,
    GroupMapping,
    GroupPattern,
    MappingTable,
    Unresolved,
)
from shared.requests import TARGETS, ScanRequest, Subject
from shared.storage import MAPPINGS_KEY
from shared.visible import visible

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class MappingStreamPorts:
    """The ports of `mapping_stream`, and the row problems that its environment has reported."""

    names: GroupResolver
    hub_state: HubStateStore
    scan_queue: ScanQueue
    clock: Clock
    reported_row_problems: set[str] = field(default_factory=set)


class RowChange(NamedTuple):
    """A row before and after it was written; None if it did not exist.

    `name` is the stream's name of the operation: INSERT, MODIFY or REMOVE.
    """

    event_id: str
    at: datetime
    old: Row | None
    new: Row | None
    name: str


def take(change: RowChange, ports: MappingStreamPorts) -> None:
    """Queue the scans for a changed row.

    Its group is listed and all its members are queued. For a pattern row, all groups are listed,
    and its target is scanned after that, also if the row does not parse any more.

    A row that did not parse prevented removals in its target, so its correction or removal queues a
    scan of that target too. If its target did not parse, it prevented them in every target: the
    group and every target are scanned.

    Raises:
        RetryableError, PermanentError: the scans cannot be queued now.
    """
    with reporter.run(ports.hub_state):
        _take(change, ports)


def _take(change: RowChange, ports: MappingStreamPorts) -> None:
    old, new = (parse_row(row) if row else None for row in (change.old, change.new))
    good = tuple(row for row in dict.fromkeys((old, new)) if type(row) is GroupMapping)
    patterns = tuple(row for row in dict.fromkeys((old, new)) if isinstance(row, GroupPattern))
    bad = tuple(row for row in (new,) if isinstance(row, BadMapping))
    unfollowed = _unfollowed(old, new)
    names = frozenset(row.group for row in good if row.group_id is None)
    groups, unresolved = _resolved(names | unfollowed, change, ports)
    reported = {name: groups[name] for name in names & groups.keys()}
    now = (new,) if type(new) is GroupMapping else ()
    _report(change, MappingTable(now, bad), reported, ports)
    if bad and patterns:
        # Until it is corrected, nobody follows its groups: the pattern does not count as listed.
        ports.scan_queue.enqueue(*_listings(patterns, change, ports))
    if bad or old == new:
        reason = "a row that does not parse" if bad else "a row that reads as it did before"
        telemetry.event_ignored(reason, **_facts(change))
        return
    requests = [
        _request(Subject.GROUP, id_, change, ports)._replace(
            include_all=True, target=str(row.target)
        )
        for row in good
        if not isinstance(id_ := group_id(row, groups), Unresolved)
    ]
    requests += [
        _request(Subject.NAME, row.group, change, ports)._replace(
            include_all=True,
            target=str(row.target),
        )
        for row in good
        if row.group_id is None and row.group in unresolved
    ]
    requests += [
        _request(Subject.GROUP, id_, change, ports)._replace(include_all=True)
        for group in unfollowed
        if not isinstance(id_ := groups.get(group, Unresolved.UNKNOWN), Unresolved)
    ]
    requests += [
        _request(Subject.NAME, group, change, ports)._replace(include_all=True)
        for group in unfollowed & unresolved
    ]
    requests += [
        _request(subject, key, change, ports) for subject, key in _scans_after_bad_row(old)
    ]
    requests += _listings(patterns, change, ports)
    if not requests:
        telemetry.event_ignored("a row whose group cannot be resolved", **_facts(change))
        return
    # The old and the new row have the same group and target: one scan is enough.
    ports.scan_queue.enqueue(*dict.fromkeys(requests))
    telemetry.event_accepted(**_facts(change))


def _report(
    change: RowChange, table: MappingTable, groups: GroupIds, ports: MappingStreamPorts
) -> None:
    """Report the problems of a row as it is now, and close its earlier ones."""
    named = {row.group: groups[row.group] for row in table.rows if row.group in groups}
    reporter.report_rows(table, named, ports.reported_row_problems)
    over = [] if table.bad else [f"mapping {_facts(change)['key']}"]
    over += [group_subject(name) for name, id_ in named.items() if not isinstance(id_, Unresolved)]
    for subject in over:
        reporter.checked(BAD_ROW, UNKNOWN_GROUP, UNREADABLE_GROUP, subject=subject)
        reporter.forget_row(subject, ports.reported_row_problems)


def _resolved(
    names: frozenset[str], change: RowChange, ports: MappingStreamPorts
) -> tuple[GroupIds, frozenset[str]]:
    """Return the ids of groups by their names, and the names that cannot be resolved now.

    A scan of such a name can be delayed. This change cannot: it would block the changes behind it.
    """
    try:
        return ports.names.ids(names, newer_than=change.at), frozenset()
    except RetryableError as error:
        for name in sorted(names):
            telemetry.requeued(Subject.NAME, name, 0, str(error))
        return {}, names


def _listings(
    patterns: Iterable[GroupPattern], change: RowChange, ports: MappingStreamPorts
) -> list[ScanRequest]:
    """Return the listings of all groups, each of which ends with a scan of the row's target."""
    return [
        _request(Subject.GROUPS, "", change, ports)._replace(target=str(row.target))
        for row in patterns
    ]


def _unfollowed(
    old: GroupMapping | BadMapping | None, new: GroupMapping | BadMapping | None
) -> frozenset[str]:
    """Return the group that a row named as long as it did not parse, unless the new row names it.

    Nobody followed its members, though a row of it in another target, or a pattern row, may count.
    """
    is_over = isinstance(old, BadMapping) and not isinstance(new, BadMapping | GroupPattern)
    if not (is_over and old and old.group) or is_pattern_text(old.group):
        return frozenset()
    return frozenset({old.group} if new is None or old.target is None else ())


def _scans_after_bad_row(old: GroupMapping | BadMapping | None) -> Iterator[tuple[Subject, str]]:
    if isinstance(old, BadMapping):
        yield (Subject.TARGET, str(old.target)) if old.target else (Subject.SWEEP, TARGETS)


def _facts(change: RowChange) -> dict[str, str]:
    """Return a changed row's log fields; the key is readable for any row."""
    row = change.new or change.old or {}
    return {
        "subject": "mapping",
        "key": " -> ".join(visible(str(row.get(name, ""))) for name in MAPPINGS_KEY),
        "event_name": change.name,
        "source": "mappings",
    }


def _request(
    subject: Subject, key: str, change: RowChange, ports: MappingStreamPorts
) -> ScanRequest:
    return ScanRequest(
        subject,
        key,
        ports.clock.now(),
        change.event_id,
        change.at,
        event_driven=True,
    )
