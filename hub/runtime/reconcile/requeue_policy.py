"""How soon a look comes back, because of what it could not do and of what it did."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.runtime.decisions.actions import (
    PASSING,
    ChangeRole,
    Plan,
    Revoke,
    SkipKind,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.outcome import Applied, Deferred, Failed, Outcome, Pending, Started
from hub.runtime.decisions.record import State
from hub.runtime.reconcile.observe import TargetObservations, UserSnapshot
from hub.runtime.reconcile.recorder import Recorder
from shared.errors import RetryableError
from shared.messages import RequeuePolicy

# Source: IAM Identity Center user guide: an application session lasts an hour.
_AN_HOUR = timedelta(hours=1)


def of_plan(
    todo: Plan, user_snapshot: UserSnapshot, seen: TargetObservations
) -> RequeuePolicy | None:
    """Return how soon to look again because of what was not done, if that may come right."""
    kinds = {each.kind for each in todo.skips}
    if SkipKind.IN_FLIGHT in kinds or not seen.complete:
        return RequeuePolicy.BUSY
    return RequeuePolicy.BACKING_OFF if kinds & PASSING or not user_snapshot.complete else None


def of_blocks(seen: TargetObservations) -> RequeuePolicy | None:
    """Return how soon to look again at what could not be seen, where no record tells."""
    passing = any(isinstance(block.error, RetryableError) for block in seen.blocked)
    return RequeuePolicy.BACKING_OFF if passing else None


def of_outcomes(outcomes: Iterable[Outcome], recorder: Recorder) -> RequeuePolicy | None:
    """Return how soon to look again because of what was done, where that is not all."""
    paces: set[RequeuePolicy | None] = set()
    refused = {each.action.target for each in outcomes if isinstance(each, Failed)}
    for outcome in outcomes:
        target = outcome.action.target
        if recorder.waits(target) or recorder.is_done(target):
            # Its record tells when it is tried again.
            continue
        match outcome:
            case Pending(action=ChangeRole(keeps_apps=True)):
                # Told by its record for how long.
                pass
            case Deferred(action=Revoke() | Suspend() | StopApp()) | Deferred(not_propagated=True):
                paces.add(RequeuePolicy.URGENT)
            case Deferred():
                # Its record could not be written.
                paces.add(RequeuePolicy.BACKING_OFF)
            case Pending() | Started():
                paces.add(RequeuePolicy.BUSY)
            case Applied() if target not in refused:
                paces.add(RequeuePolicy.BUSY)
            case _:
                pass
    return sooner(paces)


def of_records(recorder: Recorder, now: datetime) -> RequeuePolicy | None:
    """Return how soon to look again at what is in a person's hands, while that may be for long.

    A better role waits for apps that the person may stop; who was suspended may start apps in a
    browser that is open still.
    """
    waiting = (
        record.since is not None and now < record.since + _AN_HOUR
        for record in recorder.records()
        if record.state is State.SUSPENDED
        or (record.is_blocked and record.is_leaving and record.state is State.HELD)
        or (record.state is State.PENDING and record.given_by)
    )
    return RequeuePolicy.PATIENT if any(waiting) else None


def sooner(paces: Iterable[RequeuePolicy | None]) -> RequeuePolicy | None:
    """Return the pace of whatever comes back first; None where nothing does."""
    found = set(paces)
    return next((each for each in RequeuePolicy if each in found), None)
