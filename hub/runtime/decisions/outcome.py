"""What became of an action."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from hub.runtime.decisions.actions import Action
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.record import Record
from shared.model import User
from shared.naming import same_user

# Studio refuses to create what is in somebody's way, or what it does not take: it would refuse it
# again, so somebody has to act.
OBSTACLES: Final = frozenset({"ResourceInUse", "ValidationException"})
# Studio knows no such domain: no attempt of this call made anything in it.
NO_DOMAIN: Final = "ResourceNotFound"


@dataclass(frozen=True, slots=True)
class Applied:
    """Done, and seen to be done; `profile` is None where it is gone or was not looked at."""

    action: Action
    profile: ObservedProfile | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """Asked for and accepted; its end is seen by a later look."""

    action: Action


@dataclass(frozen=True, slots=True)
class ManualAction:
    """Nothing that the hub can do: the domain shows no application to assign people to."""

    action: Action


@dataclass(frozen=True, slots=True)
class Pending:
    """Not finished yet, or not begun for want of time: look again soon."""

    action: Action
    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not done because of something that passes (throttling, an outage): try again soon.

    `not_propagated`: an earlier change of the same assignment stands in the way.
    """

    action: Action
    reason: str
    not_propagated: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Refused: somebody has to change something first; `remedy` where it is known what."""

    action: Action
    code: str
    reason: str
    remedy: str = ""


Outcome = Applied | Started | ManualAction | Pending | Deferred | Failed


def namesake_of(person: User, records: Iterable[Record]) -> Record | None:
    """Return the record of somebody else with a profile, who had the person's user name."""
    return next(
        (
            record
            for record in records
            if record.user_id != person.id
            and record.role_arn
            and same_user(record.user_name, person.name)
        ),
        None,
    )


def namesake_in_the_way(failed: Failed, other: Record) -> Failed:
    """Return a refusal that tells of another person's profile with the same user name.

    It is never handed over, so that nobody inherits what the other person left in it.
    """
    goes = f"{other.retain_until:%Y-%m-%d %H:%M} UTC" if other.retain_until else ""
    wait = f"wait until it is deleted (at {goes})" if goes else "wait until it is deleted"
    return replace(
        failed,
        reason=f"{failed.reason}; the profile {other.profile_name} belongs to another person, who "
        f"had the user name {other.user_name} too",
        remedy=f"{wait}, or delete it by hand; the next hourly sweep tries again",
    )
