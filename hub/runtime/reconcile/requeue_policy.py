"""Decides how soon a request is requeued, by what its reconcile did and could not do."""

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
    """Return how soon to requeue because of skips and incomplete reads that may resolve."""
    kinds = {each.kind for each in todo.skips}
    if SkipKind.IN_FLIGHT in kinds or not seen.complete:
        return RequeuePolicy.BUSY
    return RequeuePolicy.BACKING_OFF if kinds & PASSING or not user_snapshot.complete else None


def of_blocks(seen: TargetObservations) -> RequeuePolicy | None:
    """Return how soon to requeue for targets that could not be observed, without the ledger."""
    passing = any(isinstance(block.error, RetryableError) for block in seen.blocked)
    return RequeuePolicy.BACKING_OFF if passing else None


def of_outcomes(outcomes: Iterable[Outcome], recorder: Recorder) -> RequeuePolicy | None:
    """Return how soon to requeue because actions are unfinished or more must follow."""
    paces: set[RequeuePolicy | None] = set()
    refused = {each.action.target for each in outcomes if isinstance(each, Failed)}
    for outcome in outcomes:
        target = outcome.action.target
        if recorder.waits(target) or recorder.is_done(target):
            # Its record holds the time of the retry, or nothing is left to do.
            continue
        match outcome:
            case Pending(action=ChangeRole(keeps_apps=True)):
                # `of_records` decides this by the age of the record.
                pass
            case Deferred(action=Revoke() | Suspend() | StopApp()) | Deferred(not_propagated=True):
                paces.add(RequeuePolicy.URGENT)
            case Deferred():
                # The record could not be written, so it holds no retry.
                paces.add(RequeuePolicy.BACKING_OFF)
            case Pending() | Started():
                paces.add(RequeuePolicy.BUSY)
            case Applied() if target not in refused:
                paces.add(RequeuePolicy.BUSY)
            case _:
                pass
    return sooner(paces)


def of_records(recorder: Recorder, now: datetime) -> RequeuePolicy | None:
    """Return how soon to requeue for what depends on the user, within an hour of the state change.

    A better role waits for apps that the user may stop. A suspended user may still start apps in an
    open browser session.
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
    """Return the pace of the earliest requeue; None where none is needed."""
    found = set(paces)
    return next((each for each in RequeuePolicy if each in found), None)
