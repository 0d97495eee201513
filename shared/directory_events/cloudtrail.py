"""Reads directory events that CloudTrail writes: SCIM, the public API, the console."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.directory_events.envelope import (
    at_path,
    directory_id,
    event_id_of,
    inside,
    plain_id,
    time_of,
)
from shared.directory_events.types import (
    DirectoryEvent,
    GroupChange,
    Ignored,
    MembershipChange,
    MembershipEnd,
    SourceChange,
    UserChange,
)
from shared.errors import UnreadableMessageError
from shared.model import GroupId, UserId

DETAIL_TYPE: Final = "AWS API Call via CloudTrail"


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a CloudTrail event holds its ids: paths in `detail`; the first existing one counts."""

    user: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    membership: tuple[str, ...] = ()
    pauses: bool = False


_REQUEST: Final = "requestParameters."
_RESPONSE: Final = "responseElements."
_USER = _Shape(user=(_REQUEST + "userId",))
_GROUP = _Shape(group=(_REQUEST + "groupId",))
_NEW_USER = _Shape(user=(_RESPONSE + "user.userId", _RESPONSE + "userId"))
_NEW_GROUP = _Shape(group=(_RESPONSE + "group.groupId", _RESPONSE + "groupId"))
_SOURCE = _Shape(pauses=True)
_IDENTITY_SOURCES = {
    "AssociateDirectory": _SOURCE,
    "DisassociateDirectory": _SOURCE,
    "EnableExternalIdPConfigurationForDirectory": _SOURCE,
    "DisableExternalIdPConfigurationForDirectory": _SOURCE,
}

# Sources: CloudTrail records of the console and of the API in public repositories, the Identity
# Center user guide's samples for SCIM, and the Identity Store API model. Until 2024 SCIM came under
# the console's source, with the console's shapes.
_SHAPES: Final[Mapping[str, Mapping[str, _Shape]]] = {
    "identitystore-scim.amazonaws.com": {
        "CreateUser": _Shape(user=(_RESPONSE + "id",)),
        **dict.fromkeys(("PutUser", "PatchUser", "DeleteUser"), _Shape(user=(_REQUEST + "id",))),
        "CreateGroup": _Shape(group=(_RESPONSE + "id",)),
        **dict.fromkeys(("PatchGroup", "DeleteGroup"), _Shape(group=(_REQUEST + "id",))),
    },
    "identitystore.amazonaws.com": {
        "CreateGroupMembership": _Shape(
            user=(_REQUEST + "memberId.userId",), group=(_REQUEST + "groupId",)
        ),
        "DeleteGroupMembership": _Shape(membership=(_REQUEST + "membershipId",)),
        "CreateUser": _NEW_USER,
        **dict.fromkeys(("UpdateUser", "DeleteUser"), _USER),
        "CreateGroup": _NEW_GROUP,
        **dict.fromkeys(("UpdateGroup", "DeleteGroup"), _GROUP),
    },
    "sso-directory.amazonaws.com": {
        # AddMemberToGroup has the member's id one level down, RemoveMemberFromGroup at the top.
        "AddMemberToGroup": _Shape(
            user=(_REQUEST + "member.memberId",), group=(_REQUEST + "groupId",)
        ),
        "RemoveMemberFromGroup": _Shape(
            user=(_REQUEST + "memberId",), group=(_REQUEST + "groupId",)
        ),
        "CreateUser": _NEW_USER,
        **dict.fromkeys(
            ("UpdateUser", "UpdateUserName", "DisableUser", "EnableUser", "DeleteUser"), _USER
        ),
        "CreateGroup": _NEW_GROUP,
        **dict.fromkeys(("UpdateGroup", "UpdateGroupDisplayName", "DeleteGroup"), _GROUP),
        **_IDENTITY_SOURCES,
    },
    # Source: SigmaHQ's rule on changes of the identity provider names both sources.
    "sso.amazonaws.com": _IDENTITY_SOURCES,
}


def pattern() -> dict[str, Any]:
    """Return the EventBridge pattern of exactly the events that `read` understands.

    It matches the event source inside `detail`. QuickSight and IAM have events of the same names,
    and the envelope's `source` is documented for some of the routes only.
    """
    return {
        "detail-type": [DETAIL_TYPE],
        "source": [{"prefix": "aws."}],
        "detail": {
            "readOnly": [False],
            "errorCode": [{"exists": False}],
            "$or": [
                {"eventSource": [source], "eventName": sorted(names)}
                for source, names in sorted(_SHAPES.items())
            ],
        },
    }


def read(envelope: object, identity_store_id: str) -> DirectoryEvent | Ignored:
    """Return the directory event in an envelope.

    Raises:
        UnreadableMessageError: it is none of CloudTrail's, or one without its ids.
    """
    detail = inside(envelope, "detail")
    source, name = inside(detail, "eventSource"), inside(detail, "eventName")
    if not isinstance(source, str) or not isinstance(name, str):
        raise UnreadableMessageError("no event that CloudTrail writes: no eventSource or eventName")
    shape = _SHAPES.get(source, {}).get(name)
    if shape is None:
        return Ignored(f"{name} of {source}")
    if inside(detail, "errorCode") or inside(detail, "readOnly"):
        return Ignored(f"{name} that changed nothing")
    store = plain_id(at_path(detail, _REQUEST + "identityStoreId"))
    if store is not None and store != identity_store_id:
        return Ignored("of another identity store")
    return _told(detail, name, shape)


def _told(detail: object, name: str, shape: _Shape) -> DirectoryEvent:
    event_id, at = event_id_of(inside(detail, "eventID")), time_of(inside(detail, "eventTime"))
    if not (event_id and at):
        raise UnreadableMessageError(f"{name} without an eventID or an eventTime")
    if shape.pauses:
        return SourceChange(name, event_id, at)
    user_id, group_id, membership_id = (
        next((id_ for path in paths if (id_ := directory_id(at_path(detail, path)))), None)
        for paths in (shape.user, shape.group, shape.membership)
    )
    wanted = {"a user": shape.user, "a group": shape.group, "a membership": shape.membership}
    found = {"a user": user_id, "a group": group_id, "a membership": membership_id}
    missing = [what for what, paths in wanted.items() if paths and not found[what]]
    if missing:
        raise UnreadableMessageError(f"{name} {event_id} does not name {' and '.join(missing)}")
    if user_id and group_id:
        return MembershipChange(UserId(user_id), GroupId(group_id), event_id, at)
    if user_id:
        return UserChange(UserId(user_id), event_id, at)
    if group_id:
        return GroupChange(GroupId(group_id), event_id, at)
    return MembershipEnd(str(membership_id), event_id, at)
