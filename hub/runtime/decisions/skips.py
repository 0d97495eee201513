"""Makes skips, and names the record state that each kind of skip leads to."""

from typing import Final

from hub.runtime.decisions.actions import Skip, SkipKind
from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.record import State

# The record state after a skip; the other skips leave the state unchanged.
STATE_AFTER: Final = {
    SkipKind.HELD: State.HELD,
    SkipKind.SHARED_SPACE: State.HELD,
    SkipKind.BY_HAND: State.HELD,
    SkipKind.NOT_OURS: State.HELD,
    SkipKind.NAME_TAKEN: State.HELD,
}
# The profile belongs to somebody else.
OF_OTHERS: Final = frozenset({SkipKind.NOT_OURS, SkipKind.NAME_TAKEN})


def skip(
    kind: SkipKind, decision: DesiredProfile | Removal, reason: str, remedy: str, hold: str = ""
) -> Skip:
    """Return the skip of a decision."""
    return Skip(kind, decision.person, decision.target, decision.profile_name, reason, remedy, hold)


def in_flight(decision: DesiredProfile | Removal, reason: str) -> Skip:
    """Return the skip of a target with an operation in progress; the request is requeued."""
    return skip(SkipKind.IN_FLIGHT, decision, reason, "wait for it")
