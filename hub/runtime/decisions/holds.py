"""Holds: disruptions of one target that wait for one approval; the digest names their set."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from hub.runtime.decisions.actions import Skip, SkipKind, skip
from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.desired import DELETED, EMPTIED, LAST_ROW, UNMATCHED
from hub.runtime.decisions.record import REJECTED
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    DisruptionKind,
    HeldDisruption,
    LimitState,
)
from hub.runtime.problems.targets import held_remedy
from shared.model import Target, UserId

# An approval that is not carried out within this time expires.
APPROVED_FOR: Final = timedelta(hours=72)

_WHY: Final = {
    LIMIT: "exceeds the removal limit",
    REJECTED: "rejected by an operator",
    LAST_ROW: "the last mapping row of the target is gone",
    DELETED: "a group was deleted",
    EMPTIED: "a group lists nobody any more",
    UNMATCHED: "no pattern row matches a group any more",
}


class Hold(NamedTuple):
    """All disruptions that are held in one target for one cause, sorted by user."""

    target: Target
    cause: str
    disruptions: tuple[HeldDisruption, ...]

    @property
    def digest(self) -> str:
        """Return eight hex digits that stand for exactly this set of users and disruptions."""
        people = sorted(
            (held.disruption.user_id, str(held.disruption.kind)) for held in self.disruptions
        )
        return sha256(repr((str(self.target), self.cause, people)).encode()).hexdigest()[:8]

    @property
    def users(self) -> frozenset[UserId]:
        """Return the users whose disruptions are held."""
        return frozenset(held.disruption.user_id for held in self.disruptions)

    @property
    def why(self) -> str:
        """Return the cause as text."""
        kind, _, name = self.cause.partition(" ")
        return _WHY.get(kind, kind) + (f": {name}" if name else "")

    @property
    def is_open(self) -> bool:
        """Return whether it awaits a decision; a rejected hold may still be approved later."""
        return self.cause != REJECTED

    @property
    def remedy(self) -> str:
        """Return the commands by which an operator decides it."""
        return held_remedy(self.digest, is_rejected=self.cause == REJECTED)

    def __str__(self) -> str:
        removals = sum(held.disruption.kind is DisruptionKind.REMOVAL for held in self.disruptions)
        changes = len(self.disruptions) - removals
        parts = [f"{removals} to remove"] if removals else []
        parts += [f"{changes} to get another role"] if changes else []
        return f"{', '.join(parts)} in {self.target}: {self.why}"


def holds_of(target: Target, held: Iterable[HeldDisruption], now: datetime) -> tuple[Hold, ...]:
    """Return the holds of a target's disruptions that are not approved, by cause."""
    by_cause: dict[str, list[HeldDisruption]] = {}
    for each in held:
        if not each.is_approved(now):
            by_cause.setdefault(each.cause, []).append(each)
    return tuple(
        Hold(target, cause, tuple(sorted(disruptions, key=lambda held: held.disruption.user_id)))
        for cause, disruptions in sorted(by_cause.items())
    )


def waits_for(target: Target, held: HeldDisruption, limit_state: LimitState, now: datetime) -> Hold:
    """Return the hold that a disruption is part of."""
    everything = {**limit_state.held, held.disruption.user_id: held}
    return next(
        hold for hold in holds_of(target, everything.values(), now) if hold.cause == held.cause
    )


def held_skip(
    decision: DesiredProfile | Removal,
    reason: str,
    held: HeldDisruption,
    limit_state: LimitState,
    now: datetime,
) -> Skip:
    """Return the skip of a decision whose disruption is held, with the remedy of the whole hold."""
    hold = waits_for(decision.target, held, limit_state, now)
    reason = f"{reason}; held: {hold.why}"
    return skip(SkipKind.HELD, decision, reason, hold.remedy, held.cause)
