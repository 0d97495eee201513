"""A look for a group by the name that a mapping gives it, whose id could not be told at once."""

from dataclasses import replace

from hub.runtime import open_problems, row_reports
from hub.runtime.looks.found import Found
from hub.runtime.looks.world import LookWorld
from shared.hints import LookHint, Subject
from shared.model import MappingTable, Unresolved


def look(hint: LookHint, world: LookWorld) -> Found:
    """Have the group looked through that has this name; report a name that no group has.

    Raises:
        RetryableError: the id cannot be told yet.
    """
    ids = world.names.ids(frozenset({hint.key}), newer_than=hint.made_at)
    state = world.memory.state(newer_than=hint.made_at)
    row_reports.rows(MappingTable(()), ids, world.announced, state)
    open_problems.judged("unknown-group", "unreadable-group", subject=f"group {hint.key}")
    id_ = ids[hint.key]
    if isinstance(id_, Unresolved):
        return Found(0, complete=True)
    world.looks.look_through(replace(hint, subject=Subject.GROUP, key=id_, attempt=0))
    return Found(0, complete=False)
