"""Queues the users whom a scan found, and counts the drift that no event announced."""

from collections import Counter
from collections.abc import Iterable

from hub.runtime import telemetry
from hub.runtime.decisions.drift import Drift, is_missed_event
from hub.runtime.scan.ports import ScanPorts
from shared.messages import deduplication_id
from shared.requests import ReconcileRequest, ScanRequest


def queue(found: Iterable[Drift], request: ScanRequest, ports: ScanPorts) -> int:
    """Queue a reconcile request for each user once, and return how many there are.

    The drift that no event announced is counted by kind.
    """
    # Of one user's drifts, one with `force_observe` wins: `reconcile` then observes the profile.
    by_user = {each.user_id: each for each in sorted(found, key=lambda each: each.force_observe)}
    now = ports.clock.now()
    # Two scans of a sweep may find one user for different reasons. The deduplication id of the scan
    # keeps both requests.
    source_scan = deduplication_id(request)
    force_observe = request.key if any(drift.force_observe for drift in by_user.values()) else ""
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
        ports.reconcile_queue.enqueue(*requests)
    kinds = Counter(drift.drift_kind for drift in by_user.values())
    for kind, count in sorted(kinds.items()):
        event_driven = request.event_driven or not is_missed_event(kind, ports.mode)
        telemetry.found(kind, count, request.subject, request.key, event_driven=event_driven)
    return len(requests)
