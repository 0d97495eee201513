"""Reads the fields of a message body strictly: a value that nobody here could send is refused.

A message only names what to reconcile or scan. Its reader takes these values for ids, targets and
times, so each is checked here once, before anybody uses it.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from shared.errors import UnreadableMessageError
from shared.model import DIRECTORY_ID, Target

T = TypeVar("T")

_REMEDY: Final = (
    "delete the message from the dead letters; the next sweep reconciles everybody who differs: "
    "studio-hub sweep begins one now"
)
_MOST = 1_000_000
# Characters of a wrong value in an error. A valid target is shorter.
_SHOWN = 120
# The hexadecimal SHA-256 of a deduplication id.
_LONGEST_DIGEST = 64
_HEX_DIGITS = frozenset("0123456789abcdef")


class MessageFields:
    """The fields of one body.

    Raises UnreadableMessageError that names the field, what is wrong there, and what to do.
    """

    def __init__(self, body: str) -> None:
        try:
            plain: object = json.loads(body)
        except (RecursionError, ValueError) as error:
            raise unreadable(f"not JSON: {error}") from error
        if not isinstance(plain, dict):
            raise unreadable("no JSON object")
        self._plain: Mapping[str, Any] = plain

    def required(self, name: str, parse: Callable[[object], T]) -> T:
        """Return a field that must be there."""
        if name not in self._plain:
            raise unreadable(f"{name}: is missing")
        try:
            return parse(self._plain[name])
        except (OverflowError, ValueError) as error:
            raise unreadable(f"{name}: {error}") from error

    def optional(self, name: str, parse: Callable[[object], T], default: T) -> T:
        """Return a field, or its default if the body leaves it out."""
        return self.required(name, parse) if name in self._plain else default


def unreadable(wrong: str) -> UnreadableMessageError:
    """Return the error of a body, with what to do about it."""
    return UnreadableMessageError(f"no request: {wrong}; {_REMEDY}")


def shown(value: object) -> str:
    """Return a value as an error shows it; a long value is shortened."""
    found = repr(value)
    return found if len(found) <= _SHOWN else f"{found[:_SHOWN]}..."


def text(value: object) -> str:
    """Return a text that is not empty; ValueError for anything else."""
    found = any_text(value)
    if not found:
        raise ValueError("is empty")
    return found


def any_text(value: object) -> str:
    """Return a text that can be written as UTF-8, also an empty one; ValueError otherwise."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no text")
    # JSON can hold half of a surrogate pair, which no queue or table accepts.
    value.encode()
    return value


def empty(value: object) -> str:
    """Return the empty text; ValueError for anything else."""
    if value != "":
        raise ValueError(f"{shown(value)} is not empty")
    return ""


def moment(value: object) -> datetime:
    """Return a time with a time zone, in UTC; ValueError or OverflowError otherwise."""
    found = datetime.fromisoformat(text(value))
    if found.tzinfo is None:
        raise ValueError(f"{shown(value)} has no time zone")
    # At either end of the calendar another zone has no such time.
    return found.astimezone(UTC)


def count(value: object) -> int:
    """Return a whole number from 0 to a million; ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
        raise ValueError(f"{shown(value)} is no count")
    return value


def flag(value: object) -> bool:
    """Return true or false; ValueError for anything else."""
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} is neither true nor false")
    return value


def directory_id(value: object) -> str:
    """Return an id that a directory gives to a user or a group; ValueError otherwise."""
    found = text(value)
    if not DIRECTORY_ID.fullmatch(found):
        raise ValueError(f"{shown(found)} is no id of Identity Center")
    return found


def target(value: object) -> str:
    """Return a target as text; ValueError says what a target looks like."""
    found = text(value)
    # A long text is not repeated in full.
    return str(Target.parse(found if len(found) <= _SHOWN else f"{found[:_SHOWN]}..."))


def target_or_nothing(value: object) -> str:
    """Return a target as text, or the empty text; ValueError otherwise."""
    return target(value) if any_text(value) else ""


def digest(value: object) -> str:
    """Return a hexadecimal digest, or the empty text; ValueError otherwise."""
    found = any_text(value)
    if len(found) > _LONGEST_DIGEST or not _HEX_DIGITS.issuperset(found):
        raise ValueError(f"{shown(found)} is no digest")
    return found
