"""Queues whom a look found, and counts what no event had told."""

from collections import Counter
from collections.abc import Iterable

from hub.runtime import telemetry
from hub.runtime.decisions.drift import Difference, is_news
from hub.runtime.scan.ports import ScanPorts
from shared.messages import deduplication_id
from shared.requests import ReconcileRequest, ScanRequest


def queue(found: Iterable[Difference], request: ScanRequest, world: ScanPorts) -> int:
    """Queue a look at everybody found, each once, and return how many they are."""
    # One with doubt, where there is one, has the profile observed.
    by_user = {each.user_id: each for each in sorted(found, key=lambda each: each.doubt)}
    now = world.clock.now()
    # Two looks of a round may find one person for different reasons: neither hides the other.
    source_scan = deduplication_id(request)
    doubt = request.key if any(difference.doubt for difference in by_user.values()) else ""
    requests = [
        ReconcileRequest(
            user_id,
            now,
            request.event_id,
            request.event_at,
            doubt=doubt if difference.doubt else "",
            source_scan=source_scan,
        )
        for user_id, difference in sorted(by_user.items())
    ]
    if requests:
        world.users.enqueue(*requests)
    kinds = Counter(difference.finding for difference in by_user.values())
    for kind, count in sorted(kinds.items()):
        announced = request.announced or not is_news(kind, world.mode)
        telemetry.found(kind, count, request.subject, request.key, announced=announced)
    return len(requests)
