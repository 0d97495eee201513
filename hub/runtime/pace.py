"""How soon a look comes back, because of what it could not do and of what it did."""

from collections.abc import Iterable

from hub.runtime.book import Book
from hub.runtime.observe import Sight, TargetSight
from shared.actions import PASSING, ChangeRole, Plan, SkipKind
from shared.errors import RetryableError
from shared.outcome import Applied, Begun, Deferred, Failed, Outcome, Pending
from shared.wire import Pace


def of_plan(todo: Plan, sight: Sight, seen: TargetSight) -> Pace | None:
    """Return how soon to look again because of what was not done, if that may come right."""
    kinds = {each.kind for each in todo.skips}
    if SkipKind.IN_FLIGHT in kinds or not seen.complete:
        return Pace.BUSY
    passing = any(isinstance(block.error, RetryableError) for block in seen.blocked)
    return Pace.BACKING_OFF if passing or kinds & PASSING or not sight.complete else None


def of_outcomes(outcomes: Iterable[Outcome], book: Book) -> Pace | None:
    """Return how soon to look again because of what was done, where that is not all."""
    paces: set[Pace | None] = set()
    refused = {each.action.target for each in outcomes if isinstance(each, Failed)}
    for outcome in outcomes:
        target = outcome.action.target
        match outcome:
            case Pending(action=ChangeRole(keeps_apps=True)):
                paces.add(Pace.PATIENT)
            case Deferred():
                paces.add(Pace.BACKING_OFF)
            case Pending() | Begun():
                paces.add(Pace.BUSY)
            case Applied() if target not in refused and not book.is_done(target):
                paces.add(Pace.BUSY)
            case _:
                pass
    return sooner(paces)


def sooner(paces: Iterable[Pace | None]) -> Pace | None:
    """Return the pace of whatever comes back first; None where nothing does."""
    found = set(paces)
    return next((each for each in Pace if each in found), None)
