"""Keeps the names of the groups that pattern rows match, and queues scans where they changed."""

from collections.abc import Iterable
from typing import NamedTuple

from hub.runtime import reporter
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.pattern_rows import (
    listed,
    matches_any,
    withheld_groups,
    without_groups,
)
from hub.runtime.ports import Clock, Directory, HubStateStore, Ledger, ScanQueue
from hub.runtime.problems import mappings
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.snapshots import SnapshotCache
from shared.model import GroupId, Target
from shared.requests import ScanRequest, Subject


class PatternGroups(NamedTuple):
    """The groups that pattern rows match, with their names as last read."""

    mappings: Mappings
    directory: Directory
    group_snapshots: SnapshotCache
    ledger: Ledger
    hub_state: HubStateStore
    scan_queue: ScanQueue
    clock: Clock

    def look_up(self, request: ScanRequest) -> None:
        """Read the name of a group that an event named, where a pattern row may match it.

        Raises:
            RetryableError, PermanentError: the directory does not tell the name.
        """
        if not request.event_driven or request.part or not self.mappings.table(request).patterns:
            return
        group = GroupId(request.key)
        name = self.directory.group_name(group)
        if name:
            self.note([(group, name)], request, scanned=group)
            self._report_withheld(request, only=group)

    def note(
        self,
        groups_read: Iterable[tuple[GroupId, str]],
        request: ScanRequest,
        scanned: GroupId | None = None,
    ) -> None:
        """Store the names that are new, and queue the scans that follow.

        A new group is scanned, unless it is `scanned` anyway. Where a group has another name, the
        targets of the patterns that matched it, or match it now, are scanned: each admits together
        what that takes. A name that matches keeps the id of the group that had it first.

        A function that is killed before the scans are queued leaves the group marked, and the next
        one that reads its name queues them.
        """
        targets_of: dict[str, set[Target]] = {}
        for pattern in self.mappings.table(request).patterns:
            targets_of.setdefault(pattern.group, set()).add(pattern.target)
        state = self.hub_state.state(newer_than=request.enqueued_at)
        new: dict[GroupId, str] = {}
        targets: set[Target] = set()
        for id_, name in groups_read:
            if name not in state.group_ids and matches_any(targets_of, name):
                self.hub_state.remember_group(name, id_)
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
            self.hub_state.remember_pattern_group(id_, name, is_queued=not concerned)
            if concerned:
                new[id_] = name
            if before is not None:
                targets |= concerned
        subjects = [(Subject.GROUP, str(id_)) for id_ in sorted(new.keys() - {scanned})]
        subjects += [(Subject.TARGET, str(target)) for target in sorted(targets)]
        self._queue(subjects, request)
        for id_, name in new.items():
            self.hub_state.remember_pattern_group(id_, name)

    def end_without_listing(self, request: ScanRequest) -> bool:
        """End the scan for a changed row if the groups of every pattern are known; return whether.

        The row of a further target, and other attributes of a row, cost no listing of all groups.
        Events and the hourly listing keep the known groups up to date.
        """
        if not request.target or request.part or self.mappings.table(request).unlisted:
            return False
        self._end(request, ())
        return True

    def listed_all(self, seen: Seen, request: ScanRequest) -> None:
        """Note that all groups were listed, and forget groups that are gone.

        Nothing is taken because a listing lacks a group. It is forgotten once its deletion is known
        and nobody has anything through it.
        """
        known = self.hub_state.state(newer_than=request.enqueued_at).pattern_groups
        if known or self.mappings.table(request).patterns:
            # The earlier parts of the listing may have been read elsewhere.
            known = self.hub_state.state(newer_than=self.clock.now()).pattern_groups
        over = [id_ for id_ in sorted(known) if id_ not in seen and self._is_over(id_, request)]
        for id_ in over:
            self.hub_state.remember_pattern_group(id_, "")
        self._end(request, [known[id_] for id_ in over])

    def _end(self, request: ScanRequest, forgotten: Iterable[str]) -> None:
        """Report patterns without a group, and queue what follows from a changed row.

        The patterns of the table that the listing was read for count as listed. The groups of those
        that did not count before are scanned: as long as no row named such a group, nobody followed
        its members.
        """
        table = self.mappings.table(request)
        new = [pattern.group for pattern in table.unlisted]
        state, done = self.hub_state.state(newer_than=request.enqueued_at), listed(table.patterns)
        if done != state.listed_patterns:
            self.hub_state.remember_listing(done)
        for pattern in without_groups(table.patterns, state.pattern_groups.values()):
            reporter.report(mappings.unmatched_pattern(pattern))
        reporter.checked(mappings.UNMATCHED_PATTERN)
        named = {row.group for row in table.rows}
        for name in sorted(set(forgotten) - named):
            reporter.checked(mappings.GROUP_DELETED, subject=mappings.group_subject(name))
        self._report_withheld(request)
        subjects = [
            (Subject.GROUP, str(id_))
            for id_, name in sorted(state.pattern_groups.items())
            if matches_any(new, name)
        ]
        subjects += [(Subject.TARGET, request.target)] if request.target else []
        self._queue(subjects, request)

    def _report_withheld(self, request: ScanRequest, only: GroupId | None = None) -> None:
        """Report each group that took the name of another."""
        table = self.mappings.table(request)
        first = self.hub_state.state(newer_than=request.enqueued_at).group_ids
        for name, id_, patterns in withheld_groups(table):
            if only in (None, id_):
                reporter.report(mappings.withheld_group(name, first[name], id_, patterns))

    def _is_over(self, group: GroupId, request: ScanRequest) -> bool:
        """Return whether a group is known to be deleted, and gives nobody anything any more."""
        table = self.mappings.table(request)
        copy = self.group_snapshots.snapshot(group, newer_than=request.enqueued_at)
        # The scans of a group without a row keep no snapshot.
        is_mapped = group in {row.group_id for row in table.rows}
        if not copy.deleted and (is_mapped or self.directory.group_name(group) is not None):
            return False
        return not any(
            record.has_profile
            and not record.is_leaving
            and any(grant.group_id == group for grant in record.because)
            for target in sorted({pattern.target for pattern in table.patterns})
            for record in self.ledger.of_target(target)
        )

    def _queue(self, subjects: Iterable[tuple[Subject, str]], request: ScanRequest) -> None:
        # A recheck, so that SQS does not take it for the scan of the same sweep.
        requests = [
            request._replace(
                subject=subject,
                key=key,
                target="",
                part=0,
                attempt=0,
                is_recheck=True,
                enqueued_at=self.clock.now(),
                started_at=None,
                include_all=False,
            )
            for subject, key in subjects
        ]
        if requests:
            self.scan_queue.enqueue(*requests)
