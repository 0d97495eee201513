"""Reads the current state: the user, their groups, the mappings, the ledger and the profiles."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.desired import group_id, left_groups
from hub.runtime.decisions.hub_state import MemberChanges
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.plan import needs_workload
from hub.runtime.decisions.record import Record
from hub.runtime.ports import GroupSnapshots
from hub.runtime.reconcile.ports import ReconcilePorts
from shared.errors import PermanentError, RetryableError, TargetUnreachableError
from shared.model import (
    DirectorySnapshot,
    GroupId,
    MappingTable,
    Target,
    Unresolved,
    UserId,
    UserStatus,
)
from shared.naming import same_user
from shared.requests import ReconcileRequest


class UserSnapshot(NamedTuple):
    """What is known of one user before anything is decided.

    Attributes:
        complete: false if the directory refused to read a group that matters.
        memberships: the ids of the user's memberships in mapped groups.
        changes: membership changes that the snapshots of these groups may not have yet.
    """

    snapshot: DirectorySnapshot
    table: MappingTable
    records: Mapping[Target, Record]
    complete: bool
    memberships: frozenset[str]
    changes: MemberChanges


class ObservationFailure(NamedTuple):
    """A target that could not be observed, and why."""

    decision: DesiredProfile | Removal
    error: RetryableError | PermanentError


class TargetObservations(NamedTuple):
    """The observed profiles; not `complete` if time ran out before the last target."""

    observed: Mapping[Target, ObservedProfile | None]
    blocked: tuple[ObservationFailure, ...]
    complete: bool


def observe_user(request: ReconcileRequest, ports: ReconcilePorts) -> UserSnapshot:
    """Return the state of the directory, the mappings and the ledger, no older than the request.

    Raises:
        RetryableError, PermanentError: one of them cannot be read, so nothing can be decided.
    """
    table = ports.mappings.table(newer_than=request.enqueued_at)
    person = ports.directory.person(request.user_id)
    gone = person.user_status is UserStatus.GONE
    memberships = {} if gone else ports.directory.memberships(request.user_id)
    groups = ports.names.of(table, newer_than=request.enqueued_at)
    records = ports.ledger.records(request.user_id)
    snapshot = DirectorySnapshot(person, frozenset(memberships), groups)
    left = left_groups(snapshot, table, records) if person.user_status is UserStatus.ENABLED else ()
    snapshot = _with_doubts(snapshot, left, ports)
    mapped = {group_id(row, groups) for row in table.rows}
    memberships = {group: id_ for group, id_ in memberships.items() if group in mapped}
    return UserSnapshot(
        snapshot,
        table,
        records,
        complete=not snapshot.doubtful and Unresolved.UNREADABLE not in groups.values(),
        memberships=frozenset(memberships.values()) - {""},
        changes=_changes(snapshot, memberships, records),
    )


def _changes(
    snapshot: DirectorySnapshot,
    memberships: Mapping[GroupId, str],
    records: Mapping[Target, Record],
) -> MemberChanges:
    """Return the membership changes in mapped groups since the records were written.

    A user who rejoins a group has a new membership id. The first record that this reconcile writes
    carries the changes to the group snapshots.
    """
    before = {
        GroupId(grant.group_id)
        for record in records.values()
        for grant in record.because
        if grant.group_id
    }
    known = {id_ for record in records.values() for id_ in record.memberships}
    return MemberChanges(
        joined={group: id_ for group, id_ in memberships.items() if not id_ or id_ not in known},
        # The snapshot of an emptied group keeps the member, so that it still shows many members.
        left=frozenset(
            before - memberships.keys() - snapshot.doubtful - snapshot.deleted - snapshot.emptied
        ),
    )


def note_memberships(
    changes: MemberChanges, user_id: UserId, group_snapshots: GroupSnapshots
) -> None:
    """Update the group snapshots with the changes that no record carried.

    A user whom a reconcile sees in a mapped group is in its snapshot afterwards, in any case.

    Raises:
        RetryableError, PermanentError: the group snapshots cannot be read or written.
    """
    for group, membership in sorted(changes.joined.items()):
        if group_snapshots.membership(group, user_id) != membership:
            group_snapshots.set_membership(group, user_id, membership)
    for group in sorted(changes.left):
        if group_snapshots.membership(group, user_id) is not None:
            group_snapshots.set_membership(group, user_id, None)


def _with_doubts(
    snapshot: DirectorySnapshot, left: Iterable[GroupId], ports: ReconcilePorts
) -> DirectorySnapshot:
    """Return a snapshot that marks the groups in `left` from which nobody removed the user.

    Such a group was deleted, lists no members although it had many, or cannot be read.
    """
    deleted, emptied, unreadable = set(), set(), set()
    for group in left:
        try:
            page = ports.directory.members(group, "")
        except PermanentError:
            unreadable.add(group)
            continue
        if page is None:
            deleted.add(group)
        elif not (page.items or page.token):
            copy = ports.group_snapshots.copy(group)
            if copy.is_many or copy.emptied:
                emptied.add(group)
    return replace(
        snapshot,
        doubtful=frozenset(unreadable),
        deleted=frozenset(deleted),
        emptied=frozenset(emptied),
    )


def observe_targets(
    decisions: Iterable[Decision],
    ports: ReconcilePorts,
    until: datetime,
    refused: Mapping[Target, str],
    records: Mapping[Target, Record],
) -> TargetObservations:
    """Return the profile in each decision's target; stop at `until`.

    A target that `refused` the hub lately is not called. It is blocked with the stored reason.
    """
    observed: dict[Target, ObservedProfile | None] = {}
    blocked: list[ObservationFailure] = []
    complete = True
    for decision in decisions:
        if isinstance(decision, Undecided):
            continue
        if ports.clock.now() >= until:
            complete = False
            break
        if decision.target in refused:
            blocked.append(
                ObservationFailure(decision, TargetUnreachableError(refused[decision.target]))
            )
            continue
        try:
            observed[decision.target] = _observe(decision, records.get(decision.target), ports)
        except (RetryableError, PermanentError) as error:
            blocked.append(ObservationFailure(decision, error))
    return TargetObservations(observed, tuple(blocked), complete)


def _observe(
    decision: DesiredProfile | Removal, record: Record | None, ports: ReconcilePorts
) -> ObservedProfile | None:
    target, name = decision.target, decision.profile_name
    profile = ports.studio.profile(target, name, decision.person.id)
    if profile is None and record is not None and record.is_never_made:
        return _made_by_hand(decision, ports)
    if profile is not None and needs_workload(decision, profile, record):
        profile = replace(profile, workload=ports.studio.workload(target, name))
    return profile


def _made_by_hand(
    decision: DesiredProfile | Removal, ports: ReconcilePorts
) -> ObservedProfile | None:
    """Return the unmanaged profile that signs the user in; None where no scan has seen one.

    Source: Amazon SageMaker administration workshop: one person has one profile in a domain.
    """
    target, person = decision.target, decision.person
    for name, known in ports.unmanaged_profiles.of(target).items():
        if known.user_name and same_user(known.user_name, person.name):
            return ports.studio.profile(target, name, person.id)
    return None
