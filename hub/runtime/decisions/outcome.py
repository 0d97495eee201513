"""Outcomes of actions."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from hub.runtime.decisions.actions import Action
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.record import Record
from hub.runtime.problems.kind import ProblemKind
from hub.runtime.problems.users import IN_USE, NAME_TAKEN, REFUSED
from shared.model import User
from shared.naming import same_name

# Studio refuses a creation that conflicts with another profile, or is invalid. It would refuse it
# again, so an operator has to act.
OBSTACLES: Final = frozenset({IN_USE, "ValidationException"})
# The domain does not exist, so no attempt of this call created anything.
NO_DOMAIN: Final = "ResourceNotFound"


class Applied(NamedTuple):
    """Done and verified; `profile` is None if it is gone or was not observed."""

    action: Action
    profile: ObservedProfile | None = None


class Started(NamedTuple):
    """Requested and accepted; a later reconcile observes the result."""

    action: Action


class ManualAction(NamedTuple):
    """The hub cannot do this: the domain has no application to assign users to."""

    action: Action


class Found(NamedTuple):
    """The profile is not as the ledger has it: what it is has to be observed first."""

    action: Action


class Pending(NamedTuple):
    """Not finished yet, or not started for lack of time: requeue soon."""

    action: Action
    reason: str


class Deferred(NamedTuple):
    """Not done because of a transient error (throttling, an outage): retry soon.

    `not_propagated`: an earlier change of the same assignment has not propagated yet.
    """

    action: Action
    reason: str
    not_propagated: bool = False


class Failed(NamedTuple):
    """Refused: something has to be changed first; `remedy` says what, if that is known."""

    action: Action
    code: str
    reason: str
    remedy: str = ""
    kind: ProblemKind = REFUSED


Outcome = Applied | Started | ManualAction | Found | Pending | Deferred | Failed


def namesake_of(person: User, records: Iterable[Record]) -> Record | None:
    """Return the record of another user with a profile and the same user name."""
    return next(
        (
            record
            for record in records
            if record.user_id != person.id
            and record.role_arn
            and same_name(record.user_name, person.name)
        ),
        None,
    )


def namesake_in_the_way(failed: Failed, other: Record) -> Failed:
    """Return a refusal that names the other user's profile with the same user name.

    That profile is never handed over, so that nobody inherits the other user's files.
    """
    goes = f"{other.retain_until:%Y-%m-%d %H:%M} UTC" if other.retain_until else ""
    wait = f"wait until it is deleted (at {goes})" if goes else "wait until it is deleted"
    return failed._replace(
        kind=NAME_TAKEN,
        reason=f"{failed.reason}; the profile {other.profile_name} belongs to another user, who "
        f"had the user name {other.user_name} too",
        remedy=f"{wait}, or delete it by hand; the next hourly sweep tries again",
    )
