"""Reads directory events of every route; an event that it cannot read is refused with the reason.

Nobody acts on an event's content. Whoever handles the resulting request reads the current state.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeVar

from shared.directory_events import routes
from shared.directory_events.types import (
    DirectoryEvent,
    EventMetadata,
    GroupChange,
    IdentitySourceChanged,
    Ignored,
    MembershipChange,
    MembershipDeleted,
    UnidentifiedChange,
    UserChange,
)
from shared.errors import UnreadableMessageError
from shared.model import DIRECTORY_ID

# Source: botocore 1.44.5's Identity Store model: every id may be given as an ARN.
_ID: Final = re.compile(rf"(?:.*/)?({DIRECTORY_ID.pattern})", DIRECTORY_ID.flags)
# A queue accepts no half of a surrogate pair.
_EVENT_ID: Final = re.compile("[^\ud800-\udfff]+")
_T = TypeVar("_T")


class _Found(NamedTuple):
    """The type of an event, and the values of its fields before its id and time."""

    event: Callable[..., DirectoryEvent]
    values: tuple[str, ...] = ()


def metadata_of(envelope: object) -> EventMetadata:
    """Return the metadata of an envelope, also of one that `read_event` does not understand.

    The id is the one that `read_event` gives. An envelope without it is known by its own.
    """
    is_native = _at(envelope, "detail-type", "") in routes.NATIVE_TYPES
    detail: object = {} if is_native else _at(envelope, "detail", {})
    return EventMetadata(
        event_id=_at(detail, "eventID", "") or _at(envelope, "id", ""),
        name=_at(detail, "eventName", "") or _at(envelope, "detail-type", ""),
        source=_at(detail, "eventSource", "") or _at(envelope, "source", ""),
        account=_at(envelope, "account", ""),
        at=_at(detail, "eventTime", "") or _at(envelope, "time", ""),
    )


def read_event(envelope: object, identity_store_id: str, region: str) -> DirectoryEvent | Ignored:
    """Return the directory event in an EventBridge envelope; the directory's home is `region`.

    Raises:
        UnreadableMessageError: these events do not come in such an envelope, or it lacks its ids or
            its time; the message names what is missing.
    """
    if _at(envelope, "detail-type", "") in routes.NATIVE_TYPES:
        found = _native(envelope, identity_store_id, region)
        name_at, id_at, time_at = "detail-type", "id", "time"
    else:
        found = _cloudtrail(envelope, identity_store_id)
        name_at, id_at, time_at = "detail.eventName", "detail.eventID", "detail.eventTime"
    if isinstance(found, Ignored):
        return found
    event_id = _at(envelope, id_at, "")
    try:
        written = datetime.fromisoformat(_at(envelope, time_at, ""))
        # At either end of the calendar another zone has no such time.
        at = written.astimezone(UTC) if written.tzinfo else None
    except (OverflowError, ValueError):
        at = None
    if at is None or not _EVENT_ID.fullmatch(event_id):
        missing = " or ".join(path.rpartition(".")[2] for path in (id_at, time_at))
        raise UnreadableMessageError(f"{_at(envelope, name_at, '')} without its {missing}")
    return found.event(*found.values, event_id, at)


def _cloudtrail(envelope: object, identity_store_id: str) -> _Found | Ignored:
    """Return what an event of CloudTrail names, by the shape of its name and source."""
    kind = _at(envelope, "detail-type", routes.CLOUDTRAIL_TYPE)
    if kind != routes.CLOUDTRAIL_TYPE:
        return Ignored(f"of detail-type {kind}")
    detail: object = _at(envelope, "detail", {})
    source, name = _at(detail, "eventSource", ""), _at(detail, "eventName", "")
    if not (source and name):
        raise UnreadableMessageError("no event that CloudTrail writes: no eventSource or eventName")
    shape = routes.SHAPES.get(source, {}).get(name)
    if shape is None:
        return Ignored(f"{name} of {source}")
    if _at(detail, "errorCode", "") or _at(detail, "readOnly", default=False):
        return Ignored(f"{name} that changed nothing")
    store = _at(detail, routes.REQUEST + "identityStoreId", "").rpartition("/")[2].lower()
    if store not in {"", identity_store_id}:
        return Ignored("of another identity store")
    if shape.event is IdentitySourceChanged:
        return _Found(IdentitySourceChanged, (name,))
    ids = {}
    for what, paths in shape.paths.items():
        matches = (_ID.fullmatch(_at(detail, path, "")) for path in paths)
        ids[what] = next((match[1].lower() for match in matches if match), "")
    if missing := [what for what, id_ in ids.items() if not id_]:
        event_id = _at(detail, "eventID", "")
        raise UnreadableMessageError(f"{name} {event_id} does not name {' and '.join(missing)}")
    return _Found(shape.event, tuple(ids.values()))


def _native(envelope: object, identity_store_id: str, region: str) -> _Found | Ignored:
    """Return what a native event names.

    Source: the Identity Center user guide, structure of EventBridge messages. The contents of
    `resources` for a membership are not documented, so any of them may be missing.
    """
    kind = _at(envelope, "detail-type", "")
    if _at(envelope, "source", "") != routes.NATIVE_SOURCE:
        return Ignored(f"of detail-type {kind}")
    if _at(envelope, "region", "") != region:
        return Ignored("of another Region of the directory")
    resources: list[object] = _at(envelope, "resources", [])
    parts = [arn.rpartition(":")[2].partition("/") for arn in resources if isinstance(arn, str)]
    named = {what: id_.lower() for what, _, id_ in parts}
    if named.get("identitystore", identity_store_id) != identity_store_id:
        return Ignored("of another identity store")
    ids = {what: id_ for what, id_ in named.items() if DIRECTORY_ID.fullmatch(id_)}
    if kind in routes.NATIVE_MEMBERSHIP_TYPES:
        if "user" in ids and "group" in ids:
            return _Found(MembershipChange, (ids["user"], ids["group"]))
        if "membership" in ids and "group" not in ids and kind.endswith("Deleted"):
            return _Found(MembershipDeleted, (ids["membership"],))
    elif "user" in ids and kind.startswith("User"):
        return _Found(UserChange, (ids["user"],))
    if "group" in ids:
        return _Found(GroupChange, (ids["group"],))
    return _Found(UnidentifiedChange)


def _at(value: object, path: str, default: _T) -> _T:
    """Return the value at a path of keys; the default if there is none of the default's type."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, type(default)) else default
