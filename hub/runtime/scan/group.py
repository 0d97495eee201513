"""Scans a group: its members in the directory against its snapshot in the ledger."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hub.runtime import reporter
from hub.runtime.decisions.drift import Drift, DriftKind, joined, left
from hub.runtime.decisions.hub_state import GroupSnapshot
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.ports import Directory, HubStateStore, ScanQueue
from hub.runtime.problems import mappings
from hub.runtime.scan import reports
from hub.runtime.scan.admission import JointAdmission
from hub.runtime.scan.desired import Leaving
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.listing import ListingPorts, PagedListing
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.roles import RoleChecks
from hub.runtime.scan.snapshots import SnapshotCache
from shared.model import GroupId, GroupIds, GroupMapping, MappingTable, Target, Unresolved, UserId
from shared.requests import ScanRequest, Subject


class GroupScan(NamedTuple):
    """Scans groups, by their ids."""

    mappings: Mappings
    directory: Directory
    group_snapshots: SnapshotCache
    listings: ListingPorts
    roles: RoleChecks
    admission: JointAdmission
    enqueuer: Enqueuer

    def scan(self, request: ScanRequest, until: datetime) -> ScanResult:
        """Queue users who joined or left a group since the last scan.

        The snapshot is saved after they are queued, so that a scan that fails in between is
        repeated. A group that no mapping names keeps no snapshot.
        """
        group = GroupId(request.key)
        rows, ids = self.mappings.of_group(request, group)
        if not rows and not request.include_all:
            return ScanResult(0, complete=True)
        # A cached copy may lack who joined since: they would count as drift that nobody announced.
        copy = self.group_snapshots.snapshot(group, newer_than=self.listings.clock.now())
        paged_listing = PagedListing(
            request,
            lambda token: self.directory.members(group, token),
            lambda member: member[0],
            self.listings,
            until,
        )
        count = 0
        if not request.part:
            self.roles.check_new_before(request, (row.target for row in rows), until)
        if request.target and not request.part:
            target = Target.parse(request.target)
            # A changed row concerns everybody in its target to whom it granted something.
            self.admission.admit_leaving(request, [target], None)
        for members in paged_listing.pages():
            listed = dict(members)
            count += self.enqueuer.queue(_new(copy, listed, request), request)
            changed = {u: m for u, m in listed.items() if copy.members.get(u) != m}
            copy = self.group_snapshots.save(copy, changed if rows else {}, ())
        if paged_listing.is_complete:
            return ScanResult(count + self._end(request, copy, paged_listing, rows), complete=True)
        if paged_listing.is_gone:
            return ScanResult(count + self._gone(request, copy, rows, ids), complete=True)
        paged_listing.go_on()
        return ScanResult(count, complete=False)

    def _end(
        self,
        request: ScanRequest,
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
            self.admission.admit_leaving(request, [row.target for row in rows], leaving, users)
        count = self.enqueuer.queue(gone, request)
        if rows:
            copy = self.group_snapshots.save(copy, {}, [drift.user_id for drift in gone])
            self.group_snapshots.note(copy, deleted=False, emptied=emptied)
            names = self._sole_names(request, rows)
            reporter.checked(mappings.GROUP_DELETED, covers=names.__contains__)
            if request.event_driven and not request.include_all:
                name = self.directory.group_name(copy.group_id)
                reports.renamed(copy.group_id, name, (row.group for row in rows if not row.pattern))
                if name:
                    reporter.checked(mappings.GROUP_RENAMED, covers=names.__contains__)
        else:
            self.group_snapshots.save(copy, {}, copy.members)
        return count

    def _sole_names(self, request: ScanRequest, rows: list[GroupMapping]) -> frozenset[str]:
        """Return the subjects of the names that rows give to this group and to no other."""
        table = self.mappings.table(request)
        others = {row.group for row in table.rows if row not in rows}
        return frozenset(
            mappings.group_subject(row.group) for row in rows if row.group not in others
        )

    def _gone(
        self,
        request: ScanRequest,
        copy: GroupSnapshot,
        rows: list[GroupMapping],
        ids: GroupIds,
    ) -> int:
        """Report a deleted group and hold its removals; the snapshot keeps its members."""
        if not rows:
            everybody = (Drift(user, DriftKind.REQUESTED) for user in copy.members)
            count = self.enqueuer.queue(everybody, request)
            self.group_snapshots.save(copy, {}, copy.members)
            return count
        if not copy.deleted:
            self.group_snapshots.note(copy, deleted=True, emptied=copy.emptied)
            self.admission.admit_leaving(
                request, [row.target for row in rows], None, frozenset(copy.members)
            )
            self.enqueuer.queue((Drift(user, DriftKind.LEFT) for user in copy.members), request)
        for name in sorted({row.group for row in rows}):
            by_patterns = all(row.pattern for row in rows if row.group == name)
            problem = mappings.group_deleted(name, copy.group_id, only_by_patterns=by_patterns)
            reporter.report(problem)
        for name in sorted({row.group for row in rows if row.group in ids}):
            now = self.directory.group_id(name)
            if not isinstance(now, Unresolved) and now != copy.group_id:
                reporter.report(mappings.group_recreated(name, copy.group_id, now))
        return 0


def _new(copy: GroupSnapshot, listed: dict[UserId, str], request: ScanRequest) -> Iterable[Drift]:
    if request.include_all:
        return (Drift(user, DriftKind.REQUESTED) for user in listed)
    return joined(copy, listed)


class NameScan(NamedTuple):
    """Scans groups by their names; it shares the reported problems of rows with the sweep."""

    resolver: GroupResolver
    hub_state: HubStateStore
    scan_queue: ScanQueue
    reported_row_problems: set[str]

    def scan(self, request: ScanRequest) -> ScanResult:
        """Queue a scan of the group that has this name; report a name that no group has.

        Raises:
            RetryableError: the id cannot be resolved yet.
        """
        ids = self.resolver.ids(frozenset({request.key}), newer_than=request.enqueued_at)
        state = self.hub_state.state(newer_than=request.enqueued_at)
        reporter.report_rows(MappingTable(()), ids, self.reported_row_problems, state)
        reporter.checked(
            *(mappings.UNKNOWN_GROUP, mappings.UNREADABLE_GROUP),
            subject=mappings.group_subject(request.key),
        )
        id_ = ids[request.key]
        if isinstance(id_, Unresolved):
            return ScanResult(0, complete=True)
        self.scan_queue.enqueue(request._replace(subject=Subject.GROUP, key=id_, attempt=0))
        return ScanResult(0, complete=False)
