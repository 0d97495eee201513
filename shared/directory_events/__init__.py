"""Reads directory events of every route: which user, group or membership an event concerns.

Nobody acts on an event's content. Whoever handles the resulting request reads the current state.
"""

from typing import Any

from shared.directory_events import cloudtrail, native
from shared.directory_events.envelope import inside, text_at
from shared.directory_events.types import DirectoryEvent, Ignored, Origin


def event_patterns(region: str) -> dict[str, dict[str, Any]]:
    """Return the EventBridge pattern of each kind of event that `read_event` understands."""
    return {"CloudTrail": cloudtrail.pattern(), "Native": native.pattern(region)}


def origin_of(envelope: object) -> Origin:
    """Return the metadata of an envelope, also of one that `read_event` does not understand.

    The id is the one that `read_event` gives. An envelope without it is known by its own.
    """
    account, own_id = text_at(envelope, "account"), text_at(envelope, "id")
    if isinstance(inside(envelope, "detail"), dict) and not native.is_native(envelope):
        return Origin(
            text_at(envelope, "detail.eventID") or own_id,
            text_at(envelope, "detail.eventName"),
            text_at(envelope, "detail.eventSource"),
            account,
            text_at(envelope, "detail.eventTime"),
        )
    kind, source = text_at(envelope, "detail-type"), text_at(envelope, "source")
    return Origin(own_id, kind, source, account, text_at(envelope, "time"))


def read_event(envelope: object, identity_store_id: str, region: str) -> DirectoryEvent | Ignored:
    """Return the directory event in an EventBridge envelope; the directory's home is `region`.

    Raises:
        UnreadableMessageError: these events do not come in such an envelope, or it is one of
            CloudTrail's without its ids; the message names what is missing.
    """
    if native.is_native(envelope):
        return native.read(envelope, identity_store_id, region)
    kind = inside(envelope, "detail-type")
    if kind not in (None, cloudtrail.DETAIL_TYPE):
        return Ignored(f"of detail-type {kind}")
    return cloudtrail.read(envelope, identity_store_id)
