"""Reads the truth: the person and their groups, the mappings, the ledger, the profiles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hub.runtime.world import ConvergeWorld
from shared.desire import DesiredProfile, Removal, Undecided, Verdict, left_groups
from shared.errors import PermanentError, RetryableError
from shared.hints import UserHint
from shared.model import (
    DirectorySnapshot,
    GroupId,
    MappingTable,
    ObservedProfile,
    Record,
    Standing,
    Target,
    Unresolved,
)
from shared.plan import needs_workload


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of one person before anything is decided.

    It is not `complete` where the directory refused to tell of a group that matters.
    """

    snapshot: DirectorySnapshot
    table: MappingTable
    records: Mapping[Target, Record]
    complete: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """A target that could not be observed, and why."""

    verdict: DesiredProfile | Removal
    error: RetryableError | PermanentError


@dataclass(frozen=True, slots=True)
class TargetSight:
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
    member_of = (
        world.directory.member_of(hint.user_id)
        if person.standing is Standing.ENABLED
        else frozenset()
    )
    names = frozenset(row.group for row in table.rows if row.group_id is None)
    groups = world.directory.group_ids(names, newer_than=hint.made_at)
    records = world.ledger.records(hint.user_id)
    snapshot = DirectorySnapshot(person, member_of, groups)
    left = left_groups(snapshot, table, records) if person.standing is Standing.ENABLED else ()
    gone, unreadable = _in_doubt(left, world)
    return Sight(
        replace(snapshot, doubtful=gone | unreadable),
        table,
        records,
        complete=not unreadable and Unresolved.UNREADABLE not in groups.values(),
    )


def _in_doubt(
    groups: Iterable[GroupId], world: ConvergeWorld
) -> tuple[frozenset[GroupId], frozenset[GroupId]]:
    """Return those of the groups that are gone, and those of which the directory does not tell."""
    gone, unreadable = set(), set()
    for group in groups:
        try:
            if not world.directory.is_there(group):
                gone.add(group)
        except PermanentError:
            unreadable.add(group)
    return frozenset(gone), frozenset(unreadable)


def observe_targets(
    verdicts: Iterable[Verdict], world: ConvergeWorld, until: datetime
) -> TargetSight:
    """Return the profile of each verdict's target, as far as the time until `until` goes."""
    observed: dict[Target, ObservedProfile | None] = {}
    blocked: list[Blocked] = []
    complete = True
    for verdict in verdicts:
        if isinstance(verdict, Undecided):
            continue
        if world.clock.now() >= until:
            complete = False
            break
        try:
            observed[verdict.target] = _observe(verdict, world)
        except (RetryableError, PermanentError) as error:
            blocked.append(Blocked(verdict, error))
    return TargetSight(observed, tuple(blocked), complete)


def _observe(verdict: DesiredProfile | Removal, world: ConvergeWorld) -> ObservedProfile | None:
    target, name = verdict.target, verdict.profile_name
    profile = world.studio.profile(target, name, verdict.person.id)
    if profile is not None and needs_workload(verdict, profile):
        profile = replace(profile, workload=world.studio.workload(target, name))
    return profile
