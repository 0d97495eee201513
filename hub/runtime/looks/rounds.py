"""A round of looks: the sweep of the hour over groups and targets, and that of the day."""

from dataclasses import replace

from hub.runtime import row_reports
from hub.runtime.looks.world import LookWorld
from shared.desire import group_id
from shared.hints import DAILY, LookHint, Subject
from shared.model import Unresolved


def begin(hint: LookHint, world: LookWorld) -> int:
    """Queue the looks of a round; no two rounds ever meet on one group or target."""
    if hint.key == DAILY:
        subjects = [(Subject.PEOPLE, ""), (Subject.GROUPS, "")]
    else:
        subjects = _groups_and_targets(hint, world)
    hints = [replace(hint, subject=subject, key=key, attempt=0) for subject, key in subjects]
    if hints:
        world.looks.look_through(*hints)
    return 0


def _groups_and_targets(hint: LookHint, world: LookWorld) -> list[tuple[Subject, str]]:
    table = world.mappings.table(newer_than=hint.made_at)
    ids = world.names.of(table, newer_than=hint.made_at)
    row_reports.rows(table, ids, world.announced)
    groups = {group_id(row, ids) for row in table.rows}
    mapped = {row.target for row in table.rows} | {bad.target for bad in table.bad if bad.target}
    known = world.memory.state(newer_than=hint.made_at).targets
    for target in sorted(mapped - known):
        world.memory.remember_target(target)
    certain = sorted(id_ for id_ in groups if not isinstance(id_, Unresolved))
    return [
        *((Subject.GROUP, str(id_)) for id_ in certain),
        *((Subject.TARGET, str(target)) for target in sorted(mapped | known)),
    ]
