"""What the hub stores besides its records: group snapshots, and the state of the hub itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from shared.model import GroupId, Target, UserId

_MANY = 3


class GroupSnapshot(NamedTuple):
    """A group's members at the last scan, with the id of each membership.

    Attributes:
        is_listed: the group was listed to its end at least once.
        deleted: the directory does not know the group any more; the snapshot stays as it was.
        emptied: the group had many members, and a later listing showed none.
    """

    group_id: GroupId
    members: Mapping[UserId, str] = MappingProxyType({})
    is_listed: bool = False
    deleted: bool = False
    emptied: bool = False

    @property
    def is_many(self) -> bool:
        """Return whether it has three members or more, so that it is doubtful that all left."""
        return len(self.members) >= _MANY


class OpenProblem(NamedTuple):
    """A reported problem that is still open, stored by `scope`: its target or its kind."""

    scope: str
    kind: str
    subject: str


# A pause, a keep and a protection take effect within this time, also for requests that were queued
# before them.
OLDEST_STATE: Final = timedelta(seconds=10)
# A little less than the time between two sweeps, so that each sweep tries again.
_ASKED_AGAIN_AFTER: Final = timedelta(minutes=55)
_FORGOTTEN_AFTER: Final = timedelta(hours=2)


class AccessRefusal(NamedTuple):
    """The error when an account refused the role that changes its profiles, and its time (UTC)."""

    reason: str
    at: datetime

    def counts(self, now: datetime) -> bool:
        """Return whether the account is not called again yet."""
        return now < self.at + _ASKED_AGAIN_AFTER

    def is_forgotten(self, now: datetime) -> bool:
        """Return whether the refusal has expired: no sweep has renewed it for two hours."""
        return now > self.at + _FORGOTTEN_AFTER


class HubState(NamedTuple):
    """The state of the whole hub.

    Attributes:
        group_ids: the id of each group name of a mapping, once resolved.
        pattern_groups: the name of each group that a pattern row matched when it was last seen.
        unqueued_groups: those of them whose new name is stored, and whose scans may not be queued.
        listed_patterns: digests of the patterns whose groups were listed to the end.
        paused: why processing is paused until `resume`; empty while it runs.
        paused_by: the ARN of the operator who paused it; empty if the hub paused itself.
        paused_at: since when (UTC) it is paused; None while it runs.
        kept: until when (UTC) nothing of a user is removed.
        protected: users, and profiles as `<target>/<name>`, from which nothing is ever taken.
        targets: every target that was ever mapped.
        unreachable: targets whose account refused the role that lists profiles, and the error.
        refused: targets whose account refused the role that changes profiles.
        full_sweep_at: the time (UTC) of the last or next full sweep on demand.
        full_sweep_by: the event that requested this sweep.
        problems: open problems of targets, rows, groups and the hub.
        checked_roles: in each target the ARNs of the roles that a check has seen.
        unavailable_roles: those of them that cannot be given.
    """

    group_ids: Mapping[str, GroupId] = MappingProxyType({})
    pattern_groups: Mapping[GroupId, str] = MappingProxyType({})
    unqueued_groups: frozenset[GroupId] = frozenset()
    listed_patterns: frozenset[str] = frozenset()
    paused: str = ""
    paused_by: str = ""
    paused_at: datetime | None = None
    kept: Mapping[UserId, datetime] = MappingProxyType({})
    protected: frozenset[str] = frozenset()
    targets: frozenset[Target] = frozenset()
    unreachable: Mapping[Target, str] = MappingProxyType({})
    refused: Mapping[Target, AccessRefusal] = MappingProxyType({})
    full_sweep_at: datetime | None = None
    full_sweep_by: str = ""
    problems: frozenset[OpenProblem] = frozenset()
    checked_roles: Mapping[Target, frozenset[str]] = MappingProxyType({})
    unavailable_roles: Mapping[Target, frozenset[str]] = MappingProxyType({})


class ListedProfile(NamedTuple):
    """A profile as a listing shows it; `status` is Studio's value."""

    name: str
    status: str
    modified: str


class UnmanagedProfile(NamedTuple):
    """A profile without our tags at its last describe, and the user name that it signs in."""

    modified: str
    user_name: str
    name: str


class Domain(NamedTuple):
    """How users sign in to a domain; `application_arn` is empty in domains older than 2023-10.

    `portal_off` holds the AWS names of the settings that switch the Studio portal off. `status` and
    `auth_mode` are Studio's values.
    """

    application_arn: str
    default_role_arn: str
    portal_off: tuple[str, ...] = ()
    status: str = ""
    auth_mode: str = ""
