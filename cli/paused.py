"""Says that the hub is paused: since when, by whom and why."""

from typing import Any

from cli.output import say
from hub.runtime.decisions.hub_state import HubState


def describe_pause(state: HubState) -> str:
    """Return since when, by whom and why the hub is paused, as the end of a sentence."""
    since = f"since {state.paused_at:%Y-%m-%d %H:%M} UTC, " if state.paused_at else ""
    return f"{since}by {state.paused_by or 'the hub itself'}: {state.paused}"


def pause_json(state: HubState) -> dict[str, Any]:
    """Return the pause as JSON; `paused` is null while the hub runs."""
    if not state.paused:
        return {"paused": None}
    since = state.paused_at.isoformat() if state.paused_at else None
    return {"paused": {"since": since, "by": state.paused_by or None, "reason": state.paused}}


def warn_if_paused(state: HubState) -> None:
    """Say on the standard error if the hub is paused: what a command shows may be out of date."""
    if state.paused:
        say(f"note: the hub is paused {describe_pause(state)}.", err=True)
        say("Nothing is changed until:  studio-hub resume --yes", err=True)
