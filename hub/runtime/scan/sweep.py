"""Starts a sweep: the hourly or daily one, or a scan of every target."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.ports import Clock, HubStateStore, ScanQueue
from hub.runtime.problems.targets import CHECKS
from hub.runtime.scan.mappings import Mappings
from shared.model import GroupId, Target, Unresolved
from shared.requests import DAILY, TARGETS, ScanRequest, Subject


class Sweep(NamedTuple):
    """Starts sweeps; it remembers which problems of rows were reported."""

    mappings: Mappings
    hub_state: HubStateStore
    scan_queue: ScanQueue
    clock: Clock
    reported_row_problems: set[str]

    def begin(self, request: ScanRequest) -> ScanResult:
        """Queue the scans of a sweep; no two sweeps scan one group or target at once.

        A sweep is complete when the last of its scans is. A sweep without scans is complete at
        once.
        """
        targets = self._targets(request)
        if request.key == DAILY:
            subjects = [(Subject.USERS, ""), (Subject.GROUPS, "")]
            subjects += [(Subject.ASSIGNMENTS, str(target)) for target in targets]
        else:
            groups = [] if request.key == TARGETS else self._groups(request)
            subjects = [(Subject.GROUP, id_) for id_ in groups]
            subjects += [(Subject.TARGET, str(target)) for target in targets]
            subjects += [(Subject.CHECKS, str(target)) for target in self._failed(request, targets)]
            table = self.mappings.table(request)
            if table.patterns and request.key != TARGETS:
                subjects.append((Subject.GROUPS, ""))
        requests = [
            request._replace(subject=subject, key=key, attempt=0) for subject, key in subjects
        ]
        if requests:
            self.scan_queue.enqueue(*requests)
        return ScanResult(0, complete=not requests)

    def queue_forgotten(self, request: ScanRequest, targets: Iterable[Target]) -> None:
        """Queue scans of targets that have open records and that no sweep knew."""
        known = self.hub_state.state(newer_than=request.enqueued_at).targets
        for target in sorted(set(targets) - known):
            self.hub_state.remember_target(target)
            self.scan_queue.enqueue(
                ScanRequest(
                    Subject.TARGET,
                    str(target),
                    self.clock.now(),
                    request.event_id,
                    request.event_at,
                )
            )

    def _groups(self, request: ScanRequest) -> list[GroupId]:
        """Return the groups that mappings name, and report invalid mappings."""
        table, ids = self.mappings.with_ids(request)
        state = self.hub_state.state(newer_than=request.enqueued_at)
        reporter.report_rows(table, ids, self.reported_row_problems, state, is_whole=True)
        if Unresolved.UNREADABLE in ids.values():
            # The other groups are scanned. No other place counts the groups that cannot be read.
            telemetry.count("ReadsRefused")
        groups = {group_id(row, ids) for row in table.rows}
        return sorted(id_ for id_ in groups if not isinstance(id_, Unresolved))

    def _failed(self, request: ScanRequest, targets: Iterable[Target]) -> Iterator[Target]:
        """Yield the targets of which a check failed: these are checked again every hour."""
        state = self.hub_state.state(newer_than=request.enqueued_at)
        kinds = {kind.name for kind in CHECKS}
        failed = {each.scope for each in state.problems if each.kind in kinds}
        for target in targets:
            if str(target) in failed or state.unavailable_roles.get(target):
                yield target

    def _targets(self, request: ScanRequest) -> list[Target]:
        """Return every target that is or was mapped, and remember the new ones."""
        table = self.mappings.table(request)
        mapped = {row.target for row in (*table.rows, *table.patterns)}
        mapped |= {bad.target for bad in table.bad if bad.target}
        state = self.hub_state.state(newer_than=request.enqueued_at)
        # The roles of a target may have been checked before any sweep saw its rows.
        known = state.targets | state.checked_roles.keys()
        for target in sorted(mapped - state.targets):
            self.hub_state.remember_target(target)
        return sorted(mapped | known)
