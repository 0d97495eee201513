"""How a difference that is left alone is written down."""

from shared.actions import Skip, SkipKind
from shared.verdicts import DesiredProfile, Removal


def skip(
    kind: SkipKind, verdict: DesiredProfile | Removal, reason: str, way_out: str, hold: str = ""
) -> Skip:
    """Return the skip of a verdict."""
    return Skip(kind, verdict.person, verdict.target, verdict.profile_name, reason, way_out, hold)


def in_flight(verdict: DesiredProfile | Removal, reason: str) -> Skip:
    """Return the skip of what Studio is at; the look comes back."""
    return skip(SkipKind.IN_FLIGHT, verdict, reason, "wait for it")
