"""The profiles of a Studio domain, reached with the operator's own credentials in its account.

The hub's role can never tag an existing profile. This module is the only place that does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from hub.runtime.adapters.aws import text, translated
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus
from shared.conventions import Ownership
from shared.model import Target

# Adoption refuses the hub's own roles: what they may do is limited on purpose.
_OF_THE_HUB = (
    "StudioHub-",
    "StudioHubSpoke-",
    "StudioHubSpokeReader-",
    "StudioHubAssigner-",
    "StudioHubAssignmentReader-",
)


@dataclass(frozen=True, slots=True)
class SpokeProfile:
    """A profile with its tags, managed or not; `user_name` is the user whom it signs in."""

    arn: str
    profile: ObservedProfile
    tags: Mapping[str, str]

    @property
    def user_name(self) -> str:
        """Return the name of the user whom the profile signs in; empty if it signs nobody in."""
        return self.profile.user_name


class SpokeProfiles:
    """The profiles of one domain; raises what `translated` raises."""

    def __init__(self, target: Target, aws_profile: str | None) -> None:
        session = boto3.Session(profile_name=aws_profile, region_name=target.region)
        self._target = target
        self._sagemaker = session.client("sagemaker")
        self._caller = caller(session)

    def mistake(self) -> str:
        """Return why these credentials cannot adopt; empty if they can."""
        account, arn = self._caller
        if account != self._target.account:
            return (
                f"these credentials are of account {account}, and the domain is in "
                f"{self._target.account}: give --spoke-profile"
            )
        if any(f"/{name}" in arn for name in _OF_THE_HUB):
            return "these credentials are of a role of the hub: give your own by --spoke-profile"
        return ""

    def all(self) -> Iterator[SpokeProfile]:
        """Yield every profile that signs somebody in, with its tags, in the listing's order."""
        return self._those(bool)

    def of(self, user_name: str) -> Iterator[SpokeProfile]:
        """Yield the profiles that sign one user in; Identity Center compares without case."""
        return self._those(lambda found: found.casefold() == user_name.casefold())

    def _those(self, wanted: Callable[[str], bool]) -> Iterator[SpokeProfile]:
        """Yield the profiles whose user name is wanted; reads the tags of those only."""
        pages = self._sagemaker.get_paginator("list_user_profiles")
        with translated():
            for page in pages.paginate(
                DomainIdEquals=self._target.domain_id, PaginationConfig={"PageSize": 100}
            ):
                for each in page["UserProfiles"]:
                    found = self._sagemaker.describe_user_profile(
                        DomainId=self._target.domain_id, UserProfileName=each["UserProfileName"]
                    )
                    if wanted(text(found, "SingleSignOnUserValue")):
                        yield self._with_tags(found)

    def mark(self, found: SpokeProfile, tags: Mapping[str, str]) -> None:
        """Add tags to a profile; its other tags stay."""
        with translated():
            self._sagemaker.add_tags(
                ResourceArn=found.arn,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )

    def _with_tags(self, found: Mapping[str, Any]) -> SpokeProfile:
        arn = found["UserProfileArn"]
        modified = found.get("LastModifiedTime")
        profile = ObservedProfile(
            name=found["UserProfileName"],
            status=ProfileStatus(found["Status"]),
            role_arn=text(found, "UserSettings", "ExecutionRole"),
            ownership=Ownership.UNMANAGED,
            efs_uid=text(found, "HomeEfsFileSystemUid"),
            user_name=text(found, "SingleSignOnUserValue"),
            modified=modified.isoformat() if modified else "",
        )
        pages = self._sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
        tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
        return SpokeProfile(arn, profile, tags)


def caller(session: boto3.Session) -> tuple[str, str]:
    """Return the account and the ARN of a session's identity."""
    with translated():
        found = session.client("sts").get_caller_identity()
    return found["Account"], found["Arn"]
