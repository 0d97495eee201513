"""The types of directory events: each names the user, group or membership that it concerns."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.model import GroupId, UserId


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """An event that names its user and its group."""

    user_id: UserId
    group_id: GroupId
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MembershipDeleted:
    """An event that names only the membership that was deleted."""

    membership_id: str
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UserChange:
    """An event about a user."""

    user_id: UserId
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GroupChange:
    """An event about a group, or about memberships of it that it does not name."""

    group_id: GroupId
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IdentitySourceChanged:
    """Identity Center's identity source was changed or removed, by the call `name`."""

    name: str
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UnidentifiedChange:
    """A change of the directory that does not say what changed."""

    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that concerns nobody here, and why."""

    reason: str


class EventMetadata(NamedTuple):
    """The metadata of an envelope of any kind; a field that it lacks is empty.

    Attributes:
        event_id: correlates everything that follows from it.
        name: CloudTrail's name of the call, or the native event's kind.
        source: the service that sent it; it tells the route.
        account: where the change was made.
        at: when, as it is written there.
    """

    event_id: str
    name: str
    source: str
    account: str
    at: str


DirectoryEvent = (
    MembershipChange
    | MembershipDeleted
    | UserChange
    | GroupChange
    | IdentitySourceChanged
    | UnidentifiedChange
)
