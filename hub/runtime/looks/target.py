"""A look at a target: what is called for, against the ledger, against what is listed there."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hub.runtime.looks import reports
from hub.runtime.looks.profiles import Profiles
from hub.runtime.looks.queueing import queue
from hub.runtime.looks.reading import Reading
from hub.runtime.looks.world import LookWorld
from shared.desire import TargetRows, group_id, rows_by_target, verdict_in
from shared.differences import Difference, in_ledger
from shared.errors import TargetUnreachableError
from shared.hints import LookHint
from shared.model import (
    DirectorySnapshot,
    GroupId,
    GroupIds,
    Person,
    Record,
    Standing,
    Target,
    Unresolved,
    UserId,
)


def look(hint: LookHint, world: LookWorld, until: datetime) -> int:
    """Queue who differs in a target, and return how many they are.

    The profiles are listed first and the ledger is read after, so that a profile that was just
    made is not taken for a stray. An account that refuses the hub is remembered, and asked again
    by nobody but the next look.
    """
    target = Target.parse(hint.key)
    reading = Reading(
        hint,
        lambda token: world.studio.profiles(target, token),
        lambda profile: profile.name.casefold(),
        world.clock,
        until,
    )
    unreachable = world.memory.state(newer_than=hint.made_at).unreachable.get(target)
    try:
        listed = [profile for page in reading.pages() for profile in page]
    except TargetUnreachableError as error:
        if unreachable is None:
            world.memory.remember_target(target, unreachable=str(error))
        reports.unreachable(target, str(error))
        return 0
    if unreachable is not None:
        world.memory.remember_target(target)
    records = {record.user_id: record for record in world.ledger.of_target(target)}
    profiles = Profiles(target, records, world)
    found = list(profiles.compare(listed))
    if reading.is_complete:
        found += [*profiles.missing(reading.seen), *_called_for(hint, target, records, world)]
    else:
        world.looks.look_through(reading.rest(world.clock.now()))
    return queue(found, hint, world)


def _called_for(
    hint: LookHint, target: Target, records: Mapping[UserId, Record], world: LookWorld
) -> Iterator[Difference]:
    """Yield who has something else in the ledger than the groups and the rows call for."""
    table = world.mappings.table(newer_than=hint.made_at)
    rows = rows_by_target(table).get(target, TargetRows(target))
    ids = world.names.of(table, newer_than=hint.made_at)
    member_of, doubtful = _members(rows, ids, hint, world)
    now = world.clock.now()
    for user_id in sorted({*member_of, *records}):
        record = records.get(user_id)
        snapshot = DirectorySnapshot(
            Person(user_id, "", record.standing if record else Standing.ENABLED),
            frozenset(member_of.get(user_id, ())),
            ids,
            doubtful,
        )
        difference = in_ledger(verdict_in(rows, snapshot, record, now), user_id, record)
        if difference:
            yield difference


def _members(
    rows: TargetRows, ids: GroupIds, hint: LookHint, world: LookWorld
) -> tuple[Mapping[UserId, set[GroupId]], frozenset[GroupId]]:
    """Return each user's mapped groups as last seen, and the groups that nobody can tell of."""
    member_of: dict[UserId, set[GroupId]] = {}
    doubtful = set()
    mapped = {group_id(row, ids) for row in rows.rows}
    for id_ in sorted(id_ for id_ in mapped if not isinstance(id_, Unresolved)):
        copy = world.copies.copy(id_, newer_than=hint.made_at)
        if copy.deleted or not copy.looked_at:
            doubtful.add(id_)
        for user_id in copy.members if not copy.deleted else ():
            member_of.setdefault(user_id, set()).add(id_)
    return member_of, frozenset(doubtful)
