"""SageMaker Studio's user profiles in a spoke account."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from hub.runtime.adapters.aws import text, translated
from shared.errors import RefusedError
from shared.model import ObservedProfile, Person, ProfileStatus, Target, UserId, Workload
from shared.naming import same_name
from shared.ownership import Ownership, ownership, tags

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# Source: the SageMaker API model; ListApps and its siblings give 10 a page unless asked.
_PAGE = {"PageSize": 100}
# Source: SageMaker developer guide, "Remove user profiles": deleted and failed apps do not block.
_GONE = frozenset({"Deleted", "Failed"})
_NOT_FOUND = "ResourceNotFound"


class Sessions(Protocol):
    """Where clients for a target come from."""

    def sagemaker(self, target: Target) -> "SageMakerClient":
        """Return a client for the target's account and Region."""


class SageMakerStudio:
    """Implements the port Studio."""

    def __init__(self, sessions: Sessions, hub_account: str) -> None:
        self._sessions = sessions
        self._hub_account = hub_account

    def profile(self, target: Target, name: str, user_id: UserId) -> ObservedProfile | None:
        """Return the profile with its ownership, or None."""
        found = self._describe(target, name)
        if found is None:
            return None
        return _observed(found, self._ownership(target, found["UserProfileArn"], user_id))

    def watch(self, target: Target, name: str) -> ObservedProfile | None:
        """Return a profile that is known to be ours, without reading its tags again."""
        found = self._describe(target, name)
        return _observed(found, Ownership.OURS) if found else None

    def workload(self, target: Target, name: str) -> Workload:
        """Return what of the person's runs or lies in the domain.

        The listings are domain-wide: ListApps by profile does not show the apps in spaces, and
        ListSpaces cannot be filtered by owner.
        """
        spaces = {
            space["SpaceName"]
            for space in self._list(target, "list_spaces", "Spaces")
            if same_name(text(space, "OwnershipSettingsSummary", "OwnerUserProfileName"), name)
        }
        apps = (
            f"{app['AppType']} {app['AppName']}"
            for app in self._list(target, "list_apps", "Apps")
            if app["Status"] not in _GONE
            and (
                same_name(app.get("UserProfileName") or "", name) or app.get("SpaceName") in spaces
            )
        )
        return Workload(tuple(sorted(apps)), tuple(sorted(spaces)))

    def create(self, target: Target, name: str, person: Person, role_arn: str) -> None:
        """Start the creation of a profile, with our tags."""
        with translated():
            self._client(target).create_user_profile(
                DomainId=target.domain_id,
                UserProfileName=name,
                SingleSignOnUserIdentifier="UserName",
                SingleSignOnUserValue=person.name,
                UserSettings={"ExecutionRole": role_arn},
                Tags=[
                    {"Key": key, "Value": value}
                    for key, value in tags(self._hub_account, person.id).items()
                ],
            )

    def change_role(self, target: Target, name: str, role_arn: str) -> None:
        """Start the change of the profile's execution role, and of nothing else.

        Settings that are left out stay: the update merges at its top level.
        """
        with translated():
            self._client(target).update_user_profile(
                DomainId=target.domain_id,
                UserProfileName=name,
                UserSettings={"ExecutionRole": role_arn},
            )

    def delete(self, target: Target, name: str) -> None:
        """Start the deletion of the profile; one that is gone already is no error."""
        try:
            with translated():
                self._client(target).delete_user_profile(
                    DomainId=target.domain_id, UserProfileName=name
                )
        except RefusedError as refused:
            if refused.code != _NOT_FOUND:
                raise

    def _client(self, target: Target) -> "SageMakerClient":
        return self._sessions.sagemaker(target)

    def _describe(self, target: Target, name: str) -> Mapping[str, Any] | None:
        client = self._client(target)
        try:
            with translated():
                return client.describe_user_profile(DomainId=target.domain_id, UserProfileName=name)
        except RefusedError as refused:
            if refused.code == _NOT_FOUND:
                return None
            raise

    def _ownership(self, target: Target, arn: str, user_id: UserId) -> Ownership:
        pages = self._client(target).get_paginator("list_tags")
        try:
            with translated():
                found = {
                    tag["Key"]: tag["Value"]
                    for page in pages.paginate(ResourceArn=arn)
                    for tag in page["Tags"]
                }
        except RefusedError:
            return Ownership.UNREADABLE
        return ownership(found, self._hub_account, user_id)

    def _list(
        self, target: Target, operation: Literal["list_apps", "list_spaces"], key: str
    ) -> Iterator[Mapping[str, Any]]:
        client = self._client(target)
        pages: Any = (
            client.get_paginator("list_apps")
            if operation == "list_apps"
            else client.get_paginator("list_spaces")
        )
        with translated():
            for page in pages.paginate(DomainIdEquals=target.domain_id, PaginationConfig=_PAGE):
                yield from page[key]


def _observed(found: Mapping[str, Any], whose: Ownership) -> ObservedProfile:
    modified = found.get("LastModifiedTime")
    return ObservedProfile(
        name=found["UserProfileName"],
        status=ProfileStatus(found["Status"]),
        role_arn=text(found, "UserSettings", "ExecutionRole"),
        ownership=whose,
        efs_uid=text(found, "HomeEfsFileSystemUid"),
        modified=modified.isoformat() if modified else "",
        failure=text(found, "FailureReason"),
    )
