"""What became of one target after a look at one person."""

from dataclasses import dataclass

from shared.actions import Action
from shared.model import ObservedProfile


@dataclass(frozen=True, slots=True)
class Applied:
    """Done, and seen to be done; `profile` is None when it is gone."""

    action: Action
    profile: ObservedProfile | None


@dataclass(frozen=True, slots=True)
class Pending:
    """Not finished yet, or not begun for want of time: look again soon."""

    action: Action
    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not done because of something that passes (throttling, an outage): try again soon."""

    action: Action
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Refused: somebody has to change something first."""

    action: Action
    code: str
    reason: str


Outcome = Applied | Pending | Deferred | Failed
