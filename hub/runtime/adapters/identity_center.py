"""Identity Center: who is in which group, and who may open which application."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.listing import Page
from shared.errors import RefusedError, RetryableError
from shared.model import GroupId, Unresolved, User, UserId, UserStatus

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient

# Sources: the models of the Identity Store API and the IAM Identity Center API: the most a page.
_PAGE: Final = 100
_NOT_FOUND: Final = "ResourceNotFoundException"


class IdentityCenter:
    """Implements the port Directory."""

    def __init__(self, client: "IdentityStoreClient", identity_store_id: str) -> None:
        self._client = client
        self._store = identity_store_id

    def person(self, user_id: UserId) -> User:
        # Only ResourceNotFoundException about the user, without a reason of the store's key, means
        # GONE: a directory that cannot be decrypted must remove nobody.
        # Source: botocore 1.44.5's Identity Store model, ResourceType and Reason.
        try:
            with translated():
                found = self._client.describe_user(IdentityStoreId=self._store, UserId=user_id)
        except RefusedError as refused:
            if _is_about(refused, "USER"):
                return User(user_id, "", UserStatus.GONE)
            raise
        return _user(found)

    def memberships(self, user_id: UserId) -> Mapping[GroupId, str]:
        pages = self._client.get_paginator("list_group_memberships_for_member")
        try:
            with translated():
                return {
                    GroupId(membership["GroupId"]): membership.get("MembershipId", "")
                    for page in pages.paginate(
                        IdentityStoreId=self._store,
                        MemberId={"UserId": user_id},
                        PaginationConfig={"PageSize": _PAGE},
                    )
                    for membership in page["GroupMemberships"]
                }
        except RefusedError as refused:
            if _is_about(refused, "USER"):
                raise RetryableError("the user went while their groups were read") from refused
            raise

    def group_id(self, name: str) -> GroupId | Unresolved:
        try:
            with translated():
                found = self._client.get_group_id(
                    IdentityStoreId=self._store,
                    AlternateIdentifier=_by_display_name(name),
                )
        except RefusedError as refused:
            unknown = _is_about(refused, "GROUP")
            return Unresolved.UNKNOWN if unknown else Unresolved.UNREADABLE
        return GroupId(found["GroupId"])

    def group_name(self, group_id: GroupId) -> str | None:
        try:
            with translated():
                found = self._client.describe_group(IdentityStoreId=self._store, GroupId=group_id)
        except RefusedError as refused:
            if _is_about(refused, "GROUP"):
                return None
            raise
        return found.get("DisplayName", "")

    def members(self, group_id: GroupId, token: str) -> Page[tuple[UserId, str]] | None:
        try:
            with translated():
                page = self._client.list_group_memberships(
                    IdentityStoreId=self._store, GroupId=group_id, **_page(token)
                )
        except RefusedError as refused:
            if _is_about(refused, "GROUP"):
                return None
            raise
        return Page(
            tuple(
                (UserId(membership["MemberId"]["UserId"]), membership.get("MembershipId", ""))
                for membership in page["GroupMemberships"]
                if "UserId" in membership.get("MemberId", {})
            ),
            page.get("NextToken", ""),
        )

    def people(self, token: str) -> Page[User]:
        with translated():
            page = self._client.list_users(IdentityStoreId=self._store, **_page(token))
        return Page(tuple(map(_user, page["Users"])), page.get("NextToken", ""))

    def groups(self, token: str) -> Page[tuple[GroupId, str]]:
        with translated():
            page = self._client.list_groups(IdentityStoreId=self._store, **_page(token))
        found = (
            (GroupId(group["GroupId"]), group.get("DisplayName", "")) for group in page["Groups"]
        )
        return Page(tuple(found), page.get("NextToken", ""))


class SsoAdmin:
    """Implements the ports ApplicationAccess and AssignmentListing.

    `client` returns a client whose credentials are still valid.
    """

    def __init__(self, client: "Callable[[], SSOAdminClient]") -> None:
        self._client = client

    def assign(self, application_arn: str, user_id: UserId) -> None:
        client = self._client()
        with translated():
            client.create_application_assignment(
                ApplicationArn=application_arn, PrincipalId=user_id, PrincipalType="USER"
            )

    def revoke(self, application_arn: str, user_id: UserId) -> None:
        client = self._client()
        try:
            with translated():
                client.delete_application_assignment(
                    ApplicationArn=application_arn, PrincipalId=user_id, PrincipalType="USER"
                )
        except RefusedError as refused:
            if refused.code != _NOT_FOUND:
                raise

    def is_assigned(self, application_arn: str, user_id: UserId) -> bool:
        client = self._client()
        try:
            with translated():
                client.describe_application_assignment(
                    ApplicationArn=application_arn, PrincipalId=user_id, PrincipalType="USER"
                )
        except RefusedError as refused:
            if refused.code == _NOT_FOUND:
                return False
            raise
        return True

    def assignments(self, application_arn: str, token: str) -> Page[tuple[str, str]]:
        client = self._client()
        with translated():
            page = client.list_application_assignments(
                ApplicationArn=application_arn, **_page(token)
            )
        return Page(
            tuple(
                (each["PrincipalType"], each["PrincipalId"])
                for each in page["ApplicationAssignments"]
            ),
            page.get("NextToken", ""),
        )

    def requires_assignment(self, application_arn: str) -> bool:
        # Without, every user of the directory has access. Source: the API reference of IAM Identity
        # Center, GetApplicationAssignmentConfiguration.
        client = self._client()
        with translated():
            found = client.get_application_assignment_configuration(ApplicationArn=application_arn)
        return found["AssignmentRequired"]


def _user(found: Mapping[str, Any]) -> User:
    disabled = found.get("UserStatus") == "DISABLED"
    return User(
        UserId(found["UserId"]),
        found.get("UserName", ""),
        UserStatus.DISABLED if disabled else UserStatus.ENABLED,
    )


def _page(token: str) -> dict[str, Any]:
    return {"MaxResults": _PAGE} | ({"NextToken": token} if token else {})


def _by_display_name(name: str) -> Any:  # noqa: ANN401 (the stubs want a document for a text)
    return {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}}


def _is_about(refused: RefusedError, resource: str) -> bool:
    cause = refused.__cause__
    answer = getattr(cause, "response", {})
    reason = str(answer.get("Reason") or "")
    return (
        refused.code == _NOT_FOUND
        and answer.get("ResourceType") == resource
        and not reason.startswith("KMS")
    )
