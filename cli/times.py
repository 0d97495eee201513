"""Reads the times that operators write, and writes ages as they are read."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGE: Final = re.compile(r"(\d{1,5})([mhdw])", re.ASCII)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


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
