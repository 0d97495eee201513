"""A look at everything on demand: a whole sweep, at most once in a quarter of an hour."""

from datetime import datetime

from shared.hints import DAILY, HOURLY, LookHint, Subject
from shared.ports import HubMemory, LaterBox


def look_at_everything(
    memory: HubMemory, later: LaterBox, *, event_id: str, event_at: datetime, now: datetime
) -> int | None:
    """Return in how many seconds everything is looked at; None when a call before saw to it.

    Whoever asks is served: by the round that begins now, or by the one that is due already.
    """
    seconds = memory.reserve_everything(now, event_id)
    if seconds is None:
        return None
    for round_ in (HOURLY, DAILY):
        hint = LookHint(Subject.ROUND, round_, now, event_id, event_at, announced=True)
        later.look_later(hint, seconds)
    return seconds
