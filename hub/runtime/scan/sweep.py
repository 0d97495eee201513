"""A round of looks: the sweeps of the hour and of the day, or a scan of every target."""

from dataclasses import replace

from hub.runtime import row_reports, telemetry
from hub.runtime.decisions.desired import group_id
from hub.runtime.scan.found import Found
from hub.runtime.scan.ports import ScanPorts
from shared.model import GroupId, Target, Unresolved
from shared.requests import DAILY, TARGETS, ScanRequest, Subject


def begin(request: ScanRequest, world: ScanPorts) -> Found:
    """Queue the looks of a round; no two rounds ever meet on one group or target.

    A round is complete when the last of its looks is: by itself only where there is none.
    """
    targets = _targets(request, world)
    if request.key == DAILY:
        subjects = [(Subject.PEOPLE, ""), (Subject.GROUPS, "")]
        subjects += [(Subject.ACCESS, str(target)) for target in targets]
    else:
        groups = [] if request.key == TARGETS else _groups(request, world)
        subjects = [(Subject.GROUP, id_) for id_ in groups]
        subjects += [(Subject.TARGET, str(target)) for target in targets]
    requests = [replace(request, subject=subject, key=key, attempt=0) for subject, key in subjects]
    if requests:
        world.looks.enqueue(*requests)
    return Found(0, complete=not requests)


def _groups(request: ScanRequest, world: ScanPorts) -> list[GroupId]:
    """Return the groups that mappings name, and report what is wrong with the mappings."""
    table = world.mappings.table(newer_than=request.enqueued_at)
    ids = world.names.of(table, newer_than=request.enqueued_at)
    state = world.hub_state.state(newer_than=request.enqueued_at)
    row_reports.whole(table, ids, world.already_reported, state)
    if Unresolved.UNREADABLE in ids.values():
        # The others are looked at: only here does anybody see that these are not.
        telemetry.count("ReadsRefused")
    groups = {group_id(row, ids) for row in table.rows}
    return sorted(id_ for id_ in groups if not isinstance(id_, Unresolved))


def _targets(request: ScanRequest, world: ScanPorts) -> list[Target]:
    """Return every target that is or was mapped, and keep those that are new."""
    table = world.mappings.table(newer_than=request.enqueued_at)
    mapped = {row.target for row in table.rows} | {bad.target for bad in table.bad if bad.target}
    known = world.hub_state.state(newer_than=request.enqueued_at).targets
    for target in sorted(mapped - known):
        world.hub_state.remember_target(target)
    return sorted(mapped | known)
