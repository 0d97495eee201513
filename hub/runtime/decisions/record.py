"""The ledger's record of one person in one target: what the hub made, why, and what is pending."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.model import Grant, Target, UserId, UserStatus


class State(StrEnum):
    """Where a person stands in a target, in the ledger's words."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    HELD = "held"
    REMOVING = "removing"
    REMOVED = "removed"
    FAILED = "failed"


class Access(StrEnum):
    """What the ledger knows of a person's assignment to the domain's application."""

    UNTOUCHED = "untouched"
    # Being made or ended, or lost sight of: it is made, or ended, again.
    UNSURE = "unsure"
    ASSIGNED = "assigned"
    REVOKED = "revoked"
    # The domain is older than October 2023 and shows no application: people assign there by hand.
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class EndedGrant:
    """A row that applied until some time (UTC); it lengthens the retention for a day."""

    group: str
    retention_days: int
    until: datetime

    @property
    def size(self) -> int:
        """Return about how many bytes it takes in a record."""
        return len(self.group.encode("utf-8", "replace")) + 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The ledger's row of one person in one target; times are UTC.

    Attributes:
        user_name: the one that the profile was made with.
        standing: what the directory said of the person at the last look.
        because: the rows that applied then, the winner first; while a removal waits, those that
            applied last.
        given_by: the group whose row gave the role that the profile has, which differs while a role
            change waits.
        requested_at: when the directory called for a profile that is being made; None for none.
        started: since when something is being taken: a removal, or a role change that stops apps.
        retain_until: when what a removal leaves is deleted.
        kept_role: whose apps a role change let go on; empty for none.
        restarts: how often the person started apps again that a role change had stopped.
        in_the_way: the profile that was seen in the way of this person's; it may be listed still.
        tries: how often in a row something did not work that is tried again by itself.
        retry_at: when it is tried again; None where nothing waits for that.
        memberships: ids of the memberships in mapped groups that the groups' copies know.
        hold: what a removal or a role change waits for, see `holds`; empty for none.
        spaces: names of the private spaces that a removal deleted.
        problems: what was reported of the person here and is not over, each as its kind and the
            person's name in it, sorted.
        undecided_since: since when a removal is called for by no certain row and forbidden by a
            doubtful one; None where that is not so.
        since: when the state began.
        version: counts the writes (0: never written); a write names the version that it saw, so
            that two workers who meet cannot both win.
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
    def is_blocked(self) -> bool:
        """Return whether AWS refused what is called for, or something is in its way."""
        return self.state is State.FAILED or (self.state is State.HELD and not self.hold)

    @property
    def is_seen(self) -> bool:
        """Return whether a profile of ours was seen, and is there as far as anybody knows."""
        return self.state is not State.REMOVED and bool(self.role_arn or self.efs_uid)

    @property
    def is_never_made(self) -> bool:
        """Return whether all that was tried is a creation, which never made a profile."""
        return self.is_blocked and not (self.role_arn or self.efs_uid or self.is_leaving)

    @property
    def is_untouched(self) -> bool:
        """Return whether nothing was ever begun or seen here: then there is nothing to remove."""
        started = self.access is not Access.UNTOUCHED or self.is_leaving
        return not (started or self.role_arn or self.modified)
