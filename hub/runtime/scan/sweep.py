"""Starts a sweep: the hourly or daily one, or a scan of every target."""

from dataclasses import replace

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.scan.ports import ScanPorts, ScanResult
from shared.model import GroupId, Target, Unresolved
from shared.requests import DAILY, TARGETS, ScanRequest, Subject


def begin(request: ScanRequest, ports: ScanPorts) -> ScanResult:
    """Queue the scans of a sweep; no two sweeps scan one group or target at once.

    A sweep is complete when the last of its scans is. A sweep without scans is complete at once.
    """
    targets = _targets(request, ports)
    if request.key == DAILY:
        subjects = [(Subject.USERS, ""), (Subject.GROUPS, "")]
        subjects += [(Subject.ASSIGNMENTS, str(target)) for target in targets]
    else:
        groups = [] if request.key == TARGETS else _groups(request, ports)
        subjects = [(Subject.GROUP, id_) for id_ in groups]
        subjects += [(Subject.TARGET, str(target)) for target in targets]
    requests = [replace(request, subject=subject, key=key, attempt=0) for subject, key in subjects]
    if requests:
        ports.scan_queue.enqueue(*requests)
    return ScanResult(0, complete=not requests)


def _groups(request: ScanRequest, ports: ScanPorts) -> list[GroupId]:
    """Return the groups that mappings name, and report invalid mappings."""
    table = ports.mappings.table(newer_than=request.enqueued_at)
    ids = ports.names.of(table, newer_than=request.enqueued_at)
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    reporter.report_rows(table, ids, ports.already_reported, state, is_whole=True)
    if Unresolved.UNREADABLE in ids.values():
        # The other groups are scanned. No other place counts the groups that cannot be read.
        telemetry.count("ReadsRefused")
    groups = {group_id(row, ids) for row in table.rows}
    return sorted(id_ for id_ in groups if not isinstance(id_, Unresolved))


def _targets(request: ScanRequest, ports: ScanPorts) -> list[Target]:
    """Return every target that is or was mapped, and remember the new ones."""
    table = ports.mappings.table(newer_than=request.enqueued_at)
    mapped = {row.target for row in table.rows} | {bad.target for bad in table.bad if bad.target}
    known = ports.hub_state.state(newer_than=request.enqueued_at).targets
    for target in sorted(mapped - known):
        ports.hub_state.remember_target(target)
    return sorted(mapped | known)
