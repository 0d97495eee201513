"""What became of an action."""

from dataclasses import dataclass

from shared.actions import Action
from shared.observed import ObservedProfile


@dataclass(frozen=True, slots=True)
class Applied:
    """Done, and seen to be done; `profile` is None where it is gone or was not looked at."""

    action: Action
    profile: ObservedProfile | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """Asked for and accepted; its end is seen by a later look."""

    action: Action


@dataclass(frozen=True, slots=True)
class ByHand:
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
    """Refused: somebody has to change something first."""

    action: Action
    code: str
    reason: str


Outcome = Applied | Begun | ByHand | Pending | Deferred | Failed
