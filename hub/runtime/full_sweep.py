"""A look at everything on demand: a whole sweep, at most once in a quarter of an hour."""

from datetime import datetime

from hub.runtime.ports import DelayedQueue, HubStateStore
from shared.requests import DAILY, HOURLY, ScanRequest, Subject


def look_at_everything(
    hub_state: HubStateStore,
    later: DelayedQueue,
    *,
    event_id: str,
    event_at: datetime,
    now: datetime,
) -> int | None:
    """Return in how many seconds everything is looked at; None when a call before saw to it.

    Whoever asks is served: by the round that begins now, or by the one that is due already.
    """
    seconds = hub_state.reserve_full_sweep(now, event_id)
    if seconds is None:
        return None
    for round_ in (HOURLY, DAILY):
        request = ScanRequest(Subject.ROUND, round_, now, event_id, event_at, event_driven=True)
        later.enqueue_after(request, seconds)
    return seconds
