"""SageMaker Studio's user profiles in a spoke account."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from hub.runtime.adapters.aws import text, translated
from hub.runtime.adapters.workload import workload
from hub.runtime.decisions.hub_state import Domain, ListedProfile
from hub.runtime.decisions.listing import Page
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus, Workload
from shared.conventions import Ownership, owner, ownership, tags
from shared.errors import RefusedError
from shared.model import DIRECTORY_ID, Target, User, UserId

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_NOT_FOUND = "ResourceNotFound"
# These settings tell whether users can open Studio by the domain's own portal. The second one is
# for a domain that is used in SageMaker Unified Studio. Source: the SageMaker API model,
# UserSettings and UnifiedStudioSettings.
_PORTAL = (
    ("DefaultUserSettings", "StudioWebPortal"),
    ("DomainSettings", "UnifiedStudioSettings", "StudioWebPortalAccess"),
)
# Source: seen by others of DeleteApp, and taken for success by Terraform's AWS provider.
_APP_IS_GONE = ("has already been deleted", "previously failed and was automatically deleted")


class Sessions(Protocol):
    """The source of clients for a target."""

    def sagemaker(self, target: Target) -> "SageMakerClient":
        """Return a client for the target's account and Region."""


class SageMakerStudio:
    """Implements the ports Studio and StudioListing."""

    def __init__(
        self, sessions: Sessions, hub_account: str, *, remembers_domains: bool = True
    ) -> None:
        self._sessions = sessions
        self._hub_account = hub_account
        self._remembers_domains = remembers_domains
        self._domains: dict[Target, Domain] = {}

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
        """Return the profile's apps, the spaces that it owns, and the apps in the private ones."""
        return workload(self._client(target), target.domain_id, name)

    def domain(self, target: Target) -> Domain:
        """Return the domain's application, default role and disabled portals.

        A domain's application never changes. With `remembers_domains`, a domain that has one is
        read only once. Its default role may have changed since.
        """
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
        )
        if domain.application_arn and self._remembers_domains:
            self._domains[target] = domain
        return domain

    def create(self, target: Target, name: str, person: User, role_arn: str) -> None:
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

    def stop_app(self, target: Target, name: str, app: App) -> None:
        """Start stopping an app of the profile; one that is gone already is no error."""
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
        """Start the deletion of a private space; one that is gone already is no error."""
        client = self._client(target)
        try:
            with translated():
                client.delete_space(DomainId=target.domain_id, SpaceName=space)
        except RefusedError as refused:
            if refused.code != _NOT_FOUND:
                raise

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

    def profiles(self, target: Target, token: str) -> Page[ListedProfile]:
        """Return a page of all profiles of the domain."""
        more: Any = {"NextToken": token} if token else {}
        with translated():
            page = self._client(target).list_user_profiles(
                DomainIdEquals=target.domain_id, MaxResults=100, **more
            )
        return Page(
            tuple(
                ListedProfile(
                    profile["UserProfileName"],
                    profile.get("Status", ""),
                    _iso(profile.get("LastModifiedTime")),
                )
                for profile in page["UserProfiles"]
            ),
            page.get("NextToken", ""),
        )

    def whose(self, target: Target, name: str) -> tuple[ObservedProfile, UserId | None] | None:
        """Return a profile and its owner by our tags; None if there is no such profile.

        A user id that no directory gives names no owner. RefusedError if the tags cannot be read.
        """
        found = self._describe(target, name)
        if found is None:
            return None
        marks = self._tags(target, found["UserProfileArn"])
        user_id = owner(marks, self._hub_account) or ""
        if not DIRECTORY_ID.fullmatch(user_id):
            return _observed(found, Ownership.UNMANAGED), None
        return _observed(found, Ownership.OURS), UserId(user_id)

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
        try:
            return ownership(self._tags(target, arn), self._hub_account, user_id)
        except RefusedError:
            return Ownership.UNREADABLE

    def _tags(self, target: Target, arn: str) -> dict[str, str]:
        pages = self._client(target).get_paginator("list_tags")
        with translated():
            return {
                tag["Key"]: tag["Value"]
                for page in pages.paginate(ResourceArn=arn)
                for tag in page["Tags"]
            }


def _observed(found: Mapping[str, Any], whose: Ownership) -> ObservedProfile:
    return ObservedProfile(
        name=found["UserProfileName"],
        status=ProfileStatus(found["Status"]),
        role_arn=text(found, "UserSettings", "ExecutionRole"),
        ownership=whose,
        efs_uid=text(found, "HomeEfsFileSystemUid"),
        user_name=text(found, "SingleSignOnUserValue"),
        modified=_iso(found.get("LastModifiedTime")),
        failure=text(found, "FailureReason"),
    )


def _iso(time: datetime | None) -> str:
    return time.isoformat() if time else ""
