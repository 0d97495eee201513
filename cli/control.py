"""Limits what the hub may remove: keep, protect, and a pause of all processing."""

from datetime import datetime, timedelta
from uuid import uuid4

from cli.hub_client import HubClient, now
from hub.runtime.intake import queue_full_sweep
from shared.model import UserId


def keep(hub_client: HubClient, user: UserId, days: int) -> datetime | None:
    """Keep a user for `days` days; return when that ends, or None after ending it (0 days)."""
    until = now() + timedelta(days=days) if days else None
    hub_client.hub_state.keep(user, until)
    return until


def protect(hub_client: HubClient, whom: str, *, protected: bool = True) -> None:
    """Protect a user, or a profile (`<target>/<name>`), from all removals; or end that."""
    hub_client.hub_state.protect(whom, protected=protected)


def pause(hub_client: HubClient, reason: str) -> None:
    """Pause all processing until `resume`."""
    hub_client.hub_state.pause(reason or "an operator paused it")


def resume(hub_client: HubClient) -> int | None:
    """End the pause; return in how many seconds the full sweep starts.

    Returns None if a full sweep is already due.
    """
    hub_client.hub_state.resume()
    return sweep_all(hub_client)


def sweep_all(hub_client: HubClient) -> int | None:
    """Return in how many seconds the full sweep starts; None if one is already due."""
    at = now()
    return queue_full_sweep(
        hub_client.hub_state, hub_client.later, event_id=str(uuid4()), event_at=at, now=at
    )
