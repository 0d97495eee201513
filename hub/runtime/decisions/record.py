"""The ledger's record of one user in one target: what the hub made, why, and what is pending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus, Workload
from hub.runtime.problems.users import NAME_TAKEN
from shared.conventions import Ownership, SystemRole
from shared.model import Grant, GroupId, Target, UserId, UserStatus


class State(StrEnum):
    """The state of a user in a target, as the ledger stores it."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    HELD = "held"
    REMOVING = "removing"
    REMOVED = "removed"
    FAILED = "failed"


class Access(StrEnum):
    """What the ledger knows of a user's assignment to the domain's application."""

    UNTOUCHED = "untouched"
    # Being created or deleted, or unknown: it is created, or deleted, again.
    UNSURE = "unsure"
    ASSIGNED = "assigned"
    REVOKED = "revoked"
    # The domain is older than October 2023 and has no application: assignments are made by hand.
    BY_HAND = "by-hand"


# The user may sign in.
MAY_ENTER: Final = frozenset({Access.ASSIGNED, Access.BY_HAND})
# The assignment is ours, or may be.
MAY_BE_ASSIGNED: Final = frozenset({Access.ASSIGNED, Access.UNSURE})
# A row that stopped applying still counts for the retention for this long.
_COUNTS_FOR: Final = timedelta(hours=24)


class EndedGrant(NamedTuple):
    """A row that applied until some time (UTC); it still counts for the retention for a day."""

    group: str
    retention_days: int
    until: datetime

    def counts(self, now: datetime) -> bool:
        """Return whether it still counts for the retention."""
        return self.until > now - _COUNTS_FOR

    @property
    def size(self) -> int:
        """Return about how many bytes the grant takes in a record."""
        return len(self.group.encode("utf-8", "replace")) + 100


# The cause of a hold that an operator rejected.
REJECTED: Final = "rejected"
# The kind of what passes and is retried. All other kinds are kinds of problems.
RETRIED: Final = "retried"


class Obstacle(NamedTuple):
    """What keeps a target from its desired state.

    Attributes:
        kind: the name of the kind of problem, or RETRIED. Decisions and commands go by it.
        detail: the cause in words, for people alone.
        code: the error code of AWS; empty where AWS refused nothing.
    """

    kind: str
    detail: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The ledger's record of one user in one target; times are UTC.

    Attributes:
        user_name: the user name that the profile was made with.
        user_status: the user's status in the directory at the last reconcile.
        because: the grants at the last reconcile, the winner first; during a removal, the last ones
            before it.
        given_by: the group whose row gave the profile its current role. It can differ from the
            winner while a role change is pending.
        reason: why the user leaves; empty for everybody else.
        obstacle: what keeps the target from its desired state; None for nothing.
        requested_at: when the directory requested a profile that is being made; None for none.
        started: when the running disruption began: a removal, or a role change that stops apps.
        retain_until: when a removal deletes what it has retained.
        kept_role: the old role that running apps may keep after a role change; empty for none.
        restarts: how often the user restarted apps that a role change had stopped.
        in_the_way: the observed profile that blocks this user's profile; it may still be listed.
        tries: the number of consecutive tries that did not work and are retried.
        retry_at: when the next retry is due; None for none.
        memberships: ids of the memberships in mapped groups that the group snapshots have.
        hold: the cause for which a removal or a role change is held, see `holds`; empty for none.
        spaces: names of the private spaces that a removal deleted.
        problems: open problems of the user in this target, each as its kind and the user's name in
            it, sorted.
        undecided_since: since when no row applies for certain, but an unknown row prevents the
            removal; None for never.
        since: when the state began.
        version: counts the writes (0: never written). A write names the version that it read, so
            that of two concurrent writes only one succeeds.
    """

    user_id: UserId
    target: Target
    state: State
    user_name: str
    profile_name: str
    user_status: UserStatus = UserStatus.ENABLED
    access: Access = Access.UNTOUCHED
    role_arn: str = ""
    given_by: str = ""
    because: tuple[Grant, ...] = ()
    ended: tuple[EndedGrant, ...] = ()
    reason: str = ""
    obstacle: Obstacle | None = None
    efs_uid: str = ""
    modified: str = ""
    requested_at: datetime | None = None
    started: datetime | None = None
    retain_until: datetime | None = None
    kept_role: str = ""
    restarts: int = 0
    hold: str = ""
    spaces: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    undecided_since: datetime | None = None
    since: datetime | None = None
    last_request: str = ""
    in_the_way: str = ""
    tries: int = 0
    retry_at: datetime | None = None
    memberships: tuple[str, ...] = ()
    version: int = 0

    @property
    def is_leaving(self) -> bool:
        """Return whether a removal has begun."""
        return self.retain_until is not None

    @property
    def why(self) -> str:
        """Return in words what is in the way, or else why the user leaves."""
        return self.obstacle.detail if self.obstacle else self.reason

    @property
    def is_blocked(self) -> bool:
        """Return whether AWS refused the desired state, or something blocks it."""
        return self.state is State.FAILED or (self.state is State.HELD and not self.hold)

    @property
    def has_profile(self) -> bool:
        """Return whether the user has a profile of ours whose removal has not begun."""
        present = self.state is not State.REMOVED and bool(self.role_arn)
        return present and not self.is_leaving

    @property
    def is_made(self) -> bool:
        """Return whether a profile of ours was ever observed, and is not known to be removed."""
        return self.state is not State.REMOVED and bool(self.role_arn or self.efs_uid)

    @property
    def is_never_made(self) -> bool:
        """Return whether the only action so far was a creation that made no profile."""
        return self.is_blocked and not (self.is_made or self.is_leaving)

    @property
    def is_untouched(self) -> bool:
        """Return whether nothing was ever started or observed here, so nothing is to be removed."""
        started = self.access is not Access.UNTOUCHED or self.is_leaving
        return not (started or self.role_arn or self.modified)

    @property
    def has_suspended_role(self) -> bool:
        """Return whether the profile has the role that permits nothing."""
        return self.role_arn == SystemRole.SUSPENDED.arn(self.target.account, self.target.region)

    def loses_role_to(self, role_arn: str) -> bool:
        """Return whether another role would take from the user a role that permits something."""
        return self.role_arn not in {"", role_arn} and not self.has_suspended_role

    @property
    def givers(self) -> frozenset[str]:
        """Return the groups whose rows granted something, as far as the record tells."""
        return frozenset({self.given_by, *(grant.group for grant in self.because)} - {""})

    @property
    def granted_by(self) -> str:
        """Return the group whose row granted the role, or grants it in a pending action."""
        if self.state is State.PENDING and not self.given_by and self.because:
            return self.because[0].group
        return self.given_by


class MemberChanges(NamedTuple):
    """Changes of group snapshots that are written with a record of the user.

    They are the id of each new membership by group, and the groups that the user left.
    """

    joined: Mapping[GroupId, str] = MappingProxyType({})
    left: frozenset[GroupId] = frozenset()

    def split(self, most: int) -> "tuple[MemberChanges, MemberChanges]":
        """Return at most `most` changes, and the rest."""
        joined, left = sorted(self.joined.items()), sorted(self.left)
        room = max(0, most - len(joined))
        return (
            MemberChanges(dict(joined[:most]), frozenset(left[:room])),
            MemberChanges(dict(joined[most:]), frozenset(left[room:])),
        )

    def merged(self, more: "MemberChanges") -> "MemberChanges":
        """Return these changes and others."""
        return MemberChanges({**self.joined, **more.joined}, self.left | more.left)


def rebuilt(
    target: Target, user_id: UserId, profile: ObservedProfile, removed: Record | None, now: datetime
) -> Record:
    """Return a new record of a profile whose tags name this user."""
    return Record(
        user_id=user_id,
        target=target,
        state=State.PENDING,
        user_name=profile.user_name,
        profile_name=profile.name,
        # A user with a profile of ours probably has an assignment; nobody knows for sure.
        access=Access.UNSURE,
        role_arn=profile.role_arn,
        efs_uid=profile.efs_uid,
        modified=profile.modified,
        reason="found by its tags; the ledger had lost it",
        since=now,
        version=removed.version if removed else 0,
    )


def as_recorded(record: Record | None) -> ObservedProfile | None:
    """Return the profile as the ledger has it, without apps and spaces; None if it has none.

    It is the one that is in the way, where the ledger knows such a profile.
    """
    if record is None:
        return None
    if record.is_blocked and record.in_the_way:
        is_other = record.obstacle is not None and record.obstacle.kind == NAME_TAKEN.name
        whose = Ownership.OTHER_PERSON if is_other else Ownership.UNMANAGED
        name, user_name = record.in_the_way, record.user_name
        return ObservedProfile(name, ProfileStatus.IN_SERVICE, "", whose, user_name=user_name)
    if not record.is_made:
        return None
    return ObservedProfile(
        record.profile_name,
        ProfileStatus.IN_SERVICE,
        record.role_arn,
        Ownership.OURS,
        user_name=record.user_name,
        efs_uid=record.efs_uid,
        modified=record.modified,
        workload=Workload(),
    )
