"""Queues a sweep of everything out of turn.

The operator's commands do so too: nothing here logs, since they do not install what the log needs.
"""

from datetime import datetime

from hub.runtime.ports import DelayedQueue, HubStateStore
from shared.requests import DAILY, HOURLY, ScanRequest, Subject


def queue_full_sweep(
    hub_state: HubStateStore,
    delayed_queue: DelayedQueue,
    *,
    event_id: str,
    event_at: datetime,
    now: datetime,
) -> int | None:
    """Return in how many seconds the full sweep starts; None if an earlier call queued it already.

    It starts at most once in a quarter of an hour. Every caller is served: by the sweep that starts
    now, or by the one that is already due.
    """
    seconds = hub_state.reserve_full_sweep(now, event_id)
    if seconds is None:
        return None
    for sweep in (HOURLY, DAILY):
        request = ScanRequest(Subject.SWEEP, sweep, now, event_id, event_at, event_driven=True)
        delayed_queue.enqueue_after(request, seconds)
    return seconds
