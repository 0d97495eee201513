"""Identity Center's identity store, read only."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub.runtime.adapters.aws import translated, utc_now
from shared.errors import RefusedError, RetryableError
from shared.model import GroupId, GroupIds, Person, Standing, Unresolved, UserId

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient


class IdentityCenter:
    """Implements the port Directory."""

    def __init__(self, client: "IdentityStoreClient", identity_store_id: str) -> None:
        self._client = client
        self._store = identity_store_id
        self._known: dict[str, GroupId] = {}
        self._unresolved: dict[str, tuple[datetime, Unresolved]] = {}

    def person(self, user_id: UserId) -> Person:
        """Return the person.

        Only ResourceNotFoundException about the user, without a reason of the store's key, means
        GONE: a directory that cannot be decrypted must remove nobody.
        Source: botocore 1.44.5's Identity Store model, ResourceType and Reason.
        """
        try:
            with translated():
                found = self._client.describe_user(IdentityStoreId=self._store, UserId=user_id)
        except RefusedError as refused:
            if _is_about(refused, "USER"):
                return Person(user_id, "", Standing.GONE)
            raise
        disabled = found.get("UserStatus") == "DISABLED"
        return Person(
            user_id, found.get("UserName", ""), Standing.DISABLED if disabled else Standing.ENABLED
        )

    def member_of(self, user_id: UserId) -> frozenset[GroupId]:
        """Return every group of the person; RetryableError when they went while being read."""
        pages = self._client.get_paginator("list_group_memberships_for_member")
        try:
            with translated():
                return frozenset(
                    GroupId(membership["GroupId"])
                    for page in pages.paginate(
                        IdentityStoreId=self._store,
                        MemberId={"UserId": user_id},
                        PaginationConfig={"PageSize": 100},
                    )
                    for membership in page["GroupMemberships"]
                )
        except RefusedError as refused:
            if _is_about(refused, "USER"):
                raise RetryableError("the user went while their groups were read") from refused
            raise

    def group_ids(self, names: frozenset[str], newer_than: datetime) -> GroupIds:
        """Return the id of each name, or why there is none.

        An id once found stays: a group is its id, and another group that takes over the name must
        not inherit what the first one grants.
        """
        for name in sorted(names - self._known.keys()):
            asked_at, _ = self._unresolved.get(name, (newer_than, None))
            if asked_at <= newer_than:
                self._look_up(name)
        return {name: self._known.get(name) or self._unresolved[name][1] for name in names}

    def is_there(self, group_id: GroupId) -> bool:
        """Return whether the group exists; RefusedError where the directory does not tell."""
        try:
            with translated():
                self._client.describe_group(IdentityStoreId=self._store, GroupId=group_id)
        except RefusedError as refused:
            if _is_about(refused, "GROUP"):
                return False
            raise
        return True

    def _look_up(self, name: str) -> None:
        asked_at = utc_now()
        try:
            with translated():
                found = self._client.get_group_id(
                    IdentityStoreId=self._store,
                    AlternateIdentifier=_by_display_name(name),
                )
        except RefusedError as refused:
            unknown = _is_about(refused, "GROUP")
            why = Unresolved.UNKNOWN if unknown else Unresolved.UNREADABLE
            self._unresolved[name] = asked_at, why
        else:
            self._known[name] = GroupId(found["GroupId"])
            self._unresolved.pop(name, None)


def _by_display_name(name: str) -> Any:  # noqa: ANN401 (the stubs want a document for a text)
    return {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}}


def _is_about(refused: RefusedError, resource: str) -> bool:
    cause = refused.__cause__
    answer = getattr(cause, "response", {})
    reason = str(answer.get("Reason") or "")
    return (
        refused.code == "ResourceNotFoundException"
        and answer.get("ResourceType") == resource
        and not reason.startswith("KMS")
    )
