"""What Studio reported of a profile, and of the user's apps and spaces."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.conventions import Ownership


class ProfileStatus(StrEnum):
    """The status of a user profile. Source: the SageMaker API model's UserProfileStatus."""

    PENDING = "Pending"
    IN_SERVICE = "InService"
    UPDATING = "Updating"
    DELETING = "Deleting"
    FAILED = "Failed"
    UPDATE_FAILED = "Update_Failed"
    DELETE_FAILED = "Delete_Failed"


# Source: SageMaker developer guide, "Remove user profiles": failed apps do not block.
_GONE, _FAILED, _GOING = "Deleted", "Failed", "Deleting"
_PRIVATE = "Private"
# Source: the SageMaker API model's SpaceStatus.
_FAILED_TO_GO = "Delete_Failed"


class App(NamedTuple):
    """An app of a profile, or in a private space; `status` is Studio's value, `created` is UTC."""

    type: str
    name: str
    status: str
    space: str = ""
    created: datetime | None = None

    @property
    def blocks(self) -> bool:
        """Return whether the app blocks a change of the profile."""
        return self.status not in {_GONE, _FAILED}

    @property
    def is_running(self) -> bool:
        """Return whether the app can be stopped: it blocks, and is not being deleted."""
        return self.blocks and self.status != _GOING

    @property
    def failed(self) -> bool:
        """Return whether the app failed and is still listed."""
        return self.status == _FAILED

    def __str__(self) -> str:
        return f"{self.type} {self.name}" + (f" in {self.space}" if self.space else "")


class Space(NamedTuple):
    """A space that a profile owns; `sharing` is empty if Studio does not report it."""

    name: str
    status: str
    sharing: str = ""

    @property
    def is_private(self) -> bool:
        """Return whether the space is certainly private; an unknown one counts as shared."""
        return self.sharing == _PRIVATE

    @property
    def failed_to_go(self) -> bool:
        """Return whether its deletion failed in Studio."""
        return self.status == _FAILED_TO_GO

    @property
    def is_going(self) -> bool:
        """Return whether the space is being deleted."""
        return self.status == _GOING


class Workload(NamedTuple):
    """A user's spaces in a domain, and the apps of their profile and of their private spaces.

    Apps in shared spaces are not included: they belong to the space.
    """

    apps: tuple[App, ...] = ()
    spaces: tuple[Space, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedProfile:
    """What the account reported of a profile; `workload` is None if the plan did not need it.

    `user_name` is the user name that the profile signs in; `arn` is empty if nobody asked for it.
    """

    name: str
    status: ProfileStatus
    role_arn: str
    ownership: Ownership
    user_name: str = ""
    efs_uid: str = ""
    modified: str = ""
    failure: str = ""
    workload: Workload | None = None
    arn: str = field(default="", compare=False)
