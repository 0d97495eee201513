"""SageMaker Studio in a spoke account: user profiles, with their apps and spaces."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.aws import text, translated
from hub.runtime.decisions.hub_state import Domain, ListedProfile
from hub.runtime.decisions.listing import Page
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus, Space, Workload
from shared.conventions import Ownership, owner, ownership, partition, tags
from shared.errors import RefusedError
from shared.model import DIRECTORY_ID, Target, User, UserId
from shared.naming import same_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sagemaker import SageMakerClient

_NOT_FOUND: Final = "ResourceNotFound"
# Source: the SageMaker API model; its listings give 10 a page unless asked.
_PAGE: Final = 100
# These settings tell whether users can open Studio by the domain's own portal. The second one is
# for a domain that is used in SageMaker Unified Studio. Source: the SageMaker API model,
# UserSettings and UnifiedStudioSettings.
_PORTAL = (
    ("DefaultUserSettings", "StudioWebPortal"),
    ("DomainSettings", "UnifiedStudioSettings", "StudioWebPortalAccess"),
)
# Source: seen by others of DeleteApp, and taken for success by Terraform's AWS provider.
_APP_IS_GONE = ("has already been deleted", "previously failed and was automatically deleted")
# Source: the SageMaker API reference, DescribeApp: a deleted app is listed for a day.
_DELETED: Final = "Deleted"
# A domain-level app under a pseudo profile. It belongs to nobody, whatever its profile name.
_OF_THE_DOMAIN: Final = "RStudioServerPro"


class SageMakerStudio:
    """Implements the ports Studio and StudioListing.

    `client` returns a client for a target's account and Region.
    """

    def __init__(
        self,
        client: "Callable[[Target], SageMakerClient]",
        hub_account: str,
        *,
        remembers_domains: bool = True,
    ) -> None:
        self._client = client
        self._hub_account = hub_account
        self._remembers_domains = remembers_domains
        self._domains: dict[Target, Domain] = {}

    def profile(self, target: Target, name: str, user_id: UserId) -> ObservedProfile | None:
        found = self.watch(target, name)
        if found is None:
            return None
        try:
            whose = ownership(self._tags(target, found.arn), self._hub_account, user_id)
        except RefusedError:
            whose = Ownership.UNREADABLE
        return replace(found, ownership=whose)

    def owns(self, target: Target, name: str, user_id: UserId) -> bool:
        # Source: the Service Authorization Reference of Amazon SageMaker, on a user profile's ARN.
        place = f"arn:{partition(target.region)}:sagemaker:{target.region}:{target.account}"
        try:
            found = self._tags(target, f"{place}:user-profile/{target.domain_id}/{name}")
        except RefusedError:
            return False
        return ownership(found, self._hub_account, user_id) is Ownership.OURS

    def reach(self, target: Target) -> None:
        self._client(target)

    def watch(self, target: Target, name: str) -> ObservedProfile | None:
        client = self._client(target)
        try:
            with translated():
                found = client.describe_user_profile(
                    DomainId=target.domain_id, UserProfileName=name
                )
        except RefusedError as refused:
            if refused.code == _NOT_FOUND:
                return None
            raise
        modified = found.get("LastModifiedTime")
        return ObservedProfile(
            name=found["UserProfileName"],
            status=ProfileStatus(found["Status"]),
            role_arn=found.get("UserSettings", {}).get("ExecutionRole", ""),
            ownership=Ownership.OURS,
            efs_uid=found.get("HomeEfsFileSystemUid", ""),
            user_name=found.get("SingleSignOnUserValue", ""),
            modified=modified.isoformat() if modified else "",
            failure=found.get("FailureReason", ""),
            arn=found.get("UserProfileArn", ""),
        )

    def workload(self, target: Target, name: str) -> Workload:
        # Both listings are domain-wide: ListApps by profile does not show the apps in spaces, and
        # ListSpaces cannot be filtered by owner. Spaces are listed first. An app in a space that is
        # just being created is found by the next reconcile, and is not taken for another user's.
        client = self._client(target)
        in_domain: Any = {
            "DomainIdEquals": target.domain_id,
            "PaginationConfig": {"PageSize": _PAGE},
        }
        with translated():
            listed = client.get_paginator("list_spaces").paginate(**in_domain).search("Spaces[]")
            spaces = [
                Space(
                    found["SpaceName"],
                    found.get("Status", ""),
                    text(found, "SpaceSharingSettingsSummary", "SharingType"),
                )
                for found in listed
                if same_name(text(found, "OwnershipSettingsSummary", "OwnerUserProfileName"), name)
            ]
            private = {space.name for space in spaces if space.is_private}
            listed = client.get_paginator("list_apps").paginate(**in_domain).search("Apps[]")
            apps = [
                App(
                    found["AppType"],
                    found["AppName"],
                    found.get("Status", ""),
                    found.get("SpaceName") or "",
                    found.get("CreationTime"),
                )
                for found in listed
                if found.get("Status") != _DELETED and found["AppType"] != _OF_THE_DOMAIN
                if _is_of(found, name, private)
            ]
        spaces.sort(key=lambda space: space.name)
        return Workload(tuple(sorted(apps, key=str)), tuple(spaces))

    def domain(self, target: Target) -> Domain:
        # A domain's application never changes, so a domain that has one is read only once. Its
        # default role may have changed since.
        known = self._domains.get(target)
        if known is not None:
            return known
        client = self._client(target)
        with translated():
            found = client.describe_domain(DomainId=target.domain_id)
        domain = Domain(
            text(found, "SingleSignOnApplicationArn"),
            text(found, "DefaultUserSettings", "ExecutionRole"),
            tuple(path[-1] for path in _PORTAL if text(found, *path) == "DISABLED"),
            text(found, "Status"),
            text(found, "AuthMode"),
        )
        if domain.application_arn and self._remembers_domains:
            self._domains[target] = domain
        return domain

    def create(self, target: Target, name: str, person: User, role_arn: str) -> None:
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
        # Settings that are left out stay: the update merges at its top level.
        with translated():
            self._client(target).update_user_profile(
                DomainId=target.domain_id,
                UserProfileName=name,
                UserSettings={"ExecutionRole": role_arn},
            )

    def stop_app(self, target: Target, name: str, app: App) -> None:
        client = self._client(target)
        home: Any = {"SpaceName": app.space} if app.space else {"UserProfileName": name}
        app_type: Any = app.type
        try:
            with translated():
                client.delete_app(
                    DomainId=target.domain_id, AppType=app_type, AppName=app.name, **home
                )
        except RefusedError as refused:
            gone = refused.code == _NOT_FOUND or any(each in refused.text for each in _APP_IS_GONE)
            if not gone:
                raise

    def delete_space(self, target: Target, space: str) -> None:
        client = self._client(target)
        try:
            with translated():
                client.delete_space(DomainId=target.domain_id, SpaceName=space)
        except RefusedError as refused:
            if refused.code != _NOT_FOUND:
                raise

    def delete(self, target: Target, name: str) -> None:
        try:
            with translated():
                self._client(target).delete_user_profile(
                    DomainId=target.domain_id, UserProfileName=name
                )
        except RefusedError as refused:
            if refused.code != _NOT_FOUND:
                raise

    def profiles(self, target: Target, token: str) -> Page[ListedProfile]:
        more: Any = {"NextToken": token} if token else {}
        with translated():
            page = self._client(target).list_user_profiles(
                DomainIdEquals=target.domain_id, MaxResults=_PAGE, **more
            )
        return Page(
            tuple(
                ListedProfile(
                    profile["UserProfileName"],
                    profile.get("Status", ""),
                    modified.isoformat() if (modified := profile.get("LastModifiedTime")) else "",
                )
                for profile in page["UserProfiles"]
            ),
            page.get("NextToken", ""),
        )

    def whose(self, target: Target, name: str) -> tuple[ObservedProfile, UserId | None] | None:
        found = self.watch(target, name)
        if found is None:
            return None
        user_id = owner(self._tags(target, found.arn), self._hub_account) or ""
        if not DIRECTORY_ID.fullmatch(user_id):
            return replace(found, ownership=Ownership.UNMANAGED), None
        return found, UserId(user_id)

    def _tags(self, target: Target, arn: str) -> dict[str, str]:
        pages = self._client(target).get_paginator("list_tags").paginate(ResourceArn=arn)
        with translated():
            return {tag["Key"]: tag["Value"] for tag in pages.search("Tags[]")}


def _is_of(app: Mapping[str, Any], name: str, private: set[str]) -> bool:
    space = app.get("SpaceName")
    return space in private if space else same_name(text(app, "UserProfileName"), name)
