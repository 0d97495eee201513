"""The event that each change of the directory causes, by the route of the change.

Source of the shapes: CloudTrail records of the console and of the Identity Store API as published
by AWS and its samples, and the Identity Center user guide's samples for SCIM and structure of
native events. An id that a real event hides is missing here too.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Literal

Route = Literal["console", "api", "scim", "native"]
Event = dict[str, Any]

_NAMESPACE = uuid.UUID("7f1d6a52-2f4e-4f5e-9c0e-6a4a4b0c8d11")
_HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"
_TENANT: Final = "b3f1c2d4e5f-4c1a7e55-8d0b-4a63-9f10-6f2b9c0d1e2f"
_SOURCES: Final[Mapping[Route, str]] = {
    "console": "sso-directory.amazonaws.com",
    "api": "identitystore.amazonaws.com",
    "scim": "identitystore-scim.amazonaws.com",
}


class Change(StrEnum):
    """The kinds of change in a directory."""

    JOINED = "joined"
    LEFT = "left"
    USER_CREATED = "user-created"
    USER_DISABLED = "user-disabled"
    USER_ENABLED = "user-enabled"
    USER_RENAMED = "user-renamed"
    USER_DELETED = "user-deleted"
    GROUP_CREATED = "group-created"
    GROUP_RENAMED = "group-renamed"
    GROUP_DELETED = "group-deleted"


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids that a change concerns; empty for those that it does not concern."""

    user: str = ""
    group: str = ""
    membership: str = ""


@dataclass(frozen=True, slots=True)
class _Shape:
    """An event's name, request and response; `$user` and its like stand for ids."""

    name: str
    request: Mapping[str, Any]
    response: Mapping[str, Any] | None = None


def _patched(what: str, id_: str, op: str, path: str, response: Event | None = None) -> _Shape:
    operations = [{"op": op, "path": path, "value": _HIDDEN}]
    body = {"operations": operations, "schemas": [_HIDDEN]}
    return _Shape(f"Patch{what}", {"httpBody": body, "tenantId": _TENANT, "id": id_}, response)


_STORE: Final = {"identityStoreId": "$store"}
_USER: Final = {**_STORE, "userId": "$user"}
_GROUP: Final = {**_STORE, "groupId": "$group"}
_SCIM_USER: Final = {"tenantId": _TENANT, "id": "$user"}
_SCIM_GROUP: Final = {"tenantId": _TENANT, "id": "$group"}
_UPDATE: Final = {"operations": [{"attributePath": _HIDDEN, "attributeValue": _HIDDEN}]}
_API_UPDATES_USER = _Shape("UpdateUser", {**_USER, **_UPDATE})
_SCIM_ANSWER: Final = {"id": "$user", "userName": _HIDDEN, "meta": {"resourceType": "User"}}

_SHAPES: Final[Mapping[Route, Mapping[Change, _Shape]]] = {
    "console": {
        Change.JOINED: _Shape("AddMemberToGroup", {**_GROUP, "member": {"memberId": "$user"}}),
        Change.LEFT: _Shape("RemoveMemberFromGroup", {**_GROUP, "memberId": "$user"}),
        Change.USER_CREATED: _Shape(
            "CreateUser", {**_STORE, "userName": _HIDDEN}, {"user": {"userId": "$user"}}
        ),
        Change.USER_DISABLED: _Shape("DisableUser", _USER),
        Change.USER_ENABLED: _Shape("EnableUser", _USER),
        Change.USER_RENAMED: _Shape("UpdateUserName", {**_USER, "userName": _HIDDEN}),
        Change.USER_DELETED: _Shape("DeleteUser", _USER),
        Change.GROUP_CREATED: _Shape(
            "CreateGroup", {**_STORE, "displayName": _HIDDEN}, {"group": {"groupId": "$group"}}
        ),
        Change.GROUP_RENAMED: _Shape("UpdateGroupDisplayName", {**_GROUP, "displayName": _HIDDEN}),
        Change.GROUP_DELETED: _Shape("DeleteGroup", _GROUP),
    },
    "api": {
        Change.JOINED: _Shape(
            "CreateGroupMembership",
            {**_GROUP, "memberId": {"userId": "$user"}},
            {"membershipId": "$membership", **_STORE},
        ),
        Change.LEFT: _Shape("DeleteGroupMembership", {**_STORE, "membershipId": "$membership"}),
        Change.USER_CREATED: _Shape("CreateUser", {**_STORE, "userName": _HIDDEN}, _USER),
        # No API operation disables or enables a user; the change is in a hidden attribute.
        Change.USER_DISABLED: _API_UPDATES_USER,
        Change.USER_ENABLED: _API_UPDATES_USER,
        Change.USER_RENAMED: _API_UPDATES_USER,
        Change.USER_DELETED: _Shape("DeleteUser", _USER),
        Change.GROUP_CREATED: _Shape("CreateGroup", {**_STORE, "displayName": _HIDDEN}, _GROUP),
        Change.GROUP_RENAMED: _Shape("UpdateGroup", {**_GROUP, **_UPDATE}),
        Change.GROUP_DELETED: _Shape("DeleteGroup", _GROUP),
    },
    "scim": {
        Change.JOINED: _patched("Group", "$group", "ADD", "members"),
        Change.LEFT: _patched("Group", "$group", "REMOVE", "members"),
        Change.USER_CREATED: _Shape(
            "CreateUser", {"httpBody": {"userName": _HIDDEN}, "tenantId": _TENANT}, _SCIM_ANSWER
        ),
        Change.USER_DISABLED: _patched("User", "$user", "REPLACE", "active", _SCIM_ANSWER),
        Change.USER_ENABLED: _patched("User", "$user", "REPLACE", "active", _SCIM_ANSWER),
        Change.USER_RENAMED: _Shape(
            "PutUser", {"httpBody": {"userName": _HIDDEN}, **_SCIM_USER}, _SCIM_ANSWER
        ),
        Change.USER_DELETED: _Shape("DeleteUser", _SCIM_USER),
        Change.GROUP_CREATED: _Shape(
            "CreateGroup",
            {"httpBody": {"displayName": _HIDDEN}, "tenantId": _TENANT},
            {"id": "$group", "displayName": _HIDDEN, "meta": {"resourceType": "Group"}},
        ),
        Change.GROUP_RENAMED: _patched("Group", "$group", "REPLACE", "displayName"),
        Change.GROUP_DELETED: _Shape("DeleteGroup", _SCIM_GROUP),
    },
}
_NATIVE: Final[Mapping[Change, str]] = {
    Change.JOINED: "GroupMembership Created",
    Change.LEFT: "GroupMembership Deleted",
    Change.USER_CREATED: "User Created",
    Change.USER_DISABLED: "User Updated",
    Change.USER_ENABLED: "User Updated",
    Change.USER_RENAMED: "User Updated",
    Change.USER_DELETED: "User Deleted",
    Change.GROUP_CREATED: "Group Created",
    Change.GROUP_RENAMED: "Group Updated",
    Change.GROUP_DELETED: "Group Deleted",
}


class DirectoryEvents:
    """Writes the events of one identity store, each with its own id."""

    def __init__(self, store_id: str, account: str, region: str, now: Callable[[], float]) -> None:
        self._store_id = store_id
        self._account = account
        self._region = region
        self._now = now
        self._written = 0
        self.late = 0.0

    def of(
        self, change: Change, route: Route, ids: Ids, failed: tuple[str, str] | None = None
    ) -> Event | None:
        """Return the event of a change; only CloudTrail reports a `failed` one (code, text).

        The event's time is `late` seconds ago, as for a delayed event. Returns None if there is no
        event.
        """
        if route == "native":
            return None if failed else self._native(change, ids)
        return self._cloudtrail(_SHAPES[route][change], route, ids, failed)

    def _cloudtrail(
        self, shape: _Shape, route: Route, ids: Ids, failed: tuple[str, str] | None
    ) -> Event:
        values = {
            "$store": self._store_id,
            "$user": ids.user,
            "$group": ids.group,
            "$membership": ids.membership,
        }
        source = _SOURCES[route]
        event = self._envelope("AWS API Call via CloudTrail", source.removesuffix(".amazonaws.com"))
        error = {"errorCode": failed[0], "errorMessage": failed[1]} if failed else {}
        event["detail"] = {
            "eventVersion": "1.11",
            "userIdentity": {"type": "AssumedRole", "accountId": self._account},
            "eventTime": event["time"],
            "eventSource": source,
            "eventName": shape.name,
            "awsRegion": self._region,
            "requestParameters": _filled(shape.request, values),
            "responseElements": None if failed else _filled(shape.response, values),
            "eventID": str(uuid.uuid5(_NAMESPACE, event["id"])),
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self._account,
            "eventCategory": "Management",
            **error,
        }
        return event

    def _native(self, change: Change, ids: Ids) -> Event:
        event = self._envelope(_NATIVE[change], "identitystore")
        parts = {"membership": ids.membership, "group": ids.group, "user": ids.user}
        event["resources"] = [
            f"arn:aws:identitystore::{self._account}:identitystore/{self._store_id}",
            *(f"arn:aws:identitystore:::{kind}/{id_}" for kind, id_ in parts.items() if id_),
        ]
        event["detail"] = {"event-version": "1.0"}
        return event

    def _envelope(self, kind: str, source: str) -> Event:
        self._written += 1
        return {
            "version": "0",
            "id": str(uuid.uuid5(_NAMESPACE, str(self._written))),
            "detail-type": kind,
            "source": f"aws.{source}",
            "account": self._account,
            # Both kinds of event have whole seconds.
            "time": datetime.fromtimestamp(self._now() - self.late, UTC).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "region": self._region,
            "resources": [],
        }


def _filled(shape: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 (whatever JSON holds)
    if isinstance(shape, Mapping):
        return {key: _filled(value, values) for key, value in shape.items()}
    if isinstance(shape, list):
        return [_filled(value, values) for value in shape]
    return values.get(shape, shape) if isinstance(shape, str) else shape
