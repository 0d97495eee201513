"""What a plan is made of: typed actions, skips with their reasons, and what is settled."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from hub.runtime.decisions.decision import Decision
from hub.runtime.decisions.observed import App, ObservedProfile
from shared.model import Because, Target, User


@dataclass(frozen=True, slots=True)
class OnProfile:
    """What all actions say: whose profile in which target."""

    person: User
    target: Target
    profile_name: str


@dataclass(frozen=True, slots=True)
class Create(OnProfile):
    """Make the profile, with our tags on it."""

    role_arn: str
    because: Because


@dataclass(frozen=True, slots=True)
class Assign(OnProfile):
    """Let the person sign in to the domain."""


@dataclass(frozen=True, slots=True)
class ChangeRole(OnProfile):
    """Give the profile another execution role, in place.

    `keeps_apps` tells that a row still calls for the old role: what runs with it may go on.
    """

    old_role_arn: str
    role_arn: str
    because: Because
    keeps_apps: bool = False


@dataclass(frozen=True, slots=True)
class Resume(OnProfile):
    """Give a suspended profile its role back."""

    role_arn: str
    because: Because


@dataclass(frozen=True, slots=True)
class Revoke(OnProfile):
    """Let the person not sign in any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Suspend(OnProfile):
    """Switch the profile to the role without any permission; what runs may stand in the way."""

    role_arn: str
    reason: str


@dataclass(frozen=True, slots=True)
class StopApp(OnProfile):
    """Stop an app of the profile, or in one of its private spaces; files stay."""

    app: App


@dataclass(frozen=True, slots=True)
class DeleteSpace(OnProfile):
    """Delete a private space and what lies in it."""

    space: str


@dataclass(frozen=True, slots=True)
class Delete(OnProfile):
    """Delete the profile; it has no apps, no spaces and no retention any more."""

    reason: str
    efs_uid: str = ""


@dataclass(frozen=True, slots=True)
class Discard(OnProfile):
    """Delete a profile that never came to be, or cannot be used any more, to make it anew."""

    reason: str


Action = (
    Create
    | Assign
    | ChangeRole
    | Resume
    | Revoke
    | Suspend
    | StopApp
    | DeleteSpace
    | Delete
    | Discard
)


class SkipKind(StrEnum):
    """Why a difference is left alone; the words are what operators filter by."""

    UNDECIDED = "undecided"
    HELD = "held"
    SHARED_SPACE = "owns-shared-space"
    BY_HAND = "sign-in-by-hand"
    NOT_OURS = "not-ours"
    NAME_TAKEN = "name-taken"
    UNREADABLE = "unreadable-tags"
    IN_FLIGHT = "in-flight"
    DISABLED = "disabled"
    # Studio ended it as failed: tried again after a delay.
    FAILED = "failed"


# These may come right by themselves, so the look comes back.
PASSING: Final = frozenset({SkipKind.IN_FLIGHT, SkipKind.UNREADABLE})
# Nothing more to say of these: one is under way, one was wanted, one is told with its hold.
UNREMARKABLE: Final = frozenset({SkipKind.IN_FLIGHT, SkipKind.DISABLED, SkipKind.HELD})


@dataclass(frozen=True, slots=True)
class Skip:
    """A difference that is left alone, why, and the way out; `hold` names what it waits for."""

    kind: SkipKind
    person: User
    target: Target
    profile_name: str
    reason: str
    remedy: str = ""
    hold: str = ""


@dataclass(frozen=True, slots=True)
class InSync:
    """A target that is as it should be; the ledger may have to learn it.

    `profile` is None where there is none, as there should be; one that is there while a removal is
    settled is suspended until its retention ends.
    """

    decision: Decision
    profile: ObservedProfile | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one look at a person found, in the order of targets.

    The actions of one target follow one another: each is begun when the one before is done.
    """

    actions: tuple[Action, ...]
    skips: tuple[Skip, ...]
    in_sync: tuple[InSync, ...]

    @property
    def digest(self) -> str:
        """Return eight hex digits that stand for exactly these actions."""
        return sha256(repr(self.actions).encode()).hexdigest()[:8]

    def of(self, target: Target) -> tuple[Action, ...]:
        """Return the actions of one target, in their order."""
        return tuple(action for action in self.actions if action.target == target)
