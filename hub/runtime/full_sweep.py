"""A look at everything on demand: a whole sweep, at most once in a quarter of an hour."""

from datetime import datetime

from hub.runtime.ports import DelayedQueue, HubMemory
from shared.requests import DAILY, HOURLY, ScanRequest, Subject


def look_at_everything(
    memory: HubMemory, later: DelayedQueue, *, event_id: str, event_at: datetime, now: datetime
) -> int | None:
    """Return in how many seconds everything is looked at; None when a call before saw to it.

    Whoever asks is served: by the round that begins now, or by the one that is due already.
    """
    seconds = memory.reserve_everything(now, event_id)
    if seconds is None:
        return None
    for round_ in (HOURLY, DAILY):
        request = ScanRequest(Subject.ROUND, round_, now, event_id, event_at, announced=True)
        later.enqueue_after(request, seconds)
    return seconds
