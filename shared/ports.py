"""What the hub needs from the world, in its own words; adapters and fakes provide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.hints import UserHint
    from shared.model import (
        GroupId,
        GroupIds,
        MappingTable,
        ObservedProfile,
        Person,
        Record,
        Target,
        UserId,
        Workload,
    )


class Clock(Protocol):
    """Time, so that waiting can be rehearsed."""

    def now(self) -> datetime:
        """Return the time (UTC)."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Directory(Protocol):
    """Identity Center's identity store, read only."""

    def person(self, user_id: UserId) -> Person:
        """Return the person; one who is gone has the standing GONE and no name."""

    def member_of(self, user_id: UserId) -> frozenset[GroupId]:
        """Return every group of the person, read to the end."""

    def group_ids(self, names: frozenset[str], newer_than: datetime) -> GroupIds:
        """Return the id of each group name, or why there is none.

        An id once found may be older than `newer_than`; that a name has none may not.
        """

    def is_there(self, group_id: GroupId) -> bool:
        """Return whether the group exists; PermanentError where the directory does not tell."""


class MappingStore(Protocol):
    """The mappings table."""

    def table(self, newer_than: datetime) -> MappingTable:
        """Return every row, read after `newer_than` and to the end."""


class Ledger(Protocol):
    """What was made, why, and what is pending."""

    def records(self, user_id: UserId) -> Mapping[Target, Record]:
        """Return the person's records in all targets."""

    def write(self, record: Record) -> Record:
        """Write a record over the version that it names and return it with its new version.

        Raises:
            RetryableError: somebody else wrote it meanwhile.
        """


class Studio(Protocol):
    """The user profiles of one target.

    Every method raises TargetUnreachableError when the spoke refuses the hub, RefusedError when
    AWS refuses the call, and RetryableError when it may work later.
    """

    def profile(self, target: Target, name: str, user_id: UserId) -> ObservedProfile | None:
        """Return the profile with its ownership, or None."""

    def watch(self, target: Target, name: str) -> ObservedProfile | None:
        """Return a profile that is known to be ours, without reading its tags again."""

    def workload(self, target: Target, name: str) -> Workload:
        """Return the person's apps that are not gone and the spaces that the profile owns."""

    def create(self, target: Target, name: str, person: Person, role_arn: str) -> None:
        """Start the creation of a profile, with our tags."""

    def change_role(self, target: Target, name: str, role_arn: str) -> None:
        """Start the change of the profile's execution role, and of nothing else."""

    def delete(self, target: Target, name: str) -> None:
        """Start the deletion of the profile; one that is gone already is no error."""


class UsersInbox(Protocol):
    """Where looks at users wait for converge."""

    def look_at(self, hint: UserHint) -> None:
        """Queue a look at a user now, in the order of that user's hints."""


class LaterBox(Protocol):
    """Where looks wait for their time."""

    def look_later(self, hint: UserHint, seconds: int) -> None:
        """Queue a look at a user after some seconds (at most 900)."""
