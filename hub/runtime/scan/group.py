"""Scans a group: its members in the directory against its snapshot in the ledger."""

from collections.abc import Iterable
from datetime import datetime

from hub.runtime import reporter
from hub.runtime.decisions.drift import Drift, DriftKind, joined, left
from hub.runtime.decisions.hub_state import GroupSnapshot
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.problems import mappings
from hub.runtime.scan import pattern_groups, reports
from hub.runtime.scan.desired import Leaving
from hub.runtime.scan.listing import PagedListing
from hub.runtime.scan.ports import ScanPorts
from shared.model import GroupId, GroupIds, GroupMapping, MappingTable, Target, Unresolved, UserId
from shared.requests import ScanRequest, Subject


def scan(request: ScanRequest, ports: ScanPorts, until: datetime) -> ScanResult:
    """Queue users who joined or left a group since the last scan.

    The snapshot is saved after they are queued, so that a scan that fails in between is repeated. A
    group that no mapping names keeps no snapshot.
    """
    group = GroupId(request.key)
    if request.event_driven and not request.part:
        pattern_groups.look_up(group, request, ports)
    rows, ids = ports.mappings.of_group(request, group)
    if not rows and not request.include_all:
        return ScanResult(0, complete=True)
    copy = ports.group_snapshots.snapshot(group, newer_than=request.enqueued_at)
    paged_listing = PagedListing(
        request,
        lambda token: ports.directory.members(group, token),
        lambda member: member[0],
        ports.listings,
        until,
    )
    count = 0
    if not request.part:
        ports.roles.check_new_before(request, (row.target for row in rows), until)
    if request.target and not request.part:
        target = Target.parse(request.target)
        # A changed row concerns everybody in its target to whom it granted something.
        ports.admission.admit_leaving(request, [target], None)
    for members in paged_listing.pages():
        listed = dict(members)
        count += ports.enqueuer.queue(_new(copy, listed, request), request)
        changed = {u: m for u, m in listed.items() if copy.members.get(u) != m}
        copy = ports.group_snapshots.save(copy, changed if rows else {}, ())
    if paged_listing.is_complete:
        return ScanResult(count + _end(request, ports, copy, paged_listing, rows), complete=True)
    if paged_listing.is_gone:
        return ScanResult(count + _gone(request, ports, copy, rows, ids), complete=True)
    paged_listing.go_on()
    return ScanResult(count, complete=False)


def _new(copy: GroupSnapshot, listed: dict[UserId, str], request: ScanRequest) -> Iterable[Drift]:
    if request.include_all:
        return (Drift(user, DriftKind.REQUESTED) for user in listed)
    return joined(copy, listed)


def _end(
    request: ScanRequest,
    ports: ScanPorts,
    copy: GroupSnapshot,
    paged_listing: PagedListing[tuple[UserId, str]],
    rows: list[GroupMapping],
) -> int:
    """Queue users who are only in the snapshot, now that the listing is complete."""
    gone = left(copy, paged_listing.seen)
    emptied = (copy.is_many or copy.emptied) and not paged_listing.seen.digests
    if gone and rows:
        users = frozenset(drift.user_id for drift in gone)
        leaving = Leaving(copy.group_id, users, emptied)
        ports.admission.admit_leaving(request, [row.target for row in rows], leaving, users)
    count = ports.enqueuer.queue(gone, request)
    if rows:
        copy = ports.group_snapshots.save(copy, {}, [drift.user_id for drift in gone])
        ports.group_snapshots.note(copy, deleted=False, emptied=emptied)
        names = _sole_names(request, ports, rows)
        reporter.checked(mappings.GROUP_DELETED, covers=names.__contains__)
        if request.event_driven and not request.include_all:
            name = ports.directory.group_name(copy.group_id)
            reports.renamed(copy.group_id, name, (row.group for row in rows if not row.pattern))
            if name:
                reporter.checked(mappings.GROUP_RENAMED, covers=names.__contains__)
    else:
        ports.group_snapshots.save(copy, {}, copy.members)
    return count


def _sole_names(request: ScanRequest, ports: ScanPorts, rows: list[GroupMapping]) -> frozenset[str]:
    """Return the subjects of the names that rows give to this group and to no other."""
    table = ports.mappings.table(request)
    others = {row.group for row in table.rows if row not in rows}
    return frozenset(mappings.group_subject(row.group) for row in rows if row.group not in others)


def _gone(
    request: ScanRequest,
    ports: ScanPorts,
    copy: GroupSnapshot,
    rows: list[GroupMapping],
    ids: GroupIds,
) -> int:
    """Report a deleted group and hold its removals; the snapshot keeps its members."""
    if not rows:
        everybody = (Drift(user, DriftKind.REQUESTED) for user in copy.members)
        count = ports.enqueuer.queue(everybody, request)
        ports.group_snapshots.save(copy, {}, copy.members)
        return count
    if not copy.deleted:
        ports.group_snapshots.note(copy, deleted=True, emptied=copy.emptied)
        ports.admission.admit_leaving(
            request, [row.target for row in rows], None, frozenset(copy.members)
        )
        ports.enqueuer.queue((Drift(user, DriftKind.LEFT) for user in copy.members), request)
    for name in sorted({row.group for row in rows}):
        reporter.report(mappings.group_deleted(name, copy.group_id))
    for name in sorted({row.group for row in rows if row.group in ids}):
        now = ports.directory.group_id(name)
        if not isinstance(now, Unresolved) and now != copy.group_id:
            reporter.report(mappings.group_recreated(name, copy.group_id, now))
    return 0


def scan_by_name(request: ScanRequest, ports: ScanPorts) -> ScanResult:
    """Queue a scan of the group that has this name; report a name that no group has.

    Raises:
        RetryableError: the id cannot be resolved yet.
    """
    ids = ports.mappings.resolver.ids(frozenset({request.key}), newer_than=request.enqueued_at)
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    reporter.report_rows(MappingTable(()), ids, ports.already_reported, state)
    reporter.checked(
        *(mappings.UNKNOWN_GROUP, mappings.UNREADABLE_GROUP),
        subject=mappings.group_subject(request.key),
    )
    id_ = ids[request.key]
    if isinstance(id_, Unresolved):
        return ScanResult(0, complete=True)
    ports.scan_queue.enqueue(request._replace(subject=Subject.GROUP, key=id_, attempt=0))
    return ScanResult(0, complete=False)
