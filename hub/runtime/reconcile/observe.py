"""Reads the current state: the user, their groups, the mappings, the ledger and the profiles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.plan import needs_workload
from hub.runtime.decisions.record import MemberChanges, Record, State
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.ports import (
    Clock,
    Directory,
    GroupSnapshots,
    Ledger,
    MappingStore,
    UnmanagedProfiles,
)
from hub.runtime.studio_ports import Studio
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
from shared.naming import same_name
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


class Known(NamedTuple):
    """What a pass need not read.

    Attributes:
        profiles: the profiles that are known already; None for one that cannot exist yet.
        recorded: the profiles of leavers, as the ledger has them. Only the tags are read, which
            show whether a profile is ours. Apps matter only once the role is taken.
    """

    profiles: Mapping[Target, ObservedProfile | None] = MappingProxyType({})
    recorded: Mapping[Target, ObservedProfile] = MappingProxyType({})


class TargetObservations(NamedTuple):
    """The observed profiles; not `complete` if time ran out before the last target."""

    observed: Mapping[Target, ObservedProfile | None]
    blocked: tuple[ObservationFailure, ...]
    complete: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UserObserver:
    """Reads what is known of a user, and writes new memberships into the group snapshots."""

    directory: Directory
    mappings: MappingStore
    groups: GroupResolver
    ledger: Ledger
    group_snapshots: GroupSnapshots

    def observe(self, request: ReconcileRequest) -> UserSnapshot:
        """Return what is known of the request's user, no older than the request.

        Raises:
            RetryableError, PermanentError: something cannot be read, so nothing can be decided.
        """
        table = self.mappings.table(newer_than=request.enqueued_at)
        person = self.directory.person(request.user_id)
        gone = person.user_status is UserStatus.GONE
        memberships = {} if gone else self.directory.memberships(request.user_id)
        groups = self.groups.of(table, newer_than=request.enqueued_at)
        records = self.ledger.records(request.user_id)
        snapshot = DirectorySnapshot(person, frozenset(memberships), groups)
        if person.user_status is UserStatus.ENABLED:
            left = left_groups(snapshot, table, records)
            snapshot = self._with_doubts(snapshot, left) if left else snapshot
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

    def update_snapshots(self, changes: MemberChanges, user_id: UserId) -> None:
        """Write into the group snapshots the membership changes that no record carried there.

        A reconcile that sees a user in a mapped group leaves the user in that group's snapshot.

        Raises:
            RetryableError, PermanentError: the group snapshots cannot be read or written.
        """
        wanted: dict[GroupId, str | None] = {**changes.joined, **dict.fromkeys(changes.left)}
        for group, membership in sorted(wanted.items(), key=lambda each: each[0]):
            if self.group_snapshots.membership(group, user_id) != membership:
                self.group_snapshots.set_membership(group, user_id, membership)

    def _with_doubts(
        self, snapshot: DirectorySnapshot, left: Iterable[GroupId]
    ) -> DirectorySnapshot:
        """Return a snapshot that tells which of the groups in `left` the user may not have left.

        Such a group was deleted, lists no members although it had many, or is unreadable.
        """
        deleted, emptied, unreadable = set(), set(), set()
        for group in left:
            try:
                page = self.directory.members(group, "")
            except PermanentError:
                unreadable.add(group)
                continue
            if page is None:
                deleted.add(group)
            elif not (page.items or page.token):
                copy = self.group_snapshots.snapshot(group)
                if copy.is_many or copy.emptied:
                    emptied.add(group)
        return snapshot._replace(
            doubtful=frozenset(unreadable),
            deleted=frozenset(deleted),
            emptied=frozenset(emptied),
        )


def left_groups(
    snapshot: DirectorySnapshot, table: MappingTable, records: Mapping[Target, Record]
) -> tuple[GroupId, ...]:
    """Return the groups that granted the user something and do not list them any more.

    The removal is held if one of these groups was deleted or lists nobody.
    """
    gave: set[tuple[Target, str | None]] = {
        (target, name_or_id)
        for target, record in records.items()
        if record.state is not State.REMOVED
        for name_or_id in (*record.givers, *(grant.group_id for grant in record.because))
    }
    rows = [
        row for row in table.rows if {(row.target, row.group), (row.target, row.group_id)} & gave
    ]
    ids = {group_id(row, snapshot.groups) for row in rows}
    certain = {id_ for id_ in ids if not isinstance(id_, Unresolved)}
    return tuple(sorted(certain - snapshot.member_of))


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


_NOTHING: Final = Known()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TargetObserver:
    """Reads a user's profiles in the targets."""

    studio: Studio
    unmanaged_profiles: UnmanagedProfiles
    clock: Clock

    def observe(
        self,
        decisions: Iterable[Decision],
        records: Mapping[Target, Record],
        state: HubState,
        deadline: datetime,
        known: Known = _NOTHING,
    ) -> TargetObservations:
        """Return the profile in each decision's target; spend at most half of the time left.

        A target that refused the hub recently is not called: it is blocked by the stored error.
        """
        now = self.clock.now()
        until = now + (deadline - now) / 2
        refused = {t: each.reason for t, each in state.refused.items() if each.counts(now)}
        observed: dict[Target, ObservedProfile | None] = {}
        blocked: list[ObservationFailure] = []
        complete = True
        for decision in decisions:
            target = decision.target
            if isinstance(decision, Undecided):
                continue
            if self.clock.now() >= until:
                complete = False
                break
            try:
                if target in refused:
                    raise TargetUnreachableError(refused[target])
                observed[target] = self._profile(decision, records.get(target), known)
            except (RetryableError, PermanentError) as error:
                blocked.append(ObservationFailure(decision, error))
        return TargetObservations(observed, tuple(blocked), complete)

    def _profile(
        self, decision: DesiredProfile | Removal, record: Record | None, known: Known
    ) -> ObservedProfile | None:
        """Return the user's profile, or the unmanaged one that takes its place; None for none."""
        target, person = decision.target, decision.person
        if target in known.profiles:
            profile = known.profiles[target]
            if profile is None:
                self.studio.reach(target)
        elif target in known.recorded and self.studio.owns(
            target, decision.profile_name, person.id
        ):
            profile = known.recorded[target]
        else:
            profile = self.studio.profile(target, decision.profile_name, person.id)
        role_first = target in known.recorded
        if profile is not None and needs_workload(decision, profile, record, role_first=role_first):
            workload = self.studio.workload(target, decision.profile_name)
            return replace(profile, workload=workload)
        if profile is None and record is not None and record.is_never_made:
            # Source: Amazon SageMaker administration workshop: one person has one profile in a
            # domain. So an unmanaged one that signs the user in is in the way.
            for name, other in self.unmanaged_profiles.of_target(target).items():
                if other.user_name and same_name(other.user_name, person.name):
                    return self.studio.profile(target, name, person.id)
        return profile
