"""The hub's ports to AWS and the clock; adapters and fakes implement them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from hub.runtime.decisions.audit import AuditEntry
    from hub.runtime.decisions.checks import TargetChecks
    from hub.runtime.decisions.drift import KnownTarget
    from hub.runtime.decisions.holds import Hold
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
    from hub.runtime.decisions.removal_limit import HeldDisruption, LimitState
    from shared.model import GroupId, MappingTable, Target, Unresolved, User, UserId
    from shared.requests import ReconcileRequest, ScanRequest


class Clock(Protocol):
    """Time, as a port so that tests can simulate waiting."""

    def now(self) -> datetime:
        """Return the time (UTC)."""

    def sleep(self, seconds: float) -> None:
        """Wait this many seconds."""


class Directory(Protocol):
    """Identity Center's identity store, read only.

    Every method raises RetryableError if the directory may answer later, and PermanentError if it
    refuses the call.
    """

    def person(self, user_id: UserId) -> User:
        """Return the user; one who is gone has the status GONE and no name."""

    def memberships(self, user_id: UserId) -> Mapping[GroupId, str]:
        """Return every group of the user with the membership's id, read to the end.

        Raises:
            RetryableError: also if the user is deleted meanwhile.
        """

    def group_id(self, name: str) -> GroupId | Unresolved:
        """Return the id of the group that has this name now, or why there is none."""

    def group_name(self, group_id: GroupId) -> str | None:
        """Return the group's name; None when it is gone."""

    def members(self, group_id: GroupId, token: str) -> Page[tuple[UserId, str]] | None:
        """Return a page of a group's members with their memberships' ids; None when it is gone."""

    def people(self, token: str) -> Page[User]:
        """Return a page of all users in the directory."""

    def groups(self, token: str) -> Page[tuple[GroupId, str]]:
        """Return a page of all groups with their names."""


class MappingStore(Protocol):
    """The mappings table."""

    def table(self, newer_than: datetime) -> MappingTable:
        """Return every row, read after `newer_than` and to the end; pattern rows are expanded."""


class Ledger(Protocol):
    """What the hub made for whom, why, what is pending, and the history."""

    def records(self, user_id: UserId) -> Mapping[Target, Record]:
        """Return the user's records in all targets."""

    def of_target(self, target: Target) -> tuple[Record, ...]:
        """Return all users' records in one target; a very recent write may be missing."""

    def everybody(self) -> Iterable[Record]:
        """Return all records."""

    def knows(self, user_id: UserId) -> bool:
        """Return whether any record of the user exists."""

    def dry_run(self, user_id: UserId) -> frozenset[str]:
        """Return the actions that report mode last withheld for a user, as `kind subject`."""

    def save_dry_run(self, user_id: UserId, problems: frozenset[str]) -> None:
        """Store the actions that report mode withholds for a user."""

    def write(
        self,
        record: Record,
        changes: MemberChanges = ...,
        profile_event: ProfileEvent | None = None,
    ) -> Record:
        """Write a record over the version that it names and return it with its new version.

        The membership changes for the group snapshots and the event for the history are written
        in the same transaction.

        Raises:
            RetryableError: another worker wrote the record meanwhile.
        """

    def write_all(
        self, writes: Sequence[RecordWrite]
    ) -> tuple[tuple[Record, ...], Mapping[Target, str]]:
        """Write one user's records as `write` does, in as few transactions as possible.

        Return those that are written, and why the others are not: another worker wrote them
        meanwhile, or the ledger does not answer.
        """


class GroupSnapshots(Protocol):
    """Snapshots of the members of groups at the last scan or event."""

    def snapshot(self, group_id: GroupId) -> GroupSnapshot:
        """Return the snapshot of a group, read to the end."""

    def member(self, membership_id: str) -> UserId | None:
        """Return the user of a membership; None if no snapshot has it."""

    def membership(self, group_id: GroupId, user_id: UserId) -> str | None:
        """Return the id of a member's membership, empty if it has none; None for no member."""

    def set_membership(self, group_id: GroupId, user_id: UserId, id_: str | None) -> None:
        """Write one membership into the snapshot; None removes the member."""

    def save(self, group_id: GroupId, joined: Mapping[UserId, str], left: Iterable[UserId]) -> None:
        """Add members to the snapshot and remove others.

        Raises:
            RetryableError: not everything could be written.
        """

    def note(self, group_id: GroupId, *, deleted: bool, emptied: bool = False) -> None:
        """Record that the group was listed to its end, and whether it is emptied or deleted."""


class HubStateStore(Protocol):
    """The stored state of the whole hub."""

    def state(self, newer_than: datetime) -> HubState:
        """Return the state, read after `newer_than`."""

    def remember_group(self, name: str, group_id: GroupId) -> GroupId:
        """Store the id of a group of this name; return the id that was stored first."""

    def remember_pattern_group(
        self, group_id: GroupId, name: str, *, is_queued: bool = True
    ) -> None:
        """Store the name of a group that a pattern row matches or matched; empty to forget it.

        Without `is_queued`, the scans that a new name needs are not queued yet.
        """

    def remember_listing(self, patterns: frozenset[str]) -> None:
        """Store the digests of the patterns whose groups were listed to the end."""

    def remember_target(self, target: Target, unreachable: str = "") -> None:
        """Store that a target is mapped, and the error if its profiles cannot be listed."""

    def remember_refusal(self, target: Target, refusal: AccessRefusal | None) -> None:
        """Store that an account refused the role that changes profiles; None clears it."""

    def remember_roles(
        self, target: Target, checked: Iterable[str], unavailable: Iterable[str]
    ) -> None:
        """Store the ARNs of the roles that a check saw in a target, and of the unavailable ones."""

    def change_problems(
        self, scope: str, new: Iterable[OpenProblem], over: Iterable[OpenProblem]
    ) -> None:
        """Store new open problems of a scope, and delete those that are resolved; others stay."""

    def pause(self, reason: str) -> bool:
        """Pause processing until `resume`; return false if it is paused already.

        An earlier pause keeps its reason.
        """

    def reserve_full_sweep(self, now: datetime, event_id: str) -> int | None:
        """Return in how many seconds a full sweep may run; None if one is already reserved.

        It runs at most once in fifteen minutes, and at least once after the last call. A caller
        that repeats one event, because it could not queue the sweep, gets the same time.
        """


class ScanStates(Protocol):
    """Continuations of long listings, stored where no message can change them."""

    def load(self, request: ScanRequest, now: datetime) -> ScanState | None:
        """Return the state of the request's listing; None if it is lost, broken or too old."""

    def save(self, request: ScanRequest, state: ScanState, now: datetime) -> None:
        """Store the state of the request's listing; an interrupted save changes nothing."""


class Limits(Protocol):
    """Disruptions in each target: slots of the removal limit, and holds."""

    def state(self, target: Target) -> LimitState:
        """Return a target's slots and held disruptions, read consistently."""

    def take(
        self, seen: Mapping[Target, LimitState], users: Iterable[UserId], now: datetime
    ) -> bool:
        """Take slots for all users in each target, or none anywhere.

        Return false, and take none, if another worker took some after the states in `seen`.
        """

    def hold(self, target: Target, disruptions: Iterable[HeldDisruption]) -> None:
        """Hold disruptions; an operator's approval that came meanwhile stays.

        A disruption that waited for another cause, which is over, waits for this one.
        """

    def note_over(self, target: Target, seen: HeldDisruption, *, is_over: bool) -> None:
        """Note whether the cause of a held disruption is over, unless it was decided meanwhile."""

    def release(self, target: Target, users: Iterable[UserId]) -> None:
        """Release the users' held disruptions."""

    def remember(self, hold: Hold) -> None:
        """Store the users behind a hold's digest, so that a later change can be shown."""


class UnmanagedProfiles(Protocol):
    """Stored profiles without our tags, so that each is described only once."""

    def of_target(self, target: Target) -> Mapping[str, UnmanagedProfile]:
        """Return all of them by name, as Studio compares names."""

    def remember(self, target: Target, profile: UnmanagedProfile) -> None:
        """Store one profile."""

    def forget(self, target: Target, name: str) -> None:
        """Delete the entry of a profile that is gone."""


class KnownTargets(Protocol):
    """What the ledger knows of targets: all that a scan compares, in one read."""

    def of_target(self, target: Target) -> KnownTarget:
        """Return what is known of one target; a very recent write may be missing."""


class CheckResults(Protocol):
    """The results of the checks of targets."""

    def of_target(self, target: Target) -> TargetChecks | None:
        """Return the last results of a target; None if it was never checked."""

    def save(self, target: Target, checks: TargetChecks) -> None:
        """Store the results of a target over the earlier ones."""


class AuditTrail(Protocol):
    """What operators did. Nothing expires."""

    def write(self, entry: AuditEntry) -> None:
        """Write an entry, also over the one of the same time and id, to add its outcome."""

    def entries(self, since: datetime, until: datetime) -> Iterator[AuditEntry]:
        """Yield the entries from `since` to the end of the month of `until`, the latest first."""


class Bus(Protocol):
    """The hub's event bus, from which rules start tickets and mails."""

    def publish(self, profile_events: Iterable[ProfileEvent]) -> None:
        """Publish events on the hub's event bus.

        Raises:
            RetryableError: the bus did not accept all of them.
        """


class ReconcileQueue(Protocol):
    """The queue of users to reconcile."""

    def enqueue(self, *requests: ReconcileRequest) -> None:
        """Queue reconcile requests now; requests of one user stay in order.

        Raises:
            RetryableError: the queue did not accept all of them.
        """


class ScanQueue(Protocol):
    """The queue of scans."""

    def enqueue(self, *requests: ScanRequest) -> None:
        """Queue scan requests now; requests of one subject stay in order.

        Raises:
            RetryableError: the queue did not accept all of them.
        """


class Redelivery(Protocol):
    """The queue that a message came from."""

    def redeliver(self, receipt: str, seconds: int) -> None:
        """Have a received message delivered again after some seconds."""


class DelayedQueue(Protocol):
    """The queue of requests that are due later."""

    def enqueue_after(self, request: ReconcileRequest | ScanRequest, seconds: int) -> None:
        """Queue a request after some seconds (at most 900)."""
