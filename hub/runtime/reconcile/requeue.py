"""Reconciles one request, and turns the result into messages: one switch."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from hub.runtime import open_problems
from hub.runtime.reconcile import reports
from hub.runtime.reconcile.ports import ReconcilePorts
from hub.runtime.reconcile.reconciler import reconcile
from hub.runtime.reconcile.result import UNDECIDED, Result
from shared.errors import PermanentError, RetryableError
from shared.messages import RequeuePolicy, is_exhausted, recheck, requeue
from shared.requests import ReconcileRequest


class FollowUp(StrEnum):
    """What follows from a result."""

    DONE = "done"
    # Nothing was to do: the directory may not show the change yet.
    RECHECK = "recheck"
    REQUEUE = "requeue"
    # The request came back for so long that the next sweep goes on with it.
    GIVE_UP = "give up"


def handle(request: ReconcileRequest, ports: ReconcilePorts, deadline: datetime) -> None:
    """Reconcile a request and queue what follows; what needs an operator is reported.

    Raises:
        RetryableError, PermanentError: the delayed queue does not take what follows.
    """
    open_problems.begin()
    try:
        result = reconcile(request, ports, deadline)
    except RetryableError as error:
        reports.delayed(request, str(error))
        result = UNDECIDED
    except PermanentError as error:
        reports.unreadable(request, error)
        result = UNDECIDED
    now = ports.clock.now()
    next_request = replace(request, force_observe="") if result.observed else request
    match follow_up(result, request, now):
        case FollowUp.DONE:
            pass
        case FollowUp.RECHECK:
            ports.delayed_queue.enqueue_after(*recheck(next_request, now))
        case FollowUp.REQUEUE:
            policy = result.policy or RequeuePolicy.PATIENT
            ports.delayed_queue.enqueue_after(*requeue(next_request, now, policy, result.next_try))
        case FollowUp.GIVE_UP:
            if not result.is_patient:
                reports.gave_up(request, result.reasons)
        case each:
            assert_never(each)
    if (result.is_over or result.is_patient) and not (result.waits or result.paused):
        reports.finished(request)
    open_problems.close(ports.hub_state)


def follow_up(result: Result, request: ReconcileRequest, now: datetime) -> FollowUp:
    """Return what follows from the result of a request."""
    if not result.is_over:
        return FollowUp.GIVE_UP if is_exhausted(request, now) else FollowUp.REQUEUE
    if result.changed or request.is_recheck:
        return FollowUp.DONE
    return FollowUp.RECHECK
