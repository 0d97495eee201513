"""What is decided of one person in one target: desired, to be removed, or not to be decided."""

from dataclasses import dataclass

from shared.model import Because, Target, User


@dataclass(frozen=True, slots=True)
class DesiredProfile:
    """A profile that the mappings call for.

    `grants` is false where only a disabled row calls for it: such a row keeps what it gave, and
    makes nothing anew. `hold` names what another role than the profile has waits for whatever the
    removal limit; empty where it need not.
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
    """A profile that no mapping calls for any more.

    `hold` names what it waits for whatever the removal limit; empty where it need not. `kept` tells
    that an operator wants nothing to be deleted: what is suspended stays so, beyond its retention.
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
    """A profile that stays as it is, because nobody can tell what it should be.

    `keeps_leaver` tells that no row applies for certain: were the doubt gone, the profile would be
    removed. An operator's word that keeps somebody is no doubt.
    """

    person: User
    target: Target
    reason: str
    remedy: str
    keeps_leaver: bool = False


Decision = DesiredProfile | Removal | Undecided
