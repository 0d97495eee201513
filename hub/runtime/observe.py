"""Reads the truth: the person and their groups, the mappings, the ledger, the profiles."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from hub.runtime.world import ConvergeWorld
from shared.desire import group_id, left_groups
from shared.errors import PermanentError, RetryableError, TargetUnreachableError
from shared.hints import UserHint
from shared.memory import MemberChanges
from shared.model import (
    DirectorySnapshot,
    GroupId,
    MappingTable,
    Standing,
    Target,
    Unresolved,
)
from shared.observed import ObservedProfile
from shared.plan import needs_workload
from shared.record import Record
from shared.verdicts import DesiredProfile, Removal, Undecided, Verdict


class Sight(NamedTuple):
    """What is known of one person before anything is decided.

    It is not `complete` where the directory refused to tell of a group that matters. `changes` is
    what the copies of mapped groups do not know yet of the person's memberships.
    """

    snapshot: DirectorySnapshot
    table: MappingTable
    records: Mapping[Target, Record]
    complete: bool
    changes: MemberChanges


class Blocked(NamedTuple):
    """A target that could not be observed, and why."""

    verdict: DesiredProfile | Removal
    error: RetryableError | PermanentError


class TargetSight(NamedTuple):
    """What is known of the profiles in doubt; not `complete` when time ran out before the last."""

    observed: Mapping[Target, ObservedProfile | None]
    blocked: tuple[Blocked, ...]
    complete: bool


def observe_person(hint: UserHint, world: ConvergeWorld) -> Sight:
    """Return what the directory, the mappings and the ledger say, no older than the hint.

    Raises:
        RetryableError, PermanentError: one of them cannot be read, so nothing can be decided.
    """
    table = world.mappings.table(newer_than=hint.made_at)
    person = world.directory.person(hint.user_id)
    gone = person.standing is Standing.GONE
    memberships = {} if gone else world.directory.memberships(hint.user_id)
    groups = world.names.of(table, newer_than=hint.made_at)
    records = world.ledger.records(hint.user_id)
    snapshot = DirectorySnapshot(person, frozenset(memberships), groups)
    left = left_groups(snapshot, table, records) if person.standing is Standing.ENABLED else ()
    snapshot = _with_doubts(snapshot, left, world)
    return Sight(
        snapshot,
        table,
        records,
        complete=not snapshot.doubtful and Unresolved.UNREADABLE not in groups.values(),
        changes=_changes(snapshot, memberships, table, records),
    )


def _changes(
    snapshot: DirectorySnapshot,
    memberships: Mapping[GroupId, str],
    table: MappingTable,
    records: Mapping[Target, Record],
) -> MemberChanges:
    """Return what changed since the records were written, of the groups that mappings name.

    It travels with the first record that this look writes. What it leaves out, the look at the
    group finds.
    """
    before = {
        GroupId(claim.group_id)
        for record in records.values()
        for claim in record.because
        if claim.group_id
    }
    mapped = {group_id(row, snapshot.groups) for row in table.rows}
    return MemberChanges(
        joined={
            group: membership
            for group, membership in memberships.items()
            if group in mapped and group not in before
        },
        # The copy of a group that was emptied keeps telling that it was.
        left=frozenset(
            before - memberships.keys() - snapshot.doubtful - snapshot.deleted - snapshot.emptied
        ),
    )


def _with_doubts(
    snapshot: DirectorySnapshot, left: Iterable[GroupId], world: ConvergeWorld
) -> DirectorySnapshot:
    """Return a snapshot that tells which of the groups that the person left nobody left.

    They were deleted, or list nobody where there were many, or cannot be read.
    """
    deleted, emptied, unreadable = set(), set(), set()
    for group in left:
        try:
            page = world.directory.members(group, "")
        except PermanentError:
            unreadable.add(group)
            continue
        if page is None:
            deleted.add(group)
        elif not (page.items or page.token):
            copy = world.copies.copy(group)
            if copy.is_many or copy.emptied:
                emptied.add(group)
    return replace(
        snapshot,
        doubtful=frozenset(unreadable),
        deleted=frozenset(deleted),
        emptied=frozenset(emptied),
    )


def observe_targets(
    verdicts: Iterable[Verdict],
    world: ConvergeWorld,
    until: datetime,
    unreachable: Mapping[Target, str],
    records: Mapping[Target, Record],
) -> TargetSight:
    """Return the profile of each verdict's target, as far as the time until `until` goes.

    Whether an `unreachable` target is back is for its own look to find out.
    """
    observed: dict[Target, ObservedProfile | None] = {}
    blocked: list[Blocked] = []
    complete = True
    for verdict in verdicts:
        if isinstance(verdict, Undecided):
            continue
        if world.clock.now() >= until:
            complete = False
            break
        if verdict.target in unreachable:
            blocked.append(Blocked(verdict, TargetUnreachableError(unreachable[verdict.target])))
            continue
        try:
            observed[verdict.target] = _observe(verdict, records.get(verdict.target), world)
        except (RetryableError, PermanentError) as error:
            blocked.append(Blocked(verdict, error))
    return TargetSight(observed, tuple(blocked), complete)


def _observe(
    verdict: DesiredProfile | Removal, record: Record | None, world: ConvergeWorld
) -> ObservedProfile | None:
    target, name = verdict.target, verdict.profile_name
    profile = world.studio.profile(target, name, verdict.person.id)
    if profile is not None and needs_workload(verdict, profile, record):
        profile = replace(profile, workload=world.studio.workload(target, name))
    return profile
