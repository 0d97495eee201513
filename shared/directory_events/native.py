"""Reads the Identity Store's own notifications: their ids are in `resources`, or missing."""

from typing import Any, Final

from shared.directory_events.envelope import directory_id, event_id_of, inside, time_of
from shared.directory_events.types import (
    DirectoryEvent,
    GroupChange,
    Ignored,
    MembershipChange,
    MembershipEnd,
    Unclear,
    UserChange,
)
from shared.errors import UnreadableMessageError
from shared.model import GroupId, UserId

_SOURCE: Final = "aws.identitystore"
# Source: the Identity Center user guide on event notifications. The spelling of the two for
# memberships is not certain, so both count.
_MEMBERSHIP_TYPES: Final = (
    "Group Membership Created",
    "Group Membership Deleted",
    "GroupMembership Created",
    "GroupMembership Deleted",
)
DETAIL_TYPES: Final = (
    "User Created",
    "User Updated",
    "User Deleted",
    "Group Created",
    "Group Updated",
    "Group Deleted",
    *_MEMBERSHIP_TYPES,
)


def pattern(region: str) -> dict[str, Any]:
    """Return the EventBridge pattern of these events.

    They come from every Region that the directory is replicated to: one of them is enough.
    """
    return {"detail-type": list(DETAIL_TYPES), "source": [_SOURCE], "region": [region]}


def is_native(envelope: object) -> bool:
    """Return whether an envelope is one of these, from any Region."""
    return inside(envelope, "detail-type") in DETAIL_TYPES and inside(envelope, "source") == _SOURCE


def read(envelope: object, identity_store_id: str, region: str) -> DirectoryEvent | Ignored:
    """Return the directory event in a native envelope; the directory's home is `region`.

    Source: the Identity Center user guide, structure of EventBridge messages. The contents of
    `resources` for a membership are not documented, so any of them may be missing.
    """
    kind = str(inside(envelope, "detail-type"))
    if inside(envelope, "region") != region:
        return Ignored("of another Region of the directory")
    event_id, at = event_id_of(inside(envelope, "id")), time_of(inside(envelope, "time"))
    if not (event_id and at):
        raise UnreadableMessageError(f"{kind} without an id or a time")
    listed = inside(envelope, "resources")
    parts = [
        arn.rpartition(":")[2].partition("/")
        for arn in (listed if isinstance(listed, list) else ())
        if isinstance(arn, str)
    ]
    ids = {what: id_.lower() for what, _, id_ in parts}
    if ids.get("identitystore", identity_store_id) != identity_store_id:
        return Ignored("of another identity store")
    user_id, group_id, membership_id = (
        directory_id(ids.get(what)) for what in ("user", "group", "membership")
    )
    if kind in _MEMBERSHIP_TYPES:
        if user_id and group_id:
            return MembershipChange(UserId(user_id), GroupId(group_id), event_id, at)
        if membership_id and not group_id and kind.endswith("Deleted"):
            return MembershipEnd(membership_id, event_id, at)
    elif user_id and kind.startswith("User"):
        return UserChange(UserId(user_id), event_id, at)
    if group_id:
        return GroupChange(GroupId(group_id), event_id, at)
    return Unclear(event_id, at)
