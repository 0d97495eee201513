"""Reads the targets and times that operators write, names the nearest ones, and writes ages."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Final

import typer

from cli.hub_client import HubClient
from cli.report.reading import known_targets
from hub.runtime.decisions.hub_state import HubState
from shared.model import Target

_NAMED: Final = 3
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGE: Final = re.compile(r"(\d{1,5})([mhdw])", re.ASCII)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def find_target(
    text: str, hub_client: HubClient, state: HubState, mapped: Iterable[Target] = ()
) -> Target:
    """Return the target of this name; typer.BadParameter names the nearest that the hub knows.

    It knows a target from its first mapping row until it is forgotten. Those that rows name are
    `mapped`, which is read only if the hub has not scanned the target yet.
    """
    try:
        target, mistake = Target.parse(text), "the hub knows no such target"
    except ValueError as error:
        target, mistake = None, str(error)
    if target in state.targets:
        return target
    known = known_targets(hub_client, state).union(mapped)
    if target in known:
        return target
    raise unknown_target(text, mistake, known)


def parse_target(text: str, known: Iterable[Target]) -> Target:
    """Return the target of this name, known or not; typer.BadParameter if it is no such name."""
    try:
        return Target.parse(text)
    except ValueError as error:
        raise unknown_target(text, str(error), known) from error


def unknown_target(text: str, mistake: str, known: Iterable[Target]) -> typer.BadParameter:
    """Return the error of a target that is not known, with the nearest known ones."""
    near = nearest(text, map(str, known), at_least=0.0)
    near_text = f"; the nearest that it knows: {', '.join(near)}" if near else "; it knows none yet"
    return typer.BadParameter(f"target {text!r}: {mistake}{near_text}")


def nearest(text: str, known: Iterable[str], *, at_least: float = 0.6) -> list[str]:
    """Return up to three known names that contain a text, or else are like it, sorted by that."""
    names = sorted(known)
    near = [name for name in names if text and text in name]
    return (near or get_close_matches(text, names, _NAMED, at_least))[:_NAMED]


def parse_since(text: str, now: datetime) -> datetime:
    """Return the time (UTC) of an age like `2d`, or of an ISO 8601 time, which is UTC by default.

    ValueError says what is wrong.
    """
    age = _AGE.fullmatch(text)
    try:
        if age:
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"{text!r} is no time: write an age (30m, 12h, 2d, 3w), or a time like 2026-11-27 or "
            "2026-11-27T09:30 (UTC)"
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def age_of(seconds: float) -> str:
    """Return a number of seconds as one or two units."""
    left = max(0, int(seconds))
    if left < _MINUTE:
        return f"{left} s"
    if left < _HOUR:
        return f"{left // _MINUTE} min"
    if left < _DAY:
        return f"{left // _HOUR} h {left % _HOUR // _MINUTE} min"
    return f"{left // _DAY} d {left % _DAY // _HOUR} h"
