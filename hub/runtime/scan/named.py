"""A look for a group by the name that a mapping gives it, whose id could not be told at once."""

from dataclasses import replace

from hub.runtime import open_problems, row_reports
from hub.runtime.scan.found import Found
from hub.runtime.scan.ports import ScanPorts
from shared.model import MappingTable, Unresolved
from shared.requests import ScanRequest, Subject


def look(request: ScanRequest, world: ScanPorts) -> Found:
    """Have the group looked through that has this name; report a name that no group has.

    Raises:
        RetryableError: the id cannot be told yet.
    """
    ids = world.names.ids(frozenset({request.key}), newer_than=request.enqueued_at)
    state = world.hub_state.state(newer_than=request.enqueued_at)
    row_reports.rows(MappingTable(()), ids, world.already_reported, state)
    open_problems.judged("unknown-group", "unreadable-group", subject=f"group {request.key}")
    id_ = ids[request.key]
    if isinstance(id_, Unresolved):
        return Found(0, complete=True)
    world.looks.enqueue(replace(request, subject=Subject.GROUP, key=id_, attempt=0))
    return Found(0, complete=False)
