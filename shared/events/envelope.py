"""Reads what lies in an envelope; nothing that comes from outside makes it stumble."""

from datetime import datetime

from shared.model import DIRECTORY_ID


def directory_id(value: object) -> str | None:
    """Return the id of a user, group or membership, given plain or as an ARN."""
    id_ = plain_id(value)
    return id_ if id_ and DIRECTORY_ID.fullmatch(id_) else None


def plain_id(value: object) -> str | None:
    """Return an id without the ARN that it may stand in."""
    # Source: botocore 1.44.5's Identity Store model: every id may be given as an ARN.
    return value.rpartition("/")[2].lower() if isinstance(value, str) else None


def at_path(value: object, path: str) -> object:
    """Return what stands at a path of keys, or None."""
    for key in path.split("."):
        value = inside(value, key)
    return value


def inside(value: object, key: str) -> object:
    """Return what stands under a key, or None."""
    return value.get(key) if isinstance(value, dict) else None


def text_at(value: object, path: str) -> str:
    """Return the text at a path of keys; empty where there is none."""
    found = at_path(value, path)
    return found if isinstance(found, str) else ""


def time_of(value: object) -> datetime | None:
    """Return a time with its zone, or None."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time and time.tzinfo else None
