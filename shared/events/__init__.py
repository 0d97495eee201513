"""Events of the directory, by whatever route: which user, group or membership to look at again.

Nothing of an event is acted on; the truth is read by whoever follows the hint that it gives.
"""

from typing import Any

from shared.events import cloudtrail, native
from shared.events.envelope import inside
from shared.events.told import DirectoryEvent, Ignored


def event_patterns(region: str) -> dict[str, dict[str, Any]]:
    """Return the EventBridge pattern of each kind of event that `read_event` understands."""
    return {"CloudTrail": cloudtrail.pattern(), "Native": native.pattern(region)}


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
