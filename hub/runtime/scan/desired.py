"""What is called for in a target, and for whom, as far as the copies of groups tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.runtime.decisions.decision import DesiredProfile, Removal, Undecided, Verdict
from hub.runtime.decisions.desired import group_id, verdict_in
from hub.runtime.decisions.protection import freeze
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import Cut, CutKind, HeldCut, removal_cut
from hub.runtime.decisions.target_rows import TargetRows, rows_in
from hub.runtime.scan.ports import ScanPorts
from shared.model import (
    DirectorySnapshot,
    GroupId,
    GroupIds,
    Person,
    Standing,
    Target,
    Unresolved,
    UserId,
)
from shared.requests import ScanRequest

# Within it a doubt may end by itself, or by whoever is correcting the rows.
_AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who was just seen not to be in a group any more, before its copy says so.

    `emptied` tells that the group lists nobody, where there were many.
    """

    group_id: GroupId
    users: frozenset[UserId]
    emptied: bool = False


@dataclass(frozen=True, slots=True)
class _Groups:
    """Each user's mapped groups as last seen, and the groups that have a mark against them."""

    member_of: Mapping[UserId, set[GroupId]] = field(default_factory=dict)
    unseen: frozenset[GroupId] = frozenset()
    deleted: frozenset[GroupId] = frozenset()
    emptied: frozenset[GroupId] = frozenset()


def records_of(target: Target, world: ScanPorts) -> dict[UserId, Record]:
    """Return everybody's record in a target."""
    return {record.user_id: record for record in world.ledger.of_target(target)}


def is_mapped(request: ScanRequest, target: Target, world: ScanPorts) -> bool:
    """Return whether a row names a target, be it one that does not parse."""
    table = world.mappings.table(newer_than=request.enqueued_at)
    return target in {row.target for row in table.rows} | {bad.target for bad in table.bad}


def is_over(request: ScanRequest, target: Target, world: ScanPorts) -> bool:
    """Return whether no row names a target, and nobody has, or may have, anything there."""
    return not is_mapped(request, target, world) and all(
        record.state is State.REMOVED for record in records_of(target, world).values()
    )


def verdicts(
    request: ScanRequest,
    target: Target,
    records: Mapping[UserId, Record],
    world: ScanPorts,
    leaving: Leaving | None = None,
) -> dict[UserId, Verdict | None]:
    """Return the verdict on everybody whom a target concerns."""
    table = world.mappings.table(newer_than=request.enqueued_at)
    rows = rows_in(target, table)
    ids = world.names.of(table, newer_than=request.enqueued_at)
    groups = _groups(rows, ids, request, world, leaving)
    state, now = world.memory.state(newer_than=request.enqueued_at), world.clock.now()
    found: dict[UserId, Verdict | None] = {}
    for user_id in sorted({*groups.member_of, *records}):
        record = records.get(user_id)
        snapshot = DirectorySnapshot(
            Person(user_id, "", record.standing if record else Standing.ENABLED),
            frozenset(groups.member_of.get(user_id, ())),
            ids,
            groups.unseen,
            groups.deleted,
            groups.emptied,
        )
        verdict = verdict_in(rows, snapshot, record, now)
        found[user_id] = verdict and freeze(verdict, record, state, now)
    return found


def removals(
    called_for: Mapping[UserId, Verdict | None], records: Mapping[UserId, Record]
) -> tuple[Cut, ...]:
    """Return the removals that would begin."""
    cuts = (removal_cut(verdict, records.get(user)) for user, verdict in called_for.items())
    return tuple(cut for cut in cuts if cut is not None)


def is_called_off(held: HeldCut, verdict: Verdict | None, record: Record | None) -> bool:
    """Return whether a held cut has nothing left that calls for it."""
    if record is None or record.is_leaving or record.state is State.REMOVED:
        return True
    if isinstance(verdict, DesiredProfile):
        # Who is called for is not removed, and who has the role that is called for changes none.
        removal = held.cut.kind is CutKind.REMOVAL
        return removal or record.role_arn == verdict.role_arn or not record.hold
    return not isinstance(verdict, Removal) and not record.hold


def undecided(
    called_for: Mapping[UserId, Verdict | None], records: Mapping[UserId, Record], now: datetime
) -> int:
    """Return of how many people a removal has been undecided for over an hour."""
    return sum(
        isinstance(verdict, Undecided)
        and verdict.keeps_leaver
        and (record := records.get(user)) is not None
        and record.undecided_since is not None
        and now > record.undecided_since + _AN_HOUR
        for user, verdict in called_for.items()
    )


def _groups(
    rows: TargetRows, ids: GroupIds, request: ScanRequest, world: ScanPorts, leaving: Leaving | None
) -> _Groups:
    member_of: dict[UserId, set[GroupId]] = {}
    unseen, deleted = set(), set()
    emptied = {leaving.group_id} if leaving and leaving.emptied else set()
    named = [group_id(row, ids) for row in rows.rows]
    named += [ids[group] for group in rows.targetless if group in ids]
    for id_ in _certain(named):
        copy = world.copies.copy(id_, newer_than=request.enqueued_at)
        if copy.deleted:
            deleted.add(id_)
            continue
        if not copy.looked_at:
            unseen.add(id_)
        if copy.emptied:
            emptied.add(id_)
        left = leaving.users if leaving and leaving.group_id == id_ else frozenset()
        for user_id in copy.members.keys() - left:
            member_of.setdefault(user_id, set()).add(id_)
    return _Groups(member_of, frozenset(unseen), frozenset(deleted), frozenset(emptied))


def _certain(ids: Iterable[GroupId | Unresolved]) -> list[GroupId]:
    return sorted({id_ for id_ in ids if not isinstance(id_, Unresolved)})
