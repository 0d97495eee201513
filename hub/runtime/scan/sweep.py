"""Starts a sweep: the hourly or daily one, or a scan of every target."""

from collections.abc import Iterable, Iterator

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.problems.targets import CHECKS
from hub.runtime.scan.ports import ScanPorts
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
        subjects += [(Subject.CHECKS, str(target)) for target in _failed(request, targets, ports)]
        table = ports.mappings.table(request)
        if table.patterns and request.key != TARGETS:
            subjects.append((Subject.GROUPS, ""))
    requests = [request._replace(subject=subject, key=key, attempt=0) for subject, key in subjects]
    if requests:
        ports.scan_queue.enqueue(*requests)
    return ScanResult(0, complete=not requests)


def _groups(request: ScanRequest, ports: ScanPorts) -> list[GroupId]:
    """Return the groups that mappings name, and report invalid mappings."""
    table, ids = ports.mappings.with_ids(request)
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    reporter.report_rows(table, ids, ports.already_reported, state, is_whole=True)
    if Unresolved.UNREADABLE in ids.values():
        # The other groups are scanned. No other place counts the groups that cannot be read.
        telemetry.count("ReadsRefused")
    groups = {group_id(row, ids) for row in table.rows}
    return sorted(id_ for id_ in groups if not isinstance(id_, Unresolved))


def _failed(request: ScanRequest, targets: Iterable[Target], ports: ScanPorts) -> Iterator[Target]:
    """Yield the targets of which a check failed: these are checked again every hour."""
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    kinds = {kind.name for kind in CHECKS}
    failed = {each.scope for each in state.problems if each.kind in kinds}
    for target in targets:
        if str(target) in failed or state.unavailable_roles.get(target):
            yield target


def _targets(request: ScanRequest, ports: ScanPorts) -> list[Target]:
    """Return every target that is or was mapped, and remember the new ones."""
    table = ports.mappings.table(request)
    mapped = {row.target for row in (*table.rows, *table.patterns)}
    mapped |= {bad.target for bad in table.bad if bad.target}
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    # The roles of a target may have been checked before any sweep saw its rows.
    known = state.targets | state.checked_roles.keys()
    for target in sorted(mapped - state.targets):
        ports.hub_state.remember_target(target)
    return sorted(mapped | known)
