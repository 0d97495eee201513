"""What lets the hub take less: people who are kept or protected, and a pause of everything."""

from datetime import datetime, timedelta
from uuid import uuid4

from cli.hub_client import HubClient, now
from hub.runtime.full_sweep import look_at_everything
from shared.model import UserId


def keep(hub_client: HubClient, user: UserId, days: int) -> datetime | None:
    """Let nothing of a person be removed for so many days, and return until when; none ends it."""
    until = now() + timedelta(days=days) if days else None
    hub_client.hub_state.keep(user, until)
    return until


def protect(hub_client: HubClient, whom: str, *, protected: bool = True) -> None:
    """Let nothing ever be taken of a user, or of a profile (`<target>/<name>`); or end that."""
    hub_client.hub_state.protect(whom, protected=protected)


def pause(hub_client: HubClient, reason: str) -> None:
    """Let nothing be done any more until somebody resumes."""
    hub_client.hub_state.pause(reason or "an operator paused it")


def resume(hub_client: HubClient) -> int | None:
    """Let everything go on; return in how many seconds everything is looked at.

    None where a sweep of everything is due already.
    """
    hub_client.hub_state.resume()
    return sweep_all(hub_client)


def sweep_all(hub_client: HubClient) -> int | None:
    """Return in how many seconds everything is looked at; None where that is due already."""
    at = now()
    return look_at_everything(
        hub_client.hub_state, hub_client.later, event_id=str(uuid4()), event_at=at, now=at
    )
