"""Queues the users whom a scan found, and counts the drift that no event announced."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

from hub.runtime import telemetry
from hub.runtime.decisions.drift import Drift, is_missed_event
from hub.runtime.ports import Clock, ReconcileQueue
from shared.messages import deduplication_id
from shared.requests import ReconcileRequest, ScanRequest


class Enqueuer(NamedTuple):
    """Queues users; `mode` tells which drift an event should have announced."""

    mode: Literal["apply", "report"]
    reconcile_queue: ReconcileQueue
    clock: Clock

    def queue(self, found: Iterable[Drift], request: ScanRequest) -> int:
        """Queue a reconcile request for each user once, and return how many there are.

        The drift that no event announced is counted by kind.
        """
        # Of one user's drifts, one with `force_observe` wins: `reconcile` then observes the
        # profile.
        drifts = sorted(found, key=lambda drift: drift.force_observe)
        by_user = {drift.user_id: drift for drift in drifts}
        now = self.clock.now()
        # Two scans of a sweep may find one user for different reasons. The deduplication id of the
        # scan keeps both requests.
        source_scan = deduplication_id(request)
        force_observe = request.key if any(drift.force_observe for drift in drifts) else ""
        requests = [
            ReconcileRequest(
                user_id,
                now,
                request.event_id,
                request.event_at,
                force_observe=force_observe if drift.force_observe else "",
                source_scan=source_scan,
            )
            for user_id, drift in sorted(by_user.items())
        ]
        if requests:
            self.reconcile_queue.enqueue(*requests)
        kinds = Counter(drift.drift_kind for drift in by_user.values())
        for kind, count in sorted(kinds.items()):
            event_driven = request.event_driven or not is_missed_event(kind, self.mode)
            telemetry.found(kind, count, request.subject, request.key, event_driven=event_driven)
        return len(requests)
