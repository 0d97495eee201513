"""Finds the target that an operator names, and the nearest ones to a name that is wrong."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

import typer

from cli.hub_client import HubClient
from cli.report.reading import known_targets
from hub.runtime.decisions.hub_state import HubState
from shared.model import Target

_NAMED: Final = 3


def find_target(text: str, hub_client: HubClient, state: HubState) -> Target:
    """Return the target of this name; typer.BadParameter names the nearest that the hub knows."""
    try:
        target, mistake = Target.parse(text), "the hub knows no such target"
    except ValueError as error:
        target, mistake = None, str(error)
    if target in state.targets:
        return target
    known = known_targets(hub_client, state)
    if target in known:
        return target
    near = nearest(text, map(str, known), at_least=0.0)
    told = f"; the nearest that it knows: {', '.join(near)}" if near else "; it knows none yet"
    raise typer.BadParameter(f"target {text!r}: {mistake}{told}")


def nearest(text: str, known: Iterable[str], *, at_least: float = 0.6) -> list[str]:
    """Return up to three known names that contain a text, or else are like it, sorted by that."""
    names = sorted(known)
    near = [name for name in names if text and text in name]
    return (near or get_close_matches(text, names, _NAMED, at_least))[:_NAMED]
