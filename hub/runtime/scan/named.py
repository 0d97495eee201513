"""Scans for a group by the name in a mapping, when its id could not be resolved at once."""

from dataclasses import replace

from hub.runtime import open_problems, row_reports
from hub.runtime.scan.found import ScanResult
from hub.runtime.scan.ports import ScanPorts
from shared.model import MappingTable, Unresolved
from shared.requests import ScanRequest, Subject


def look(request: ScanRequest, ports: ScanPorts) -> ScanResult:
    """Queue a scan of the group that has this name; report a name that no group has.

    Raises:
        RetryableError: the id cannot be resolved yet.
    """
    ids = ports.names.ids(frozenset({request.key}), newer_than=request.enqueued_at)
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    row_reports.rows(MappingTable(()), ids, ports.already_reported, state)
    open_problems.judged("unknown-group", "unreadable-group", subject=f"group {request.key}")
    id_ = ids[request.key]
    if isinstance(id_, Unresolved):
        return ScanResult(0, complete=True)
    ports.scan_queue.enqueue(replace(request, subject=Subject.GROUP, key=id_, attempt=0))
    return ScanResult(0, complete=False)
