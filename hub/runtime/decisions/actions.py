"""The parts of a plan: typed actions, skips with their reasons, and targets in sync."""

from collections.abc import Collection
from enum import StrEnum
from hashlib import sha256
from typing import Final, Literal, NamedTuple, assert_never

from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.observed import App, ObservedProfile
from hub.runtime.decisions.record import State
from hub.runtime.problems.users import OF_SKIP
from shared.model import Because, Target, User
from shared.naming import role_name


# What happens to whose profile, in which target. `kind` keeps two actions with equal fields apart,
# since a named tuple equals every other one with the same values.
class Create(NamedTuple):
    """Create the profile with our tags and the role of the first of some rows."""

    person: User
    target: Target
    profile_name: str
    role_arn: str
    because: Because
    kind: Literal["Create"] = "Create"


class Assign(NamedTuple):
    """Assign the user to the domain's application, which grants access."""

    person: User
    target: Target
    profile_name: str
    kind: Literal["Assign"] = "Assign"


class ChangeRole(NamedTuple):
    """Change the profile's execution role in place.

    With `keeps_apps`, a row still grants the old role, so apps that run with it may continue.
    """

    person: User
    target: Target
    profile_name: str
    old_role_arn: str
    role_arn: str
    because: Because
    keeps_apps: bool = False
    kind: Literal["ChangeRole"] = "ChangeRole"


class Resume(NamedTuple):
    """Give a suspended profile the role of the first of some rows back."""

    person: User
    target: Target
    profile_name: str
    role_arn: str
    because: Because
    kind: Literal["Resume"] = "Resume"


class Revoke(NamedTuple):
    """Delete the user's assignment to the domain's application, which ends access."""

    person: User
    target: Target
    profile_name: str
    reason: str
    kind: Literal["Revoke"] = "Revoke"


class Suspend(NamedTuple):
    """Switch the profile to the role without any permission; running apps may block it."""

    person: User
    target: Target
    profile_name: str
    role_arn: str
    reason: str
    kind: Literal["Suspend"] = "Suspend"


class StopApp(NamedTuple):
    """Stop an app of the profile, or in one of its private spaces; files stay."""

    person: User
    target: Target
    profile_name: str
    app: App
    kind: Literal["StopApp"] = "StopApp"


class DeleteSpace(NamedTuple):
    """Delete a private space and its contents."""

    person: User
    target: Target
    profile_name: str
    space: str
    kind: Literal["DeleteSpace"] = "DeleteSpace"


class Delete(NamedTuple):
    """Delete the profile; it has no apps and no private spaces, and its retention has ended."""

    person: User
    target: Target
    profile_name: str
    reason: str
    efs_uid: str = ""
    kind: Literal["Delete"] = "Delete"


class Discard(NamedTuple):
    """Delete a profile whose creation or deletion failed, so that it can be created again."""

    person: User
    target: Target
    profile_name: str
    reason: str
    kind: Literal["Discard"] = "Discard"


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
    """Why a difference is left unchanged; operators filter by these values."""

    UNDECIDED = "undecided"
    # The role of a row is unavailable, or no check has seen it yet.
    ROLE_NOT_GIVEN = "role-not-given"
    HELD = "held"
    SHARED_SPACE = "owns-shared-space"
    BY_HAND = "sign-in-by-hand"
    UNMANAGED = "has-unmanaged-profile"
    NAME_TAKEN = "name-taken"
    UNREADABLE = "unreadable-tags"
    IN_FLIGHT = "in-flight"
    DISABLED = "disabled"
    # The Studio operation failed: it is retried after a delay.
    FAILED = "failed"


# These may resolve without help, so the request is requeued.
PASSING: Final = frozenset({SkipKind.IN_FLIGHT, SkipKind.UNREADABLE})
# After these, nobody knows which problems of the target are over.
INCONCLUSIVE: Final = PASSING | {SkipKind.FAILED}
# Not reported as problems: one is in progress, one is intended, one is reported with its hold, and
# one with its target.
UNREMARKABLE: Final = frozenset(
    {SkipKind.IN_FLIGHT, SkipKind.DISABLED, SkipKind.HELD, SkipKind.ROLE_NOT_GIVEN}
)


class Skip(NamedTuple):
    """A difference that is left unchanged, its reason and remedy; `hold` is the hold's cause."""

    kind: SkipKind
    person: User
    target: Target
    profile_name: str
    reason: str
    remedy: str = ""
    hold: str = ""


class InSync(NamedTuple):
    """A target that is in sync; the ledger may not record that yet.

    `profile` is None if it was not observed or does not exist. With a removal, an existing profile
    is suspended until its retention ends.
    """

    decision: DesiredProfile | Removal
    profile: ObservedProfile | None


class Plan(NamedTuple):
    """All actions, skips and targets in sync of one user, sorted by target.

    The actions of one target run in sequence: each starts when the one before is done.
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

    def without(self, targets: Collection[Target]) -> "Plan":
        """Return the plan without some targets."""
        return Plan(
            tuple(action for action in self.actions if action.target not in targets),
            tuple(skip for skip in self.skips if skip.target not in targets),
            tuple(each for each in self.in_sync if each.decision.target not in targets),
        )

    def holding(self, held: Collection[Skip]) -> "Plan":
        """Return the plan with the targets of these skips held: nothing else happens there."""
        kept = self.without({each.target for each in held})
        return Plan(kept.actions, (*kept.skips, *held), kept.in_sync)


# The record state after a skip; the other skips leave the state unchanged.
STATE_AFTER: Final = {
    SkipKind.HELD: State.HELD,
    SkipKind.SHARED_SPACE: State.HELD,
    SkipKind.BY_HAND: State.HELD,
    SkipKind.UNMANAGED: State.HELD,
    SkipKind.NAME_TAKEN: State.HELD,
}
# The profile belongs to somebody else.
OF_OTHERS: Final = frozenset({SkipKind.UNMANAGED, SkipKind.NAME_TAKEN})


def skip(
    kind: SkipKind,
    decision: DesiredProfile | Removal,
    reason: str,
    remedy: str = "",
    hold: str = "",
) -> Skip:
    """Return the skip of a decision, with its problem's remedy unless another is given."""
    if kind is SkipKind.IN_FLIGHT:
        remedy = "wait for it"
    elif not remedy:
        remedy = OF_SKIP[kind].remedy.format(user=decision.person.id, target=decision.target)
    return Skip(kind, decision.person, decision.target, decision.profile_name, reason, remedy, hold)


def describe(action: Action) -> str:  # noqa: C901 (one case a type, each a line)
    """Return an action as the end of a sentence that begins with its actor."""
    name = action.profile_name
    match action:
        case Create():
            return f"create {name} with {role_name(action.role_arn)}, because {action.because}"
        case Assign():
            return f"grant access to {name}"
        case ChangeRole():
            old, new = role_name(action.old_role_arn), role_name(action.role_arn)
            return f"change {name} from {old} to {new}, because {action.because}"
        case Resume():
            return f"resume {name} with {role_name(action.role_arn)}, because {action.because}"
        case Revoke():
            return f"revoke access of {name}: {action.reason}"
        case Suspend():
            return f"suspend {name}: {action.reason}"
        case StopApp():
            return f"stop {action.app} of {name}"
        case DeleteSpace():
            return f"delete the private space {action.space} of {name}"
        case Delete():
            return f"delete {name}: {action.reason}"
        case Discard():
            return f"discard {name}, to create it again: {action.reason}"
        case _:
            assert_never(action)
