"""The Identity Store's operations on users."""

from collections.abc import Mapping
from typing import Any

from simulator.errors import CONFLICT, VALIDATION, refuse
from simulator.identity_store.directory import Directory
from simulator.identity_store.lookups import patch, readable_user, require_user, resolve
from simulator.identity_store.records import User
from simulator.pages import page_of
from simulator.rules import directory as rule

_NOT_ATTRIBUTES = ("IdentityStoreId", "UserName")
_FIXED = frozenset({"userid", "userstatus", "identitystoreid", "externalids"})


def create_user(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Create an enabled user."""
    name = request.get("Name") or {}
    wanted = [request.get("UserName"), request.get("DisplayName")]
    if not all([*wanted, name.get("GivenName"), name.get("FamilyName")]):
        raise refuse(
            rule.NEEDS_NAME,
            VALIDATION,
            "UserName, DisplayName, Name.GivenName and Name.FamilyName are required",
        )
    _refuse_taken(store, request["UserName"])
    attributes = {key: value for key, value in request.items() if key not in _NOT_ATTRIBUTES}
    user = store.add_user(request["UserName"], attributes=attributes)
    return {"IdentityStoreId": store.store_id, "UserId": user.user_id, **_marks(user)}


def describe_user(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a user, with UserStatus."""
    return _body(store, readable_user(store, request["UserId"]))


def update_user(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Set or remove attributes; `userName` renames."""
    user = require_user(store, request["UserId"])
    attributes = patch(user, request, _FIXED)
    name = attributes.pop("UserName", user.user_name)
    if name != user.user_name:
        _refuse_taken(store, name, but=user.user_id)
        store.rename_user(user.user_id, name)
    else:
        store.touch(user)
    user.attributes = attributes
    return {"IdentityStoreId": store.store_id, "UserId": user.user_id, **_marks(user)}


def delete_user(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a user and their memberships."""
    store.delete_user(require_user(store, request["UserId"]).user_id)
    return {}


def get_user_id(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the id of a user name, e-mail address or external id."""

    def by_name(value: str) -> str | None:
        user = store.find_user(value)
        return user.user_id if user else None

    def by_mail(value: str) -> str | None:
        return next((user.user_id for user in store.user_shelf if _has_mail(user, value)), None)

    by_path = {"username": by_name, "emails.value": by_mail}
    id_ = resolve(store.users, by_path, request["AlternateIdentifier"], "USER")
    user = store.users[id_]
    return {"IdentityStoreId": store.store_id, "UserId": id_, "UserArn": _marks(user)["UserArn"]}


def list_users(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """List users in order of creation."""
    filters = request.get("Filters") or []
    if filters:
        if filters[0]["AttributePath"].casefold() != "username":
            message = "Only filter with value 'userName' is allowed"
            raise refuse(rule.FILTERS, VALIDATION, message)
        user = store.find_user(filters[0]["AttributeValue"])
        return {"Users": [_body(store, user)] if user else []}
    users, token = page_of(store.user_shelf.after, request, "ListUsers", 100, store.page_limit)
    return {"Users": [_body(store, user) for user in users], **token}


def _refuse_taken(store: Directory, name: str, but: str | None = None) -> None:
    other = store.find_user(name)
    if other is not None and other.user_id != but:
        raise refuse(
            rule.USER_NAME_TAKEN,
            CONFLICT,
            "Duplicate UserName",
            Reason="UNIQUENESS_CONSTRAINT_VIOLATION",
        )


def _has_mail(user: User, address: str) -> bool:
    mails = user.attributes.get("Emails", ())
    return any(mail.get("Value", "").casefold() == address.casefold() for mail in mails)


def _marks(user: User) -> dict[str, str]:
    return {
        "UserArn": f"arn:aws:identitystore:::user/{user.user_id}",
        "Revision": str(user.revision),
    }


def _body(store: Directory, user: User) -> dict[str, Any]:
    return {
        **user.attributes,
        **_marks(user),
        "IdentityStoreId": store.store_id,
        "UserId": user.user_id,
        "UserName": user.user_name,
        "UserStatus": user.status,
        "CreatedAt": user.created_at,
        "UpdatedAt": user.updated_at,
    }
