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
    kind: SkipKind, verdict: DesiredProfile | Removal, reason: str, way_out: str, hold: str = ""
) -> Skip:
    """Return the skip of a verdict."""
    return Skip(kind, verdict.person, verdict.target, verdict.profile_name, reason, way_out, hold)


def in_flight(verdict: DesiredProfile | Removal, reason: str) -> Skip:
    """Return the skip of what Studio is at; the look comes back."""
    return skip(SkipKind.IN_FLIGHT, verdict, reason, "wait for it")
