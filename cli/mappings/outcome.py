"""What becomes of a person in a target when rows change: a gain, another role, or a loss."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, assert_never

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.record import Record, State
from shared.model import Target, UserId


class ChangeKind(StrEnum):
    """What becomes of a person in a target."""

    GAIN = "gain"
    ROLE_CHANGE = "role change"
    LOSS = "loss"


class Change(NamedTuple):
    """What becomes of some people in a target.

    Attributes:
        before: the role that they have or are to have today; empty for none.
        after: the role that they are to have; empty for none.
        held: the cause for which the hub holds it; empty if it begins at once.
        stops_apps: no row grants the old role any more, so that running apps are stopped. Where any
            run, the role change needs a slot of the removal limit.
        because: the group whose row grants the role, or the reason of the loss.
        retention_days: how long a lost profile is kept.
    """

    kind: ChangeKind
    before: str
    after: str
    held: str = ""
    stops_apps: bool = False
    because: str = ""
    retention_days: int = 0


@dataclass(frozen=True, slots=True)
class TargetEffect:
    """What becomes of the people of one target, sorted; of each change its users are sorted."""

    target: Target
    changes: tuple[tuple[Change, tuple[UserId, ...]], ...]

    def count(self, kind: ChangeKind) -> int:
        """Return how many people a kind of change concerns."""
        return sum(len(users) for change, users in self.changes if change.kind is kind)

    @property
    def held(self) -> int:
        """Return for how many people the change would be held."""
        return sum(len(users) for change, users in self.changes if change.held)


def without_users(effect: TargetEffect, users: frozenset[UserId]) -> TargetEffect:
    """Return an effect in which some users gain nothing: they are disabled, or gone."""
    changes = (
        (
            change,
            tuple(user for user in of if change.kind is not ChangeKind.GAIN or user not in users),
        )
        for change, of in effect.changes
    )
    return replace(effect, changes=tuple((change, of) for change, of in changes if of))


class Outcome(NamedTuple):
    """What a decision comes to: a role and its reason; no role means nothing."""

    role: str = ""
    because: str = ""
    grants: frozenset[str] = frozenset()
    retention_days: int = 0
    hold: str = ""


def outcome(decision: Decision | None, record: Record) -> Outcome:
    """Return the role that a user ends with, if the decision is carried out."""
    match decision:
        case DesiredProfile():
            if _is_stuck(decision, record) or not (decision.is_granted or record.is_made):
                return Outcome()
            grants = frozenset(grant.role_arn for grant in decision.because)
            winner = decision.because[0].group
            return Outcome(decision.role_arn, winner, grants, hold=decision.hold)
        case Removal():
            return Outcome("", decision.reason, retention_days=decision.retention_days)
        case Undecided():
            return Outcome(role_now(record), decision.reason)
        case None:
            return Outcome()
        case _:
            assert_never(decision)


def _is_stuck(decision: DesiredProfile, record: Record) -> bool:
    """Return whether a profile that could not be made stays so: nothing that blocks it changes."""
    same = record.because == decision.because
    return record.is_never_made and (bool(record.in_the_way) or same)


def role_now(record: Record) -> str:
    """Return the role that a user has; empty for none, and for the suspended role."""
    gone = record.state is State.REMOVED or record.has_suspended_role
    return "" if gone else record.role_arn


def changed(before: Outcome, after: Outcome) -> Change:
    """Return the change from one outcome to another, whose roles differ."""
    if not before.role:
        return Change(ChangeKind.GAIN, "", after.role, because=after.because)
    if not after.role:
        return Change(
            ChangeKind.LOSS,
            before.role,
            "",
            because=after.because,
            retention_days=after.retention_days,
        )
    return Change(
        ChangeKind.ROLE_CHANGE,
        before.role,
        after.role,
        stops_apps=before.role not in after.grants,
        because=after.because,
    )
