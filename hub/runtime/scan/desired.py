"""Decides for every user of a target what is desired, according to the group snapshots."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.desired import TargetRows, decision_in, rows_by_target
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.protection import apply_protection
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import (
    Disruption,
    DisruptionKind,
    HeldDisruption,
    removal_disruption,
)
from hub.runtime.ports import Clock, Directory, HubStateStore, Ledger
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.snapshots import SnapshotCache
from shared.model import (
    DirectorySnapshot,
    GroupId,
    GroupIds,
    Target,
    Unresolved,
    User,
    UserId,
    UserStatus,
)
from shared.requests import ScanRequest

# An undecided removal may be decided within the hour, alone or by whoever corrects the rows.
_AN_HOUR = timedelta(hours=1)


class Leaving(NamedTuple):
    """Users who were just seen to have left a group, before its snapshot says so.

    `emptied` tells that the group lists nobody, where there were many.
    """

    group_id: GroupId
    users: frozenset[UserId]
    emptied: bool = False


class _Groups(NamedTuple):
    """Each user's mapped groups as last seen; the groups that are unseen, deleted or emptied."""

    member_of: Mapping[UserId, set[GroupId]]
    unseen: frozenset[GroupId]
    deleted: frozenset[GroupId]
    emptied: frozenset[GroupId]


class DesiredReader(NamedTuple):
    """Decides what is desired in a target, from the mappings and the groups as last seen."""

    mappings: Mappings
    directory: Directory
    group_snapshots: SnapshotCache
    ledger: Ledger
    hub_state: HubStateStore
    clock: Clock

    def records_of(self, target: Target) -> dict[UserId, Record]:
        """Return the records of all users in a target."""
        return {record.user_id: record for record in self.ledger.of_target(target)}

    def is_over(self, request: ScanRequest, target: Target) -> bool:
        """Return whether no row names a target and all of its records are removed."""
        return not self.mappings.is_mapped(request, target) and all(
            record.state is State.REMOVED for record in self.records_of(target).values()
        )

    def decisions(
        self,
        request: ScanRequest,
        target: Target,
        records: Mapping[UserId, Record],
        leaving: Leaving | None = None,
        *,
        is_held: bool = False,
    ) -> dict[UserId, Decision | None]:
        """Return the decision on every user whom a target concerns.

        Rows and group snapshots that are newer than the request may be older than the records: a
        user who joined in between would seem to have left. So nothing is read from a cache where a
        removal would begin, or where disruptions are held and may be obsolete (`is_held`).
        """
        found = {} if is_held else self._decisions(request, target, records, leaving)
        if is_held or removals(found, records):
            now = request._replace(enqueued_at=self.clock.now())
            return self._decisions(now, target, records, leaving)
        return found

    def _decisions(
        self,
        request: ScanRequest,
        target: Target,
        records: Mapping[UserId, Record],
        leaving: Leaving | None,
    ) -> dict[UserId, Decision | None]:
        table, ids = self.mappings.with_ids(request)
        rows = rows_by_target(table, [target])[target]
        groups = self._groups(rows, ids, request, leaving)
        state, now = self.hub_state.state(newer_than=request.enqueued_at), self.clock.now()
        unavailable = state.unavailable_roles.get(target, frozenset())
        found: dict[UserId, Decision | None] = {}
        for user_id in sorted({*groups.member_of, *records}):
            record = records.get(user_id)
            snapshot = DirectorySnapshot(
                User(user_id, "", record.user_status if record else UserStatus.ENABLED),
                frozenset(groups.member_of.get(user_id, ())),
                ids,
                groups.unseen,
                groups.deleted,
                groups.emptied,
            )
            decision = decision_in(rows, snapshot, record, now, unavailable)
            found[user_id] = decision and apply_protection(decision, record, state, now)
        return found

    def _groups(
        self, rows: TargetRows, ids: GroupIds, request: ScanRequest, leaving: Leaving | None
    ) -> _Groups:
        member_of: dict[UserId, set[GroupId]] = {}
        unseen, deleted = set(), set()
        emptied = {leaving.group_id} if leaving and leaving.emptied else set()
        named = [group_id(row, ids) for row in rows.rows]
        named += [ids[group] for group in rows.targetless if group in ids]
        for id_ in _certain(named):
            copy = self.group_snapshots.snapshot(id_, newer_than=request.enqueued_at)
            if copy.deleted:
                deleted.add(id_)
                continue
            if copy.emptied:
                emptied.add(id_)
            members = frozenset(copy.members)
            if not copy.is_listed:
                listed = self.group_snapshots.listed(id_, request.enqueued_at, self.directory)
                if listed is None:
                    unseen.add(id_)
                    continue
                if copy.is_many and not listed:
                    emptied.add(id_)
                members = listed
            left = leaving.users if leaving and leaving.group_id == id_ else frozenset()
            for user_id in members - left:
                member_of.setdefault(user_id, set()).add(id_)
        return _Groups(member_of, frozenset(unseen), frozenset(deleted), frozenset(emptied))


def removals(
    desired: Mapping[UserId, Decision | None], records: Mapping[UserId, Record]
) -> tuple[Disruption, ...]:
    """Return the removals that would begin."""
    disruptions = (
        removal_disruption(decision, records.get(user)) for user, decision in desired.items()
    )
    return tuple(disruption for disruption in disruptions if disruption is not None)


def role_changes(
    desired: Mapping[UserId, Decision | None], held: Mapping[UserId, HeldDisruption]
) -> tuple[Disruption, ...]:
    """Return the held role changes as they would begin now, with the cause that they have now."""
    return tuple(
        each.disruption._replace(cause=decision.hold)
        for user, each in held.items()
        if each.disruption.kind is DisruptionKind.ROLE_CHANGE
        and isinstance(decision := desired.get(user), DesiredProfile)
    )


def is_obsolete(held: HeldDisruption, decision: Decision | None, record: Record | None) -> bool:
    """Return whether nothing calls for a held disruption any more."""
    if record is None or record.is_leaving or record.state is State.REMOVED:
        return True
    if isinstance(decision, DesiredProfile):
        # A desired user is not removed. A user who has the desired role needs no role change.
        removal = held.disruption.kind is DisruptionKind.REMOVAL
        return removal or record.role_arn == decision.role_arn or not record.hold
    return not isinstance(decision, Removal) and not record.hold


def undecided(
    desired: Mapping[UserId, Decision | None], records: Mapping[UserId, Record], now: datetime
) -> int:
    """Return for how many users a removal has been undecided for over an hour."""
    return sum(
        isinstance(decision, Undecided)
        and decision.keeps_leaver
        and (record := records.get(user)) is not None
        and record.undecided_since is not None
        and now > record.undecided_since + _AN_HOUR
        for user, decision in desired.items()
    )


def _certain(ids: Iterable[GroupId | Unresolved]) -> list[GroupId]:
    return sorted({id_ for id_ in ids if not isinstance(id_, Unresolved)})
