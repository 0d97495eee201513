"""The decision on one user in one target: desired, to be removed, or undecided."""

from dataclasses import dataclass

from shared.model import Because, Target, User


@dataclass(frozen=True, slots=True)
class DesiredProfile:
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


@dataclass(frozen=True, slots=True)
class Removal:
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


@dataclass(frozen=True, slots=True)
class Undecided:
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
