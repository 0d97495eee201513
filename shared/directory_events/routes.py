"""The routes of directory events: their EventBridge patterns, and where an event holds its ids.

CloudTrail writes the events of SCIM, the public API and the console. The Identity Store sends
notifications of its own: their ids are in `resources`, or missing.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from shared.directory_events.types import (
    DirectoryEvent,
    GroupChange,
    IdentitySourceChanged,
    MembershipChange,
    MembershipDeleted,
    UserChange,
)

CLOUDTRAIL_TYPE: Final = "AWS API Call via CloudTrail"
REQUEST: Final = "requestParameters."
_RESPONSE: Final = "responseElements."


class Shape(NamedTuple):
    """What an event is, and where its `detail` holds the ids that it names.

    `paths` are in the order of the type's fields: what has the id, and where; the first existing
    path counts. A change of the identity source names no id.
    """

    event: Callable[..., DirectoryEvent]
    paths: Mapping[str, tuple[str, ...]]


def _membership(user: str, group: str) -> Shape:
    return Shape(MembershipChange, {"a user": (user,), "a group": (group,)})


def _user(*paths: str) -> Shape:
    return Shape(UserChange, {"a user": paths})


def _group(*paths: str) -> Shape:
    return Shape(GroupChange, {"a group": paths})


_USER, _GROUP = _user(REQUEST + "userId"), _group(REQUEST + "groupId")
_DELETED_MEMBERSHIP = Shape(MembershipDeleted, {"a membership": (REQUEST + "membershipId",)})
_NEW_USER = _user(_RESPONSE + "user.userId", _RESPONSE + "userId")
_NEW_GROUP = _group(_RESPONSE + "group.groupId", _RESPONSE + "groupId")
_IDENTITY_SOURCES = dict.fromkeys(
    (
        "AssociateDirectory",
        "DisassociateDirectory",
        "EnableExternalIdPConfigurationForDirectory",
        "DisableExternalIdPConfigurationForDirectory",
    ),
    Shape(IdentitySourceChanged, {}),
)

# Sources: CloudTrail records of the console and of the API in public repositories, the Identity
# Center user guide's samples for SCIM, and the Identity Store API model. Until 2024 SCIM came under
# the console's source, with the console's shapes.
SHAPES: Final[Mapping[str, Mapping[str, Shape]]] = {
    "identitystore-scim.amazonaws.com": {
        "CreateUser": _user(_RESPONSE + "id"),
        **dict.fromkeys(("PutUser", "PatchUser", "DeleteUser"), _user(REQUEST + "id")),
        "CreateGroup": _group(_RESPONSE + "id"),
        **dict.fromkeys(("PatchGroup", "DeleteGroup"), _group(REQUEST + "id")),
    },
    "identitystore.amazonaws.com": {
        "CreateGroupMembership": _membership(REQUEST + "memberId.userId", REQUEST + "groupId"),
        "DeleteGroupMembership": _DELETED_MEMBERSHIP,
        "CreateUser": _NEW_USER,
        **dict.fromkeys(("UpdateUser", "DeleteUser"), _USER),
        "CreateGroup": _NEW_GROUP,
        **dict.fromkeys(("UpdateGroup", "DeleteGroup"), _GROUP),
    },
    "sso-directory.amazonaws.com": {
        # AddMemberToGroup has the member's id one level down, RemoveMemberFromGroup at the top.
        "AddMemberToGroup": _membership(REQUEST + "member.memberId", REQUEST + "groupId"),
        "RemoveMemberFromGroup": _membership(REQUEST + "memberId", REQUEST + "groupId"),
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

NATIVE_SOURCE: Final = "aws.identitystore"
# Source: the Identity Center user guide on event notifications. The spelling of the two for
# memberships is not certain, so both count.
NATIVE_MEMBERSHIP_TYPES: Final = (
    "Group Membership Created",
    "Group Membership Deleted",
    "GroupMembership Created",
    "GroupMembership Deleted",
)
NATIVE_TYPES: Final = (
    "User Created",
    "User Updated",
    "User Deleted",
    "Group Created",
    "Group Updated",
    "Group Deleted",
    *NATIVE_MEMBERSHIP_TYPES,
)


def event_patterns(region: str) -> dict[str, dict[str, Any]]:
    """Return the EventBridge pattern of each kind of event; the directory's home is `region`.

    The pattern of CloudTrail's matches the event source inside `detail`. QuickSight and IAM have
    events of the same names, and the envelope's `source` is documented for some of the routes only.

    Native events come from every Region that the directory is replicated to: one is enough.
    """
    return {
        "CloudTrail": {
            "detail-type": [CLOUDTRAIL_TYPE],
            "source": [{"prefix": "aws."}],
            "detail": {
                "readOnly": [False],
                "errorCode": [{"exists": False}],
                "$or": [
                    {"eventSource": [source], "eventName": sorted(names)}
                    for source, names in sorted(SHAPES.items())
                ],
            },
        },
        "Native": {
            "detail-type": list(NATIVE_TYPES),
            "source": [NATIVE_SOURCE],
            "region": [region],
        },
    }
