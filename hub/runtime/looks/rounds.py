"""A round of looks: the sweeps of the hour and of the day, or a scan of every target."""

from dataclasses import replace

from hub.runtime import row_reports, telemetry
from hub.runtime.looks.found import Found
from hub.runtime.looks.world import LookWorld
from shared.desire import group_id
from shared.hints import DAILY, TARGETS, LookHint, Subject
from shared.model import GroupId, Target, Unresolved


def begin(hint: LookHint, world: LookWorld) -> Found:
    """Queue the looks of a round; no two rounds ever meet on one group or target.

    A round is complete when the last of its looks is: by itself only where there is none.
    """
    targets = _targets(hint, world)
    if hint.key == DAILY:
        subjects = [(Subject.PEOPLE, ""), (Subject.GROUPS, "")]
        subjects += [(Subject.ACCESS, str(target)) for target in targets]
    else:
        groups = [] if hint.key == TARGETS else _groups(hint, world)
        subjects = [(Subject.GROUP, id_) for id_ in groups]
        subjects += [(Subject.TARGET, str(target)) for target in targets]
    hints = [replace(hint, subject=subject, key=key, attempt=0) for subject, key in subjects]
    if hints:
        world.looks.look_through(*hints)
    return Found(0, complete=not hints)


def _groups(hint: LookHint, world: LookWorld) -> list[GroupId]:
    """Return the groups that mappings name, and report what is wrong with the mappings."""
    table = world.mappings.table(newer_than=hint.made_at)
    ids = world.names.of(table, newer_than=hint.made_at)
    state = world.memory.state(newer_than=hint.made_at)
    row_reports.whole(table, ids, world.announced, state)
    if Unresolved.UNREADABLE in ids.values():
        # The others are looked at: only here does anybody see that these are not.
        telemetry.count("ReadsRefused")
    groups = {group_id(row, ids) for row in table.rows}
    return sorted(id_ for id_ in groups if not isinstance(id_, Unresolved))


def _targets(hint: LookHint, world: LookWorld) -> list[Target]:
    """Return every target that is or was mapped, and keep those that are new."""
    table = world.mappings.table(newer_than=hint.made_at)
    mapped = {row.target for row in table.rows} | {bad.target for bad in table.bad if bad.target}
    known = world.memory.state(newer_than=hint.made_at).targets
    for target in sorted(mapped - known):
        world.memory.remember_target(target)
    return sorted(mapped | known)
