"""Reconciles one request, and turns the result into messages: one switch."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from hub.runtime import reporter
from hub.runtime.decisions.requeue import recheck, requeue
from hub.runtime.decisions.unchecked import role_checks
from hub.runtime.ports import DelayedQueue
from hub.runtime.problems.hub import GAVE_UP, WAITING
from hub.runtime.reconcile import reports
from hub.runtime.reconcile.reconciler import Reconciler
from hub.runtime.reconcile.result import (
    Done,
    GivenUp,
    Recheck,
    Requeue,
    Result,
    result_without_reads,
)
from shared.errors import PermanentError, RetryableError
from shared.requests import ReconcileRequest


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReconcileHandler:
    """Handles requests: reconciles each, and queues what follows."""

    reconciler: Reconciler
    delayed_queue: DelayedQueue

    def handle(self, request: ReconcileRequest, deadline: datetime) -> None:
        """Reconcile a request and queue what follows; what needs an operator is reported.

        Raises:
            RetryableError, PermanentError: the delayed queue does not take what follows.
        """
        clock = self.reconciler.clock
        try:
            result: Result = self.reconciler.reconcile(request, deadline)
        except RetryableError as error:
            reports.delayed(request, str(error))
            result = result_without_reads(request, clock.now())
        except PermanentError as error:
            reports.unreadable(request, error)
            result = result_without_reads(request, clock.now())
        now = clock.now()
        match result:
            case Done():
                pass
            case Recheck(request=again):
                self.delayed_queue.enqueue_after(*recheck(again, now))
            case Requeue(request=again, policy=policy, due=due, unchecked=unchecked):
                if unchecked:
                    self.delayed_queue.enqueue_after(role_checks(unchecked, request, now), 0)
                self.delayed_queue.enqueue_after(*requeue(again, now, policy, due))
            case GivenUp(reasons=reasons):
                reports.gave_up(request, reasons)
            case _:
                assert_never(result)
        if result.settled:
            reporter.checked(WAITING, GAVE_UP, subject=f"user {request.user_id}")
