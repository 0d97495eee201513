"""What an event of the directory tells: which user, group or membership to look at again."""

from dataclasses import dataclass
from datetime import datetime

from shared.model import GroupId, UserId


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """An event that names its user and its group."""

    user_id: UserId
    group_id: GroupId
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MembershipEnd:
    """An event that names nothing but the membership that ended."""

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
class SourceChange:
    """Identity Center was given another source of identities, or lost its source."""

    what: str
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unclear:
    """A change of the directory that does not say of what."""

    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that concerns nobody here, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What an envelope says of itself, whatever it tells; empty where it does not say.

    Attributes:
        event_id: what everything that follows from it is correlated by.
        name: CloudTrail's of the call, or the native event's kind.
        source: the service that tells, by which the route is known.
        account: where the change was made.
        at: when, as it is written there.
    """

    event_id: str
    name: str
    source: str
    account: str
    at: str


DirectoryEvent = (
    MembershipChange | MembershipEnd | UserChange | GroupChange | SourceChange | Unclear
)
