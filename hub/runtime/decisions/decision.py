"""The decision on one user in one target, and what each mapping row there says about them."""

from enum import Enum
from typing import NamedTuple

from shared.model import Because, GroupMapping, Target, User


class DesiredProfile(NamedTuple):
    """A profile that the mappings grant.

    Attributes:
        is_granted: false if only a disabled row grants it. Such a row keeps what it gave and grants
            nothing new.
        hold: the cause for which a role change is held, whatever the removal limit; empty for none.
    """

    person: User
    target: Target
    profile_name: str
    role_arn: str
    because: Because
    is_granted: bool = True
    hold: str = ""


class Removal(NamedTuple):
    """The removal of a profile that no mapping grants any more.

    Attributes:
        hold: the cause for which it is held, whatever the removal limit; empty for none.
        kept: an operator wants nothing deleted. A suspended profile stays beyond its retention.
    """

    person: User
    target: Target
    profile_name: str
    reason: str
    retention_days: int
    hold: str = ""
    kept: bool = False


class Undecided(NamedTuple):
    """A profile that stays unchanged, because what it should be is unknown or it is protected.

    `keeps_leaver` means that no row applies for certain: only an unknown row prevents the removal.
    It is false where an operator keeps or protects the user, and where a role is not given.
    `is_of_target` means that a problem of the target says why, so that no user's problem does.
    """

    person: User
    target: Target
    reason: str
    remedy: str
    keeps_leaver: bool = False
    is_of_target: bool = False


Decision = DesiredProfile | Removal | Undecided


class Applies(Enum):
    """Whether a row grants this user a profile."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class RowReason(Enum):
    """Why a row grants this user a profile or none, or why that is unknown; `text` says it."""

    MEMBER = (Applies.YES, "the user is in the group")
    # A disabled row grants nothing new, and keeps what it gave.
    KEPT = (Applies.YES, "the row is disabled, but the user is in the group and has its role")
    DISABLED = (Applies.NO, "the user is in the group, but the row is disabled")
    NOT_A_MEMBER = (Applies.NO, "the user is not in the group")
    # The id is the group: whoever takes its name does not take what it grants.
    NAME_TAKEN = (Applies.NO, "another group had the name first; a row of its own confirms it")
    # A name that was never resolved never granted anything.
    NO_SUCH_GROUP = (Applies.NO, "the directory knows no group of this name")
    NAME_GONE = (
        Applies.UNKNOWN,
        "the directory knows no group of this name, and the user may have the role by it",
    )
    UNREADABLE_NAME = (Applies.UNKNOWN, "the directory does not tell which group has this name")
    UNREADABLE_GROUP = (Applies.UNKNOWN, "the directory does not show the members of the group")
    # With an incomplete read, no user is a leaver.
    INCOMPLETE = (Applies.UNKNOWN, "the groups of the user were not read to the end")
    # What cannot be given takes nothing from anybody either.
    ROLE_UNAVAILABLE = (
        Applies.UNKNOWN,
        "the role of the row cannot be given: studio-hub doctor tells why",
    )
    UNLISTED = (Applies.UNKNOWN, "the groups that the pattern matches are not listed yet")
    UNPARSED = (Applies.UNKNOWN, "the row does not parse")
    UNPARSED_TARGET = (Applies.UNKNOWN, "the target of the row does not parse: it may be this one")

    def __init__(self, applies: Applies, text: str) -> None:
        """Keep the answer that follows from the reason."""
        self.applies, self.text = applies, text


class RowAnswer(NamedTuple):
    """Whether a row of a target grants a user a profile there, and why.

    `row` is None for a row that does not parse, whose `group` may be empty.
    """

    group: str
    reason: RowReason
    row: GroupMapping | None = None
