"""Reads the contents of an envelope; no outside input makes it fail."""

from datetime import datetime

from shared.message_fields import moment, text
from shared.model import DIRECTORY_ID


def directory_id(value: object) -> str | None:
    """Return the id of a user, group or membership, given plain or as an ARN."""
    id_ = plain_id(value)
    return id_ if id_ and DIRECTORY_ID.fullmatch(id_) else None


def plain_id(value: object) -> str | None:
    """Return an id without its ARN, if it has one."""
    # Source: botocore 1.44.5's Identity Store model: every id may be given as an ARN.
    return value.rpartition("/")[2].lower() if isinstance(value, str) else None


def at_path(value: object, path: str) -> object:
    """Return the value at a path of keys, or None."""
    for key in path.split("."):
        value = inside(value, key)
    return value


def inside(value: object, key: str) -> object:
    """Return the value of a key, or None."""
    return value.get(key) if isinstance(value, dict) else None


def text_at(value: object, path: str) -> str:
    """Return the text at a path of keys; empty if there is none."""
    found = at_path(value, path)
    return found if isinstance(found, str) else ""


def event_id_of(value: object) -> str | None:
    """Return an event's id; None if it is no text that a queue accepts."""
    try:
        return text(value)
    except ValueError:
        return None


def time_of(value: object) -> datetime | None:
    """Return a time with its zone; None if a message could not carry it."""
    try:
        return moment(value)
    except (OverflowError, ValueError):
        return None
