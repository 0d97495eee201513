"""What the hub remembers beside its records: groups as last seen, and its own standing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from shared.model import GroupId, Target, UserId

_MANY = 3


@dataclass(frozen=True, slots=True)
class GroupSnapshot:
    """A group's membership as last seen: the id of each member's membership.

    `looked_at` tells that it was ever listed to its end; `deleted` that the directory does not know
    the group any more, after which the copy stays as it was; `emptied` that many were in it, and
    nobody was listed since.
    """

    group_id: GroupId
    members: Mapping[UserId, str] = field(default_factory=dict)
    looked_at: bool = False
    deleted: bool = False
    emptied: bool = False

    @property
    def is_many(self) -> bool:
        """Return whether it is doubtful that all of them left; one or two people may well."""
        return len(self.members) >= _MANY


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """What a look at one person tells the copies of groups: memberships by group, and ends."""

    joined: Mapping[GroupId, str] = field(default_factory=dict)
    left: frozenset[GroupId] = frozenset()

    def split(self, most: int) -> "tuple[MemberChanges, MemberChanges]":
        """Return so many of them at most, and the rest."""
        joined, left = sorted(self.joined.items()), sorted(self.left)
        room = max(0, most - len(joined))
        return (
            MemberChanges(dict(joined[:most]), frozenset(left[:room])),
            MemberChanges(dict(joined[most:]), frozenset(left[room:])),
        )


class OpenProblem(NamedTuple):
    """A problem that was reported and is not over; `scope` is the target or kind it is kept by."""

    scope: str
    kind: str
    subject: str


# A little less than the time between two sweeps, so that each finds out anew.
_ASKED_AGAIN_AFTER: Final = timedelta(minutes=55)
_FORGOTTEN_AFTER: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class AccessRefusal:
    """What an account said when it refused the role that changes its profiles, and when (UTC)."""

    reason: str
    at: datetime

    def counts(self, now: datetime) -> bool:
        """Return whether nobody asks the account again yet."""
        return now < self.at + _ASKED_AGAIN_AFTER

    def is_forgotten(self, now: datetime) -> bool:
        """Return whether nobody needed the account in two sweeps: who comes next finds out."""
        return now > self.at + _FORGOTTEN_AFTER


@dataclass(frozen=True, slots=True)
class HubState:
    """What holds for the whole hub.

    Attributes:
        group_ids: the id of each group name of a mapping, once seen.
        paused: why nothing is done until somebody resumes; empty while all goes on.
        kept: until when (UTC) nothing of a person is removed.
        protected: users, and profiles as `<target>/<name>`, of whom nothing is ever taken.
        targets: every target that was ever mapped.
        unreachable: targets whose account refused the role that lists profiles, and what it said.
        refused: targets whose account refused the role that changes profiles.
        full_sweep_at: when everything was, or is to be, looked at on demand (UTC).
        full_sweep_by: the event that asked for that.
        problems: what was reported of targets, rows, groups and the hub, and is not over.
    """

    group_ids: Mapping[str, GroupId] = field(default_factory=dict)
    paused: str = ""
    kept: Mapping[UserId, datetime] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()
    targets: frozenset[Target] = frozenset()
    unreachable: Mapping[Target, str] = field(default_factory=dict)
    refused: Mapping[Target, AccessRefusal] = field(default_factory=dict)
    full_sweep_at: datetime | None = None
    full_sweep_by: str = ""
    problems: frozenset[OpenProblem] = frozenset()


@dataclass(frozen=True, slots=True)
class ListedProfile:
    """A profile as a listing shows it; `status` in Studio's words."""

    name: str
    status: str
    modified: str


@dataclass(frozen=True, slots=True)
class UnmanagedProfile:
    """A profile without our tags, as it was when it was described, with whom it signs in."""

    modified: str
    user_name: str
    name: str


@dataclass(frozen=True, slots=True)
class Domain:
    """What people come into a domain by; the application is empty in domains older than 2023-10.

    `portal_off` are the settings that switch the Studio portal off, by their names in AWS.
    """

    application_arn: str
    default_role_arn: str
    portal_off: tuple[str, ...] = ()
