"""What the hub needs from the world, in its own words; adapters and fakes provide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from hub.runtime.decisions.holds import Hold
    from hub.runtime.decisions.hub_state import (
        AccessRefusal,
        GroupSnapshot,
        HubState,
        MemberChanges,
        OpenProblem,
        UnmanagedProfile,
    )
    from hub.runtime.decisions.listing import Page, ScanState
    from hub.runtime.decisions.profile_events import ProfileEvent
    from hub.runtime.decisions.record import Record
    from hub.runtime.decisions.removal_limit import HeldDisruption, LimitState
    from shared.model import GroupId, MappingTable, Target, Unresolved, User, UserId
    from shared.requests import ReconcileRequest, ScanRequest


class Clock(Protocol):
    """Time, so that waiting can be rehearsed."""

    def now(self) -> datetime:
        """Return the time (UTC)."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Directory(Protocol):
    """Identity Center's identity store, read only.

    Every method raises RetryableError when the directory may tell later, and PermanentError where
    it refuses to.
    """

    def person(self, user_id: UserId) -> User:
        """Return the person; one who is gone has the standing GONE and no name."""

    def memberships(self, user_id: UserId) -> Mapping[GroupId, str]:
        """Return every group of the person with the membership's id, read to the end."""

    def group_id(self, name: str) -> GroupId | Unresolved:
        """Return the id of the group that has this name now, or why there is none."""

    def group_name(self, group_id: GroupId) -> str | None:
        """Return the group's name; None when it is gone."""

    def members(self, group_id: GroupId, token: str) -> Page[tuple[UserId, str]] | None:
        """Return a page of a group's members with their memberships' ids; None when it is gone."""

    def people(self, token: str) -> Page[User]:
        """Return a page of everybody in the directory."""

    def groups(self, token: str) -> Page[tuple[GroupId, str]]:
        """Return a page of all groups with their names."""


class MappingStore(Protocol):
    """The mappings table."""

    def table(self, newer_than: datetime) -> MappingTable:
        """Return every row, read after `newer_than` and to the end."""


class Ledger(Protocol):
    """What was made, why, and what is pending."""

    def records(self, user_id: UserId) -> Mapping[Target, Record]:
        """Return the person's records in all targets."""

    def of_target(self, target: Target) -> tuple[Record, ...]:
        """Return everybody's records in one target; what was just written may be missing."""

    def everybody(self) -> Iterable[Record]:
        """Return every record there is."""

    def knows(self, user_id: UserId) -> bool:
        """Return whether there is any record of the person."""

    def dry_run(self, user_id: UserId) -> frozenset[str]:
        """Return what report mode last kept from being done for a person: `kind subject`."""

    def save_dry_run(self, user_id: UserId, problems: frozenset[str]) -> None:
        """Keep what report mode keeps from being done for a person."""

    def write(
        self,
        record: Record,
        changes: MemberChanges = ...,
        profile_event: ProfileEvent | None = None,
    ) -> Record:
        """Write a record over the version that it names and return it with its new version.

        What the person's memberships changed in the copies of groups, and what happened for the
        history, is written with it or not at all.

        Raises:
            RetryableError: somebody else wrote it meanwhile.
        """


class GroupSnapshots(Protocol):
    """The membership of groups as last seen."""

    def copy(self, group_id: GroupId) -> GroupSnapshot:
        """Return the copy of a group, read to the end."""

    def member(self, membership_id: str) -> UserId | None:
        """Return whose membership this was."""

    def membership(self, group_id: GroupId, user_id: UserId) -> str | None:
        """Return the id of a member's membership, empty where it has none; None for no member."""

    def set_membership(self, group_id: GroupId, user_id: UserId, id_: str | None) -> None:
        """Write one membership into the copy; None takes the member out."""

    def save(self, group_id: GroupId, joined: Mapping[UserId, str], left: Iterable[UserId]) -> None:
        """Add members to the copy and take others out."""

    def note(self, group_id: GroupId, *, deleted: bool, emptied: bool = False) -> None:
        """Write that the group was listed to its end, and whether it lost everybody or is gone."""


class HubStateStore(Protocol):
    """What holds for the whole hub."""

    def state(self, newer_than: datetime) -> HubState:
        """Return it, read after `newer_than`."""

    def remember_group(self, name: str, group_id: GroupId) -> GroupId:
        """Keep the id of a group of this name; return the id that was kept first."""

    def remember_target(self, target: Target, unreachable: str = "") -> None:
        """Keep that a target is mapped, and why its profiles cannot be listed if so."""

    def remember_refusal(self, target: Target, refusal: AccessRefusal | None) -> None:
        """Keep that an account refused the role that changes profiles; None ends it."""

    def change_problems(
        self, scope: str, new: Iterable[OpenProblem], over: Iterable[OpenProblem]
    ) -> None:
        """Keep new open problems of a scope, and drop those that are over; others stay."""

    def pause(self, reason: str) -> None:
        """Let nothing be done any more until somebody resumes."""

    def reserve_full_sweep(self, now: datetime, event_id: str) -> int | None:
        """Return in how many seconds everything may be looked at; None when it will be anyway.

        Asked again for the same event, it gives the same time.
        """


class ScanStates(Protocol):
    """How far long listings got, kept where no message can change it."""

    def load(self, request: ScanRequest, now: datetime) -> ScanState | None:
        """Return the state of the hint's own listing; None where it is lost, broken or too old."""

    def save(self, request: ScanRequest, state: ScanState, now: datetime) -> None:
        """Keep the state of the hint's listing; a save that dies half-way changes nothing."""


class Limits(Protocol):
    """Who takes something from whom in each target: slots of the removal limit, and holds."""

    def of(self, target: Target) -> LimitState:
        """Return a target's slots and who is held there, read consistently."""

    def take(
        self, target: Target, seen: LimitState, users: Iterable[UserId], now: datetime
    ) -> bool:
        """Take slots for all of the users, or for none where somebody else took some meanwhile."""

    def hold(self, target: Target, disruptions: Iterable[HeldDisruption]) -> None:
        """Let cuts wait."""

    def release(self, target: Target, users: Iterable[UserId]) -> None:
        """Let the users' cuts wait no more."""

    def remember(self, hold: Hold) -> None:
        """Keep whom a hold's digest stands for, so that a later difference can be shown."""


class UnmanagedProfiles(Protocol):
    """Profiles that are not ours, remembered so that each is described once."""

    def of(self, target: Target) -> Mapping[str, UnmanagedProfile]:
        """Return each, by its name as Studio compares it."""

    def remember(self, target: Target, profile: UnmanagedProfile) -> None:
        """Keep one."""

    def forget(self, target: Target, name: str) -> None:
        """Drop one that is gone."""


class Bus(Protocol):
    """Where others hear what happened, for tickets and mails."""

    def tell(self, profile_events: Iterable[ProfileEvent]) -> None:
        """Put what happened on the hub's event bus."""


class ReconcileQueue(Protocol):
    """Where users wait to be reconciled."""

    def enqueue(self, *requests: ReconcileRequest) -> None:
        """Queue looks at users now, each user's in order."""


class ScanQueue(Protocol):
    """Where looks at groups and targets wait for their turn."""

    def enqueue(self, *requests: ScanRequest) -> None:
        """Queue looks through groups and targets now, each one's in order."""


class Redelivery(Protocol):
    """The queue that a message came from."""

    def redeliver(self, receipt: str, seconds: int) -> None:
        """Have a message that was received come again after some seconds."""


class DelayedQueue(Protocol):
    """Where looks wait for their time."""

    def enqueue_after(self, request: ReconcileRequest | ScanRequest, seconds: int) -> None:
        """Queue a look after some seconds (at most 900)."""
