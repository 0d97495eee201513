"""Queues whom a look found, and counts what no event had told."""

from collections import Counter
from collections.abc import Iterable

from hub.runtime import telemetry
from hub.runtime.decisions.drift import Drift, is_missed_event
from hub.runtime.scan.ports import ScanPorts
from shared.messages import deduplication_id
from shared.requests import ReconcileRequest, ScanRequest


def queue(found: Iterable[Drift], request: ScanRequest, world: ScanPorts) -> int:
    """Queue a look at everybody found, each once, and return how many they are."""
    # One with doubt, where there is one, has the profile observed.
    by_user = {each.user_id: each for each in sorted(found, key=lambda each: each.force_observe)}
    now = world.clock.now()
    # Two looks of a round may find one person for different reasons: neither hides the other.
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
        world.users.enqueue(*requests)
    kinds = Counter(drift.drift_kind for drift in by_user.values())
    for kind, count in sorted(kinds.items()):
        event_driven = request.event_driven or not is_missed_event(kind, world.mode)
        telemetry.found(kind, count, request.subject, request.key, event_driven=event_driven)
    return len(requests)
