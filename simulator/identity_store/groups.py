"""The Identity Store's operations on groups."""

from collections.abc import Mapping
from typing import Any

from simulator.errors import CONFLICT, VALIDATION, refuse
from simulator.identity_store.directory import Directory
from simulator.identity_store.lookups import patch, require_group, resolve
from simulator.identity_store.records import Group
from simulator.pages import page_of
from simulator.rules import directory as rule

_FIXED = frozenset({"groupid", "identitystoreid", "externalids"})


def create_group(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Create a group."""
    if not request.get("DisplayName"):
        raise refuse(rule.NEEDS_NAME, VALIDATION, "DisplayName is required")
    _refuse_taken(store, request["DisplayName"])
    attributes = {"Description": request["Description"]} if "Description" in request else {}
    group = store.add_group(request["DisplayName"], attributes=attributes)
    return {"IdentityStoreId": store.store_id, "GroupId": group.group_id, **_marks(group)}


def describe_group(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a group."""
    return _body(store, require_group(store, request["GroupId"]))


def update_group(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Set or remove attributes; `displayName` renames."""
    group = require_group(store, request["GroupId"])
    attributes = patch(group, request, _FIXED)
    name = attributes.pop("DisplayName", group.name)
    if name != group.name:
        _refuse_taken(store, name, but=group.group_id)
        store.rename_group(group.group_id, name)
    else:
        store.touch(group)
    group.attributes = attributes
    return {"IdentityStoreId": store.store_id, "GroupId": group.group_id, **_marks(group)}


def delete_group(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a group and its memberships."""
    store.delete_group(require_group(store, request["GroupId"]).group_id)
    return {}


def get_group_id(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the id of a display name or external id."""

    def by_name(value: str) -> str | None:
        group = store.find_group(value)
        return group.group_id if group else None

    id_ = resolve(store.groups, {"displayname": by_name}, request["AlternateIdentifier"], "GROUP")
    arn = _marks(store.groups[id_])["GroupArn"]
    return {"IdentityStoreId": store.store_id, "GroupId": id_, "GroupArn": arn}


def list_groups(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """List groups in order of creation."""
    filters = request.get("Filters") or []
    if filters:
        if filters[0]["AttributePath"].casefold() != "displayname":
            message = "Only filter with value 'displayName' is allowed"
            raise refuse(rule.FILTERS, VALIDATION, message)
        group = store.find_group(filters[0]["AttributeValue"])
        return {"Groups": [_body(store, group)] if group else []}
    groups, token = page_of(store.group_shelf.after, request, "ListGroups", 100, store.page_limit)
    return {"Groups": [_body(store, group) for group in groups], **token}


def _refuse_taken(store: Directory, name: str, but: str | None = None) -> None:
    other = store.find_group(name)
    if other is not None and other.group_id != but:
        raise refuse(
            rule.GROUP_NAME_TAKEN,
            CONFLICT,
            "Duplicate GroupDisplayName",
            Reason="UNIQUENESS_CONSTRAINT_VIOLATION",
        )


def _marks(group: Group) -> dict[str, str]:
    return {
        "GroupArn": f"arn:aws:identitystore:::group/{group.group_id}",
        "Revision": str(group.revision),
    }


def _body(store: Directory, group: Group) -> dict[str, Any]:
    return {
        **group.attributes,
        **_marks(group),
        "IdentityStoreId": store.store_id,
        "GroupId": group.group_id,
        "DisplayName": group.name,
        "CreatedAt": group.created_at,
        "UpdatedAt": group.updated_at,
    }
