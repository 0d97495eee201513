"""What lets the hub take less: people who are kept or protected, and a pause of everything."""

from datetime import datetime, timedelta
from uuid import uuid4

from cli.hub_client import Desk, now
from hub.runtime.full_sweep import look_at_everything
from shared.model import UserId


def keep(desk: Desk, user: UserId, days: int) -> datetime | None:
    """Let nothing of a person be removed for so many days, and return until when; none ends it."""
    until = now() + timedelta(days=days) if days else None
    desk.memory.keep(user, until)
    return until


def protect(desk: Desk, whom: str, *, protected: bool = True) -> None:
    """Let nothing ever be taken of a user, or of a profile (`<target>/<name>`); or end that."""
    desk.memory.protect(whom, protected=protected)


def pause(desk: Desk, reason: str) -> None:
    """Let nothing be done any more until somebody resumes."""
    desk.memory.pause(reason or "an operator paused it")


def resume(desk: Desk) -> int | None:
    """Let everything go on; return in how many seconds everything is looked at.

    None where a sweep of everything is due already.
    """
    desk.memory.resume()
    return sweep_everything(desk)


def sweep_everything(desk: Desk) -> int | None:
    """Return in how many seconds everything is looked at; None where that is due already."""
    at = now()
    return look_at_everything(desk.memory, desk.later, event_id=str(uuid4()), event_at=at, now=at)
