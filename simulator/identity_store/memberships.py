"""The Identity Store's operations on memberships."""

from collections.abc import Mapping
from typing import Any

from simulator.errors import CONFLICT, NOT_FOUND, refuse
from simulator.identity_store.directory import Directory
from simulator.identity_store.lookups import (
    readable_user,
    require_group,
    require_membership,
    require_user,
)
from simulator.identity_store.records import Membership
from simulator.pages import page_of
from simulator.request_parts import last_part
from simulator.rules import directory as rule


def create_group_membership(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Add a user to a group."""
    group = require_group(store, request["GroupId"])
    user = require_user(store, request["MemberId"]["UserId"])
    if store.membership_of(user.user_id, group.group_id) is not None:
        raise refuse(
            rule.MEMBER_TWICE,
            CONFLICT,
            "Member and Group relationship already exists.",
            Reason="UNIQUENESS_CONSTRAINT_VIOLATION",
        )
    return _head(store, store.add_membership(user.user_id, group.group_id))


def delete_group_membership(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Remove a user from a group."""
    membership = require_membership(store, request["MembershipId"])
    store.remove_membership(membership.user_id, membership.group_id)
    return {}


def describe_group_membership(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a membership."""
    return _body(store, require_membership(store, request["MembershipId"]))


def get_group_membership_id(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the id of a user's membership in a group."""
    group = require_group(store, request["GroupId"])
    user = readable_user(store, request["MemberId"]["UserId"])
    membership = store.membership_of(user.user_id, group.group_id)
    if membership is None:
        raise refuse(
            rule.MEMBERSHIP_UNKNOWN,
            NOT_FOUND,
            "GROUP_MEMBERSHIP not found.",
            ResourceType="GROUP_MEMBERSHIP",
        )
    return _head(store, membership)


def list_group_memberships(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """List the members of a group."""
    group = require_group(store, request["GroupId"])
    scope = f"ListGroupMemberships/{group.group_id}"
    rows = store.members(group.group_id).after
    page, token = page_of(rows, request, scope, 100, store.page_limit)
    return {"GroupMemberships": [_body(store, membership) for membership in page], **token}


def list_group_memberships_for_member(
    store: Directory, request: Mapping[str, Any]
) -> dict[str, Any]:
    """List the groups of a user."""
    user = readable_user(store, request["MemberId"]["UserId"])
    scope = f"ListGroupMembershipsForMember/{user.user_id}"
    rows = store.groups_of(user.user_id).after
    page, token = page_of(rows, request, scope, 100, store.page_limit)
    return {"GroupMemberships": [_body(store, membership) for membership in page], **token}


def is_member_in_groups(store: Directory, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return for each group whether a user is in it."""
    user = readable_user(store, request["MemberId"]["UserId"])
    groups = [last_part(id_) for id_ in request["GroupIds"]]
    return {
        "Results": [
            {
                "GroupId": id_,
                "MemberId": {"UserId": user.user_id},
                "MembershipExists": store.membership_of(user.user_id, id_) is not None,
            }
            for id_ in groups
        ]
    }


def _head(store: Directory, membership: Membership) -> dict[str, Any]:
    return {
        "IdentityStoreId": store.store_id,
        "MembershipId": membership.membership_id,
        "MembershipArn": f"arn:aws:identitystore:::membership/{membership.membership_id}",
    }


def _body(store: Directory, membership: Membership) -> dict[str, Any]:
    return {
        **_head(store, membership),
        "GroupId": membership.group_id,
        "MemberId": {"UserId": membership.user_id},
        "CreatedAt": membership.created_at,
        "UpdatedAt": membership.created_at,
    }
