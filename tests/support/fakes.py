"""Fakes of ports: each keeps the contract of its port, and notes its calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub.runtime.decisions.hub_state import (
    AccessRefusal,
    GroupSnapshot,
    HubState,
    OpenProblem,
    UnmanagedProfile,
)
from hub.runtime.decisions.listing import Page, ScanState
from hub.runtime.decisions.profile_events import ProfileEvent, RecordWrite
from hub.runtime.decisions.record import MemberChanges, Record
from shared.errors import PermanentError, RetryableError
from shared.messages import scan_chain
from shared.model import (
    GroupId,
    MappingTable,
    Target,
    Unresolved,
    User,
    UserId,
)
from shared.requests import ReconcileRequest, ScanRequest

Trouble = RetryableError | PermanentError


@dataclass
class FakeClock:
    """A clock that advances only by `sleep`."""

    time: datetime

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Advance the time."""
        self.time += timedelta(seconds=seconds)


@dataclass
class FakeBus:
    """An event bus that keeps what was published, or refuses it."""

    published: list[ProfileEvent] = field(default_factory=list)
    trouble: Trouble | None = None

    def publish(self, profile_events: Iterable[ProfileEvent]) -> None:
        """Publish events."""
        if self.trouble is not None:
            raise self.trouble
        self.published += profile_events


@dataclass
class FakeDirectory:
    """A directory of groups and users; `asked` are the names whose ids were looked up.

    `joined` has the groups of each user with the ids of the memberships. With a clock, the id of a
    group takes five seconds.
    """

    ids: dict[str, GroupId | Unresolved] = field(default_factory=dict)
    trouble: Trouble | None = None
    asked: list[str] = field(default_factory=list)
    clock: FakeClock | None = None
    users: dict[UserId, User] = field(default_factory=dict)
    joined: dict[UserId, dict[GroupId, str]] = field(default_factory=dict)

    def group_id(self, name: str) -> GroupId | Unresolved:
        """Return the id of the group with this name, or why there is none."""
        self.asked.append(name)
        if self.clock:
            self.clock.sleep(5)
        if self.trouble:
            raise self.trouble
        return self.ids.get(name, Unresolved.UNKNOWN)

    def person(self, user_id: UserId) -> User:
        """Return a user."""
        return self.users[user_id]

    def memberships(self, user_id: UserId) -> Mapping[GroupId, str]:
        """Return a user's groups, with the ids of the memberships."""
        return self.joined.get(user_id, {})

    def group_name(self, group_id: GroupId) -> str | None:
        """Fail: no test here reads group names."""
        raise NotImplementedError

    def members(self, group_id: GroupId, token: str) -> Page[tuple[UserId, str]] | None:
        """Fail: no test here lists members."""
        raise NotImplementedError

    def people(self, token: str) -> Page[User]:
        """Fail: no test here lists users."""
        raise NotImplementedError

    def groups(self, token: str) -> Page[tuple[GroupId, str]]:
        """Fail: no test here lists groups."""
        raise NotImplementedError


@dataclass
class FakeHubState:
    """The hub's state: `truth` is the stored state, `reads` the number of reads.

    A cached copy is returned until a caller needs a newer one. `slots` are the seconds after which
    a full sweep may start.
    """

    clock: FakeClock
    truth: HubState = field(default_factory=HubState)
    slots: list[int] = field(default_factory=lambda: [0, 900])
    reads: int = 0
    _copy: tuple[datetime, HubState] | None = None

    def state(self, newer_than: datetime) -> HubState:
        """Return the state, read after `newer_than`."""
        if self._copy is None or self._copy[0] <= newer_than:
            self.reads += 1
            self._copy = self.clock.now(), self.truth
        return self._copy[1]

    def remember_group(self, name: str, group_id: GroupId) -> GroupId:
        """Store the id of a group of this name; return the id that was stored first."""
        ids = {name: group_id, **self.truth.group_ids}
        self.truth = self.truth._replace(group_ids=ids)
        return ids[name]

    def remember_pattern_group(
        self, group_id: GroupId, name: str, *, is_queued: bool = True
    ) -> None:
        """Store the name of a group that a pattern row matches; empty to forget it."""
        kept = {**self.truth.pattern_groups, group_id: name}
        unqueued = self.truth.unqueued_groups - {group_id}
        self.truth = self.truth._replace(
            pattern_groups={id_: text for id_, text in kept.items() if text},
            unqueued_groups=unqueued if is_queued else unqueued | {group_id},
        )

    def remember_listing(self, patterns: frozenset[str]) -> None:
        """Store the digests of the patterns whose groups were listed to the end."""
        self.truth = self.truth._replace(listed_patterns=patterns)

    def remember_target(self, target: Target, unreachable: str = "") -> None:
        """Fail: no test here stores targets."""
        raise NotImplementedError

    def remember_refusal(self, target: Target, refusal: AccessRefusal | None) -> None:
        """Fail: no test here stores targets."""
        raise NotImplementedError

    def remember_roles(
        self, target: Target, checked: Iterable[str], unavailable: Iterable[str]
    ) -> None:
        """Store the roles that a check saw in a target, and the unavailable ones."""
        self.truth = self.truth._replace(
            checked_roles={**self.truth.checked_roles, target: frozenset(checked)},
            unavailable_roles={**self.truth.unavailable_roles, target: frozenset(unavailable)},
        )

    def change_problems(
        self, scope: str, new: Iterable[OpenProblem], over: Iterable[OpenProblem]
    ) -> None:
        """Store new open problems of a scope, and remove the resolved ones."""
        assert {each.scope for each in (*new, *over)} <= {scope}
        problems = (self.truth.problems | set(new)) - set(over)
        self.truth = self.truth._replace(problems=problems)

    def pause(self, reason: str) -> bool:
        """Pause all processing; an earlier pause keeps its reason."""
        is_new = not self.truth.paused
        if is_new:
            self.truth = self.truth._replace(paused=reason)
        return is_new

    def reserve_full_sweep(self, now: datetime, event_id: str) -> int | None:  # noqa: ARG002 (the port's)
        """Return the next of the slots, None if all are taken."""
        return self.slots.pop(0) if self.slots else None


@dataclass
class FakeMappings:
    """The mappings table; a cached copy is returned until a caller needs a newer one."""

    clock: FakeClock
    truth: MappingTable = field(default_factory=lambda: MappingTable(()))
    trouble: Trouble | None = None
    reads: int = 0
    _copy: tuple[datetime, MappingTable] | None = None

    def table(self, newer_than: datetime) -> MappingTable:
        """Return every row, read after `newer_than`."""
        if self.trouble:
            raise self.trouble
        if self._copy is None or self._copy[0] <= newer_than:
            self.reads += 1
            self._copy = self.clock.now(), self.truth
        return self._copy[1]


@dataclass
class FakeLedger:
    """A ledger of records by user and target, and of users who are `known` without one.

    `asked` are the users that were looked up. `writes` are the written records, in order;
    `published` and `member_changes` were written with them. `withheld` is what report mode has
    reported of each user.
    """

    known: frozenset[UserId] = frozenset()
    asked: list[UserId] = field(default_factory=list)
    rows: dict[tuple[UserId, Target], Record] = field(default_factory=dict)
    writes: list[Record] = field(default_factory=list)
    published: list[ProfileEvent] = field(default_factory=list)
    member_changes: list[MemberChanges] = field(default_factory=list)
    trouble: Trouble | None = None
    withheld: dict[UserId, frozenset[str]] = field(default_factory=dict)

    def knows(self, user_id: UserId) -> bool:
        """Return whether the user has any record."""
        if self.trouble:
            raise self.trouble
        self.asked.append(user_id)
        return user_id in self.known or any(user == user_id for user, _ in self.rows)

    def records(self, user_id: UserId) -> Mapping[Target, Record]:
        """Return the user's records in all targets."""
        return {target: row for (user, target), row in self.rows.items() if user == user_id}

    def of_target(self, target: Target) -> tuple[Record, ...]:
        """Return the records of all users in one target."""
        return tuple(row for (_, of), row in self.rows.items() if of == target)

    def everybody(self) -> Iterable[Record]:
        """Return every record."""
        return self.rows.values()

    def dry_run(self, user_id: UserId) -> frozenset[str]:
        """Return what report mode has reported of a user."""
        return self.withheld.get(user_id, frozenset())

    def save_dry_run(self, user_id: UserId, problems: frozenset[str]) -> None:
        """Store what report mode has reported of a user."""
        self.withheld[user_id] = problems

    def write(
        self,
        record: Record,
        changes: MemberChanges | None = None,
        profile_event: ProfileEvent | None = None,
    ) -> Record:
        """Replace the version that the record names; RetryableError if another worker did."""
        events = (profile_event,) if profile_event else ()
        written, refused = self.write_all([RecordWrite(record, changes or MemberChanges(), events)])
        if refused:
            raise RetryableError(refused[record.target])
        return written[0]

    def write_all(
        self, writes: Sequence[RecordWrite]
    ) -> tuple[tuple[Record, ...], Mapping[Target, str]]:
        """Replace the versions that the records name; refuse those that another worker wrote."""
        written, refused = [], {}
        for record, changes, events in writes:
            key = record.user_id, record.target
            seen = self.rows[key].version if key in self.rows else 0
            if record.version != seen:
                refused[record.target] = "another worker wrote this record meanwhile"
                continue
            self.rows[key] = replace(record, version=seen + 1)
            written.append(self.rows[key])
            self.member_changes.append(changes)
            self.published += events
        self.writes += written
        return tuple(written), refused


@dataclass
class FakeGroupSnapshots:
    """Group snapshots: the user of each membership; `asked` are the looked-up memberships."""

    memberships: dict[str, UserId] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def member(self, membership_id: str) -> UserId | None:
        """Return the user of a membership, current or former."""
        self.asked.append(membership_id)
        return self.memberships.get(membership_id)

    def snapshot(self, group_id: GroupId) -> GroupSnapshot:
        """Fail: no test here reads snapshots."""
        raise NotImplementedError

    def membership(self, group_id: GroupId, user_id: UserId) -> str | None:
        """Fail: no test here reads snapshots."""
        raise NotImplementedError

    def set_membership(self, group_id: GroupId, user_id: UserId, id_: str | None) -> None:
        """Fail: no test here writes snapshots."""
        raise NotImplementedError

    def save(self, group_id: GroupId, joined: Mapping[UserId, str], left: Iterable[UserId]) -> None:
        """Fail: no test here writes snapshots."""
        raise NotImplementedError

    def note(self, group_id: GroupId, *, deleted: bool, emptied: bool = False) -> None:
        """Fail: no test here writes snapshots."""
        raise NotImplementedError


@dataclass
class FakeUnmanagedProfiles:
    """No unmanaged profile, in any target."""

    def of_target(self, target: Target) -> Mapping[str, UnmanagedProfile]:  # noqa: ARG002 (the port's)
        """Return none."""
        return {}

    def remember(self, target: Target, profile: UnmanagedProfile) -> None:
        """Fail: no test here stores profiles."""
        raise NotImplementedError

    def forget(self, target: Target, name: str) -> None:
        """Fail: no test here stores profiles."""
        raise NotImplementedError


@dataclass
class FakeScans:
    """The progress of listings, by their chain; `asked` are the requests that were loaded."""

    states: dict[str, ScanState] = field(default_factory=dict)
    asked: list[ScanRequest] = field(default_factory=list)

    def load(self, request: ScanRequest, now: datetime) -> ScanState | None:  # noqa: ARG002 (the port's)
        """Return the state of the request's own listing."""
        self.asked.append(request)
        return self.states.get(scan_chain(request))

    def save(self, request: ScanRequest, state: ScanState, now: datetime) -> None:  # noqa: ARG002 (the port's)
        """Store the state of the request's listing."""
        self.states[scan_chain(request)] = state


@dataclass
class FakeQueues:
    """All three queues: reconcile requests, scan requests, and delayed ones with their seconds.

    With `trouble`, every queue refuses requests.
    """

    reconcile_requests: list[ReconcileRequest] = field(default_factory=list)
    scan_requests: list[ScanRequest] = field(default_factory=list)
    delayed: list[tuple[ReconcileRequest | ScanRequest, int]] = field(default_factory=list)
    trouble: Trouble | None = None

    def enqueue(self, *requests: ReconcileRequest | ScanRequest) -> None:
        """Queue requests, each in the queue of its kind."""
        self._check()
        self.reconcile_requests += [each for each in requests if isinstance(each, ReconcileRequest)]
        self.scan_requests += [each for each in requests if isinstance(each, ScanRequest)]

    def enqueue_after(self, request: ReconcileRequest | ScanRequest, seconds: int) -> None:
        """Queue a request after some seconds."""
        self._check()
        self.delayed.append((request, seconds))

    def _check(self) -> None:
        if self.trouble:
            raise self.trouble
