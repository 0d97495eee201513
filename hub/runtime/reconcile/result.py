"""What a reconcile leaves to do: nothing, a recheck, a requeue after some time, or it gives up."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

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
from hub.runtime.decisions.requeue import RequeuePolicy, is_exhausted
from hub.runtime.decisions.unchecked import given_at
from hub.runtime.reconcile.observe import TargetObservations
from hub.runtime.reconcile.recorder import Recorder
from shared.errors import RetryableError
from shared.model import Target
from shared.requests import EVERY_TARGET, ReconcileRequest

# Source: IAM Identity Center user guide: an application session lasts an hour.
_AN_HOUR = timedelta(hours=1)


class Pass(NamedTuple):
    """What one pass over some targets observed, planned and did."""

    seen: TargetObservations
    todo: Plan
    outcomes: tuple[Outcome, ...] = ()


class Done(NamedTuple):
    """Nothing is left to do for this request.

    `settled` means that no other request retries a target of the user either.
    """

    settled: bool = True


class Recheck(NamedTuple):
    """Nothing was to do: the directory may not show the change yet."""

    request: ReconcileRequest
    settled: bool


class Requeue(NamedTuple):
    """The request goes on after a time that the policy gives, and no later than `due`.

    The targets in `unchecked` are to be checked: no check has seen a role that is desired there.
    """

    request: ReconcileRequest
    policy: RequeuePolicy
    due: datetime | None = None
    settled: bool = False
    unchecked: frozenset[Target] = frozenset()


class GivenUp(NamedTuple):
    """The request was requeued for so long that the next sweep takes over."""

    reasons: tuple[str, ...] = ()
    settled: bool = False


Result = Done | Recheck | Requeue | GivenUp


def result_of(
    request: ReconcileRequest,
    passes: Sequence[Pass],
    recorder: Recorder,
    now: datetime,
    unchecked: frozenset[Target] = frozenset(),
    *,
    complete: bool,
) -> Result:
    """Return what follows from the passes of a reconcile; `complete` as in UserSnapshot.

    `unchecked` as in Requeue: the checks queue the user, and this request waits for them no longer
    than `given_at`.
    """
    found = set(_policies(passes, recorder, now, complete=complete))
    policy = next((each for each in RequeuePolicy if each in found), None)
    records = recorder.records
    # Another request retries what it requeued itself, so one chain of requeues is enough.
    is_retry = request.attempt > 0
    tries = [
        record.retry_at
        for target, record in records.items()
        if record.retry_at is not None
        if target in recorder.requeued
        # A time that is over belongs to a target that only its scan tries again.
        or (is_retry and record.last_request == request.event_id and now < record.retry_at)
    ]
    due = min(tries, default=None)
    retried = any(record.retry_at for record in records.values())
    seen = {str(target) for each in passes for target in each.seen.observed}
    is_whole = all(each.seen.complete for each in passes)
    if request.force_observe in ({EVERY_TARGET, *seen} if is_whole else seen):
        request = request._replace(force_observe="")
    if unchecked:
        until = min(filter(None, (due, given_at(request, now))))
        return Requeue(request, policy or RequeuePolicy.PATIENT, until, unchecked=unchecked)
    # All that is left depends on the user, and may take long.
    is_patient = policy is RequeuePolicy.PATIENT and due is None
    if policy is None and due is None:
        changed = any(each.outcomes for each in passes)
        is_last = changed or request.is_recheck
        return Done(not retried) if is_last else Recheck(request, not retried)
    if not is_exhausted(request, now):
        policy = policy or RequeuePolicy.PATIENT
        return Requeue(request, policy, due, settled=is_patient and not retried)
    if is_patient:
        return Done(not retried)
    return GivenUp(tuple(f"{r.target}: {r.why}" for r in records.values() if r.tries and r.why))


def result_of_dry_run(
    request: ReconcileRequest,
    planned: Pass,
    now: datetime,
    unchecked: frozenset[Target] = frozenset(),
    *,
    complete: bool,
) -> Result:
    """Return what follows where report mode planned and changed nothing."""
    passing = any(isinstance(block.error, RetryableError) for block in planned.seen.blocked)
    policy = _of_plan(planned, complete=complete)
    if policy is None and passing:
        policy = RequeuePolicy.BACKING_OFF
    if unchecked:
        until = given_at(request, now)
        return Requeue(request, policy or RequeuePolicy.PATIENT, until, unchecked=unchecked)
    if policy is None:
        is_last = planned.todo.actions or request.is_recheck
        return Done() if is_last else Recheck(request, settled=True)
    return Requeue(request, policy) if not is_exhausted(request, now) else GivenUp()


def result_without_reads(request: ReconcileRequest, now: datetime) -> Result:
    """Return what follows where the directory, the mappings or the ledger could not be read."""
    if is_exhausted(request, now):
        return GivenUp()
    return Requeue(request, RequeuePolicy.BACKING_OFF)


def _policies(
    passes: Sequence[Pass], recorder: Recorder, now: datetime, *, complete: bool
) -> Iterator[RequeuePolicy | None]:
    for each in passes:
        yield _of_plan(each, complete=complete)
    outcomes = [outcome for each in passes for outcome in each.outcomes]
    refused = {each.action.target for each in outcomes if isinstance(each, Failed)}
    for outcome in outcomes:
        target = outcome.action.target
        record = recorder.records.get(target)
        # Its record holds the time of the retry, or nothing is left to do.
        if not ((record is not None and record.retry_at) or recorder.is_done(target)):
            yield _of_outcome(outcome, is_refused=target in refused)
    for record in recorder.records.values():
        # A better role waits for apps that the user may stop. A suspended user may still start apps
        # in an open browser session.
        depends_on_user = (
            record.state is State.SUSPENDED
            or (record.is_blocked and record.is_leaving and record.state is State.HELD)
            or (record.state is State.PENDING and record.given_by)
        )
        if depends_on_user and record.since is not None and now < record.since + _AN_HOUR:
            yield RequeuePolicy.PATIENT


def _of_plan(each: Pass, *, complete: bool) -> RequeuePolicy | None:
    """Return how soon to requeue because of skips and incomplete reads that may resolve."""
    kinds = {skip.kind for skip in each.todo.skips}
    if SkipKind.IN_FLIGHT in kinds or not each.seen.complete:
        return RequeuePolicy.BUSY
    return RequeuePolicy.BACKING_OFF if kinds & PASSING or not complete else None


def _of_outcome(outcome: Outcome, *, is_refused: bool) -> RequeuePolicy | None:
    """Return how soon to requeue because an action is unfinished or more must follow."""
    match outcome:
        case Pending(action=ChangeRole(keeps_apps=True)):
            # The age of the record decides.
            return None
        case Deferred(action=Revoke() | Suspend() | StopApp()) | Deferred(not_propagated=True):
            return RequeuePolicy.URGENT
        case Deferred():
            # The record could not be written, so it holds no retry.
            return RequeuePolicy.BACKING_OFF
        case Pending() | Started():
            return RequeuePolicy.BUSY
        case Applied() if not is_refused:
            return RequeuePolicy.BUSY
        case _:
            return None
