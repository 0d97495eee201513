"""What a change of rows does to people, by the hub's own decisions under both tables.

People without a record are decided once for all who are in the same mapped groups, and once for
all targets whose rows are alike. So a company of ten thousand people in hundreds of targets is
foretold in seconds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cli.mappings.outcome import Change, ChangeKind, Outcome, TargetEffect, changed, outcome
from hub.runtime.decisions.decision import Decision, DesiredProfile
from hub.runtime.decisions.desired import desire
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.protection import apply_protection
from hub.runtime.decisions.record import Record
from hub.runtime.decisions.removal_limit import (
    LimitState,
    RemovalLimit,
    admit,
    removal_disruption,
)
from shared.model import (
    BadMapping,
    DirectorySnapshot,
    GroupId,
    GroupIds,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
    User,
    UserId,
)


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that the decisions depend on.

    Attributes:
        groups: the id of each group name in the rows of both tables.
        members: the members of each group of a concerned target.
        unreadable: groups whose members the directory does not tell.
        deleted: groups that are gone from the directory.
        emptied: groups that list nobody any more.
        records: the records of each concerned target.
        limits: the slots and held disruptions of each concerned target with records.
    """

    groups: GroupIds
    members: Mapping[GroupId, frozenset[UserId]]
    records: Mapping[Target, Mapping[UserId, Record]]
    state: HubState
    limits: Mapping[Target, LimitState]
    limit: RemovalLimit
    now: datetime
    unreadable: frozenset[GroupId] = frozenset()
    deleted: frozenset[GroupId] = frozenset()
    emptied: frozenset[GroupId] = frozenset()


# The group whose row wins under each table, for people without a record; empty for none.
_Winners = tuple[str, str]


@dataclass(slots=True)
class Effects:
    """Foretells the effect of a change from one table to another, target by target."""

    today: MappingTable
    then: MappingTable
    observed: Observed
    _of_today: Mapping[Target, MappingTable] = field(init=False)
    _of_then: Mapping[Target, MappingTable] = field(init=False)
    _classes: Mapping[frozenset[GroupId], list[UserId]] = field(init=False)
    _shapes: dict[object, int] = field(default_factory=dict, init=False)
    _winners: dict[tuple[int, frozenset[GroupId]], _Winners] = field(
        default_factory=dict, init=False
    )

    def __post_init__(self) -> None:
        """Sort rows by target, and people by the set of their groups."""
        self._of_today, self._of_then = _by_target(self.today), _by_target(self.then)
        groups_of: dict[UserId, list[GroupId]] = {}
        for id_, members in sorted(self.observed.members.items()):
            for user in members:
                groups_of.setdefault(user, []).append(id_)
        classes: dict[frozenset[GroupId], list[UserId]] = {}
        for user in sorted(groups_of):
            classes.setdefault(frozenset(groups_of[user]), []).append(user)
        self._classes = classes

    def of(self, target: Target) -> TargetEffect:
        """Return what becomes of the people of a target."""
        tables = tuple(
            each.get(target) or MappingTable((), _targetless(whole))
            for each, whole in ((self._of_today, self.today), (self._of_then, self.then))
        )
        records = self.observed.records.get(target, {})
        found: dict[Change, list[UserId]] = {}
        for change, users in self._without_record(target, tables, records):
            found.setdefault(change, []).extend(users)
        for change, user in self._with_record(target, tables, records):
            found.setdefault(change, []).append(user)
        return TargetEffect(
            target, tuple((change, tuple(sorted(users))) for change, users in sorted(found.items()))
        )

    def _without_record(
        self, target: Target, tables: tuple[MappingTable, ...], records: Mapping[UserId, Record]
    ) -> Iterator[tuple[Change, list[UserId]]]:
        unavailable = self.observed.state.unavailable_roles.get(target, ())
        alike = tuple(_shape(table, unavailable) for table in tables)
        shape = self._shapes.setdefault(alike, len(self._shapes))
        found: dict[_Winners, list[UserId]] = {}
        ids = frozenset(self._ids(row for table in tables for row in table.rows))
        for groups, users in self._classes.items():
            mine = groups & ids
            if not mine:
                continue
            key = (shape, mine)
            if key not in self._winners:
                first, second = (self._winner(users[0], mine, table) for table in tables)
                self._winners[key] = first, second
            new = [user for user in users if user not in records] if records else users
            found.setdefault(self._winners[key], []).extend(new)
        roles = [{row.group: row.role_arn for row in table.rows} for table in tables]
        for (old, new_winner), users in found.items():
            before, after = roles[0].get(old, ""), roles[1].get(new_winner, "")
            if before != after and users:
                yield changed(Outcome(before), Outcome(after, new_winner)), users

    def _winner(self, user: UserId, groups: frozenset[GroupId], table: MappingTable) -> str:
        """Return the group whose row grants a profile to whoever is in exactly these groups."""
        snapshot = self._snapshot(User(user, ""), groups, table)
        unavailable = self.observed.state.unavailable_roles
        for decision in desire(snapshot, table, {}, self.observed.now, unavailable):
            if isinstance(decision, DesiredProfile) and decision.is_granted:
                return decision.because[0].group
        return ""

    def _with_record(
        self, target: Target, tables: tuple[MappingTable, ...], records: Mapping[UserId, Record]
    ) -> Iterator[tuple[Change, UserId]]:
        ids = frozenset(self._ids(row for table in tables for row in table.rows))
        today, then = ({u: self._decision(r, t, ids) for u, r in records.items()} for t in tables)
        disruptions = (removal_disruption(then[user], record) for user, record in records.items())
        limit_state = self.observed.limits.get(target, LimitState())
        refused = admit(
            (each for each in disruptions if each is not None),
            self.observed.limit,
            limit_state,
            frozenset(user for user, record in records.items() if record.has_profile),
            self.observed.now,
        ).refused
        for user, record in records.items():
            before, after = outcome(today[user], record), outcome(then[user], record)
            if before.role == after.role:
                continue
            change = changed(before, after)
            held = limit_state.held.get(user)
            if change.kind is ChangeKind.LOSS and user in refused:
                change = change._replace(held=refused[user].cause)
            elif after.hold and not (held and held.is_approved(self.observed.now)):
                change = change._replace(held=after.hold)
            yield change, user

    def _decision(
        self, record: Record, table: MappingTable, ids: frozenset[GroupId]
    ) -> Decision | None:
        user = record.user_id
        member_of = frozenset(id_ for id_ in ids if user in self.observed.members.get(id_, ()))
        snapshot = self._snapshot(
            User(user, record.user_name, record.user_status), member_of, table
        )
        records = {record.target: record}
        at, state = self.observed.now, self.observed.state
        for decision in desire(snapshot, table, records, at, state.unavailable_roles):
            return apply_protection(decision, record, state, at)
        return None

    def _snapshot(
        self, person: User, member_of: frozenset[GroupId], table: MappingTable
    ) -> DirectorySnapshot:
        """Return a user as a scan sees them: only the groups of these rows may be doubtful."""
        ids = frozenset(self._ids(table.rows))
        return DirectorySnapshot(
            person,
            member_of,
            self.observed.groups,
            self.observed.unreadable & ids,
            self.observed.deleted & ids,
            self.observed.emptied & ids,
        )

    def _ids(self, rows: Iterable[GroupMapping]) -> Iterator[GroupId]:
        for row in rows:
            id_ = group_id(row, self.observed.groups)
            if not isinstance(id_, Unresolved):
                yield id_


def _by_target(table: MappingTable) -> dict[Target, MappingTable]:
    """Return the rows that may concern each target, also those whose target does not parse."""
    rows: dict[Target, list[GroupMapping]] = {}
    for row in table.rows:
        rows.setdefault(row.target, []).append(row)
    targets = {*rows, *(bad.target for bad in table.bad if bad.target)}
    targets |= {pattern.target for pattern in table.patterns}
    return {
        target: MappingTable(
            tuple(rows.get(target, ())),
            tuple(bad for bad in table.bad if bad.target in {None, target}),
            tuple(pattern for pattern in table.patterns if pattern.target == target),
            tuple(pattern for pattern in table.unlisted if pattern.target == target),
            tuple(row for row in table.withheld if row.target == target),
        )
        for target in targets
    }


def _targetless(table: MappingTable) -> tuple[BadMapping, ...]:
    return tuple(bad for bad in table.bad if bad.target is None)


def _shape(table: MappingTable, unavailable: Collection[str]) -> object:
    """Return what decides who wins among rows, whatever their target and roles are.

    `unavailable` holds the ARNs of the roles that cannot be given in the target.
    """
    rows = tuple(
        (row.group, row.priority, row.group_id, row.enabled, row.role_arn in unavailable)
        for row in table.rows
    )
    return rows, tuple((bad.group, bad.target is None) for bad in table.bad)
