"""The Identity Store: one directory of users and groups for all accounts, with its public API."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.errors import NOT_FOUND, refuse
from simulator.identity_store import groups, memberships, users
from simulator.identity_store.directory import Directory
from simulator.identity_store.records import Group, Membership, User, UserStatus
from simulator.request_parts import last_part
from simulator.rules import directory as rule

__all__ = ["OPERATIONS", "Group", "IdentityStore", "Membership", "User", "UserStatus"]

Request = Mapping[str, Any]

OPERATIONS: dict[str, Callable[[Directory, Request], dict[str, Any]]] = {
    "CreateUser": users.create_user,
    "DescribeUser": users.describe_user,
    "UpdateUser": users.update_user,
    "DeleteUser": users.delete_user,
    "GetUserId": users.get_user_id,
    "ListUsers": users.list_users,
    "CreateGroup": groups.create_group,
    "DescribeGroup": groups.describe_group,
    "UpdateGroup": groups.update_group,
    "DeleteGroup": groups.delete_group,
    "GetGroupId": groups.get_group_id,
    "ListGroups": groups.list_groups,
    "CreateGroupMembership": memberships.create_group_membership,
    "DeleteGroupMembership": memberships.delete_group_membership,
    "DescribeGroupMembership": memberships.describe_group_membership,
    "GetGroupMembershipId": memberships.get_group_membership_id,
    "ListGroupMemberships": memberships.list_group_memberships,
    "ListGroupMembershipsForMember": memberships.list_group_memberships_for_member,
    "IsMemberInGroups": memberships.is_member_in_groups,
}


class IdentityStore(Directory):
    """A directory that answers the Identity Store API for any account and Region."""

    def handle(self, operation: str, request: Request) -> dict[str, Any]:
        """Return the answer to one validated request, or raise ServiceError."""
        store = last_part(request["IdentityStoreId"])
        if store != self.store_id:
            raise refuse(
                rule.ONE_STORE,
                NOT_FOUND,
                f"IdentityStore not found: {store}",
                ResourceType="IDENTITY_STORE",
                ResourceId=store,
            )
        return OPERATIONS[operation](self, request)
