"""Events of the directory, by whatever route: which user, group or membership to look at again.

Nothing of an event is acted on; the truth is read by whoever follows the hint that it gives.
"""

from typing import Any

from shared.directory_events import cloudtrail, native
from shared.directory_events.envelope import inside, text_at
from shared.directory_events.types import DirectoryEvent, Ignored, Origin


def event_patterns(region: str) -> dict[str, dict[str, Any]]:
    """Return the EventBridge pattern of each kind of event that `read_event` understands."""
    return {"CloudTrail": cloudtrail.pattern(), "Native": native.pattern(region)}


def origin_of(envelope: object) -> Origin:
    """Return what an envelope says of itself, also one that `read_event` does not understand.

    The id is the one that `read_event` gives; an envelope without it is known by its own.
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
    """Return what an EventBridge envelope tells of the directory, whose home is `region`.

    Raises:
        UnreadableMessageError: it is no envelope that these events come in, or one of CloudTrail's
            without its ids; the message names what is missing.
    """
    if native.is_native(envelope):
        return native.read(envelope, identity_store_id, region)
    kind = inside(envelope, "detail-type")
    if kind not in (None, cloudtrail.DETAIL_TYPE):
        return Ignored(f"of detail-type {kind}")
    return cloudtrail.read(envelope, identity_store_id)
