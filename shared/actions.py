"""What a plan is made of: typed actions, skips with their reasons, and what is settled."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from shared.desire import Verdict
from shared.model import Because, ObservedProfile, Person, Target


@dataclass(frozen=True, slots=True)
class Create:
    """Make the profile, with our tags on it."""

    person: Person
    target: Target
    profile_name: str
    role_arn: str
    because: Because


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """Give the profile another execution role, in place."""

    person: Person
    target: Target
    profile_name: str
    old_role_arn: str
    role_arn: str
    because: Because


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the profile; it has no apps, no spaces and no retention."""

    person: Person
    target: Target
    profile_name: str
    reason: str


Action = Create | ChangeRole | Delete


class SkipKind(StrEnum):
    """Why a difference is left alone; the words are what operators filter by."""

    UNDECIDED = "undecided"
    NOT_OURS = "not-ours"
    NAME_TAKEN = "name-taken"
    UNREADABLE = "unreadable-tags"
    APPS_RUNNING = "apps-running"
    NOT_EMPTY = "not-empty"
    RETENTION = "retention"
    UNHEALTHY = "unhealthy"
    IN_FLIGHT = "in-flight"
    DISABLED = "disabled"
    ACCESS = "access"


# These may come right by themselves, so the look comes back.
PASSING: Final = frozenset({SkipKind.IN_FLIGHT, SkipKind.UNREADABLE})
# Nothing is wrong with these: one is under way, one was wanted, one is a standing note.
UNREMARKABLE: Final = frozenset({SkipKind.IN_FLIGHT, SkipKind.DISABLED, SkipKind.ACCESS})


@dataclass(frozen=True, slots=True)
class Skip:
    """A difference that is left alone, why, and the way out."""

    kind: SkipKind
    person: Person
    target: Target
    profile_name: str
    reason: str
    way_out: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A target that is as it should be; the ledger may have to learn it.

    `profile` is None where there is none, as there should be.
    """

    verdict: Verdict
    profile: ObservedProfile | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one look at a person found, in the order of targets."""

    actions: tuple[Action, ...]
    skips: tuple[Skip, ...]
    settled: tuple[Settled, ...]

    @property
    def digest(self) -> str:
        """Return eight hex digits that stand for exactly these actions."""
        return sha256(repr(self.actions).encode()).hexdigest()[:8]
