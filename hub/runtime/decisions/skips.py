"""How a difference that is left alone is written down."""

from typing import Final

from hub.runtime.decisions.actions import Skip, SkipKind
from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.record import State

# What a skip leaves a record in; the other skips leave it as it is.
STATE_AFTER: Final = {
    SkipKind.HELD: State.HELD,
    SkipKind.SHARED_SPACE: State.HELD,
    SkipKind.BY_HAND: State.HELD,
    SkipKind.NOT_OURS: State.HELD,
    SkipKind.NAME_TAKEN: State.HELD,
}
# A profile that others have.
OF_OTHERS: Final = frozenset({SkipKind.NOT_OURS, SkipKind.NAME_TAKEN})


def skip(
    kind: SkipKind, decision: DesiredProfile | Removal, reason: str, remedy: str, hold: str = ""
) -> Skip:
    """Return the skip of a verdict."""
    return Skip(kind, decision.person, decision.target, decision.profile_name, reason, remedy, hold)


def in_flight(decision: DesiredProfile | Removal, reason: str) -> Skip:
    """Return the skip of what Studio is at; the look comes back."""
    return skip(SkipKind.IN_FLIGHT, decision, reason, "wait for it")
