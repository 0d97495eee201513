"""The API's look-ups: an unknown id is refused with its resource type."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.errors import NOT_FOUND, VALIDATION, refuse
from simulator.identity_store.directory import Directory
from simulator.identity_store.records import Group, Membership, User
from simulator.request_parts import last_part
from simulator.rules import Rule
from simulator.rules import directory as rule


def require_user(store: Directory, user_id: str) -> User:
    """Return the user of an id or ARN."""
    id_ = last_part(user_id)
    user = store.users.get(id_)
    if user is None:
        raise _missing(rule.USER_UNKNOWN, "USER", id_)
    return user


def readable_user(store: Directory, user_id: str) -> User:
    """Return the user of an id or ARN, if the user is readable by id already."""
    user = require_user(store, user_id)
    if not store.is_readable(user):
        raise _missing(rule.LISTED_FIRST, "USER", user.user_id)
    return user


def require_group(store: Directory, group_id: str) -> Group:
    """Return the group of an id or ARN."""
    id_ = last_part(group_id)
    group = store.groups.get(id_)
    if group is None:
        raise _missing(rule.GROUP_UNKNOWN, "GROUP", id_)
    return group


def require_membership(store: Directory, membership_id: str) -> Membership:
    """Return the membership of an id or ARN."""
    id_ = last_part(membership_id)
    membership = store.memberships.get(id_)
    if membership is None:
        raise _missing(rule.MEMBERSHIP_UNKNOWN, "GROUP_MEMBERSHIP", id_)
    return membership


def resolve(
    things: Mapping[str, User] | Mapping[str, Group],
    by_path: Mapping[str, Callable[[str], str | None]],
    alternate: Mapping[str, Any],
    kind: str,
) -> str:
    """Return the id that an AlternateIdentifier stands for.

    `by_path` maps each allowed attribute path to a function that finds an id by its value.
    """
    external = alternate.get("ExternalId")
    if external is not None:
        for id_, thing in things.items():
            if external in thing.attributes.get("ExternalIds", ()):
                return id_
        raise _missing(rule.NAME_UNKNOWN, kind, str(external["Id"]))
    unique = alternate.get("UniqueAttribute", {})
    path = str(unique.get("AttributePath"))
    if path.casefold() not in by_path:
        raise refuse(rule.ALTERNATE, VALIDATION, f"Unsupported attribute path: {path}")
    value = str(unique.get("AttributeValue"))
    found = by_path[path.casefold()](value)
    if found is None:
        raise _missing(rule.NAME_UNKNOWN, kind, value)
    return found


def patch(thing: User | Group, request: Mapping[str, Any], fixed: frozenset[str]) -> dict[str, Any]:
    """Return the attributes after the request's operations; stores nothing.

    `fixed` names, in lower case, the attributes that this API cannot set.
    """
    attributes = dict(thing.attributes)
    for operation in request["Operations"]:
        head, *rest = operation["AttributePath"].split(".")
        if head.casefold() in fixed or len(rest) > 1:
            raise refuse(rule.UPDATE_PATH, VALIDATION, f"Unsupported attribute path: {head}")
        key, value = head[:1].upper() + head[1:], operation.get("AttributeValue")
        if rest:
            inner = dict(attributes.get(key, {}))
            _set(inner, rest[0][:1].upper() + rest[0][1:], value)
            value = inner
        _set(attributes, key, value)
    return attributes


def _set(attributes: dict[str, Any], key: str, value: object) -> None:
    if value is None:
        attributes.pop(key, None)
    else:
        attributes[key] = value


def _missing(broken: Rule, kind: str, id_: str) -> Exception:
    return refuse(broken, NOT_FOUND, f"{kind} not found.", ResourceType=kind, ResourceId=id_)
