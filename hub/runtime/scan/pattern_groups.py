"""Keeps the names of the groups that pattern rows match, and queues scans where they changed."""

from collections.abc import Iterable

from hub.runtime import reporter
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.pattern_rows import (
    listed,
    matches_any,
    withheld_groups,
    without_groups,
)
from hub.runtime.problems import mappings
from hub.runtime.scan.ports import ScanPorts
from shared.model import GroupId, Target
from shared.requests import ScanRequest, Subject


def look_up(group: GroupId, request: ScanRequest, ports: ScanPorts) -> None:
    """Read the name of a group that an event named, where a pattern row may match it.

    Raises:
        RetryableError, PermanentError: the directory does not tell the name.
    """
    if not ports.mappings.table(request).patterns:
        return
    name = ports.directory.group_name(group)
    if name:
        note([(group, name)], request, ports, scanned=group)
        _report_withheld(request, ports, only=group)


def note(
    groups_read: Iterable[tuple[GroupId, str]],
    request: ScanRequest,
    ports: ScanPorts,
    scanned: GroupId | None = None,
) -> None:
    """Store the names that are new, and queue the scans that follow.

    A new group is scanned, unless it is `scanned` anyway. Where a group has another name, the
    targets of the patterns that matched it, or match it now, are scanned: each admits together what
    that takes. A name that matches keeps the id of the group that had it first.

    A function that is killed before the scans are queued leaves the group marked, and the next one
    that reads its name queues them.
    """
    targets_of: dict[str, set[Target]] = {}
    for pattern in ports.mappings.table(request).patterns:
        targets_of.setdefault(pattern.group, set()).add(pattern.target)
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    new: dict[GroupId, str] = {}
    targets: set[Target] = set()
    for id_, name in groups_read:
        if name not in state.group_ids and matches_any(targets_of, name):
            ports.hub_state.remember_group(name, id_)
        before, is_marked = state.pattern_groups.get(id_), id_ in state.unqueued_groups
        if before == name and not is_marked:
            continue
        # Nobody knows which name a marked group had before.
        texts = [
            text
            for text in targets_of
            if is_marked or matches_any([text], name) or matches_any([text], before or "")
        ]
        concerned = {target for text in texts for target in targets_of[text]}
        if not name or (before is None and not concerned):
            continue
        ports.hub_state.remember_pattern_group(id_, name, is_queued=not concerned)
        if concerned:
            new[id_] = name
        if before is not None:
            targets |= concerned
    subjects = [(Subject.GROUP, str(id_)) for id_ in sorted(new.keys() - {scanned})]
    subjects += [(Subject.TARGET, str(target)) for target in sorted(targets)]
    _queue(subjects, request, ports)
    for id_, name in new.items():
        ports.hub_state.remember_pattern_group(id_, name)


def listed_all(seen: Seen, request: ScanRequest, ports: ScanPorts) -> None:
    """Act on a complete listing: report patterns without a group, and forget groups that are gone.

    The patterns of the table that the listing was read for count as listed.
    Nothing is taken because a listing lacks a group. It is forgotten once its deletion is known and
    nobody has anything through it.
    """
    table = ports.mappings.table(request)
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    if table.patterns or state.listed_patterns:
        # The earlier parts of the listing may have been read elsewhere.
        state = ports.hub_state.state(newer_than=ports.clock.now())
    known, done = state.pattern_groups, listed(table.patterns)
    if done != state.listed_patterns:
        ports.hub_state.remember_listing(done)
    over = [id_ for id_ in sorted(known) if id_ not in seen and _is_over(id_, request, ports)]
    for id_ in over:
        ports.hub_state.remember_pattern_group(id_, "")
    left = [name for id_, name in known.items() if id_ not in over]
    for pattern in without_groups(table.patterns, left):
        reporter.report(mappings.unmatched_pattern(pattern))
    reporter.checked(mappings.UNMATCHED_PATTERN)
    named = {row.group for row in ports.mappings.table(request).rows}
    for name in {known[id_] for id_ in over} - named:
        reporter.checked(mappings.GROUP_DELETED, subject=mappings.group_subject(name))
    _report_withheld(request, ports)
    if request.target:
        _queue([(Subject.TARGET, request.target)], request, ports)


def _report_withheld(request: ScanRequest, ports: ScanPorts, only: GroupId | None = None) -> None:
    """Report each group that took the name of another."""
    table = ports.mappings.table(request)
    first = ports.hub_state.state(newer_than=request.enqueued_at).group_ids
    for name, id_, patterns in withheld_groups(table):
        if only in (None, id_):
            reporter.report(mappings.withheld_group(name, first[name], id_, patterns))


def _is_over(group: GroupId, request: ScanRequest, ports: ScanPorts) -> bool:
    """Return whether a group is known to be deleted, and gives nobody anything any more."""
    table = ports.mappings.table(request)
    copy = ports.group_snapshots.snapshot(group, newer_than=request.enqueued_at)
    # The scans of a group without a row keep no snapshot.
    is_mapped = group in {row.group_id for row in table.rows}
    if not copy.deleted and (is_mapped or ports.directory.group_name(group) is not None):
        return False
    return not any(
        record.has_profile
        and not record.is_leaving
        and any(grant.group_id == group for grant in record.because)
        for target in sorted({pattern.target for pattern in table.patterns})
        for record in ports.desired.records_of(target).values()
    )


def _queue(subjects: Iterable[tuple[Subject, str]], request: ScanRequest, ports: ScanPorts) -> None:
    # A recheck, so that SQS does not take it for the scan of the same sweep.
    requests = [
        request._replace(
            subject=subject,
            key=key,
            target="",
            part=0,
            attempt=0,
            is_recheck=True,
            enqueued_at=ports.clock.now(),
            started_at=None,
            include_all=False,
        )
        for subject, key in subjects
    ]
    if requests:
        ports.scan_queue.enqueue(*requests)
