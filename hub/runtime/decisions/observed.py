"""What Studio reported of a profile, and of what its person runs and keeps there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.ownership import Ownership


class ProfileStatus(StrEnum):
    """The life of a user profile. Source: the SageMaker API model's UserProfileStatus."""

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


@dataclass(frozen=True, slots=True)
class App:
    """An app of a profile, or in a private space; `status` in Studio's words, `created` in UTC."""

    type: str
    name: str
    status: str
    space: str = ""
    created: datetime | None = None

    @property
    def blocks(self) -> bool:
        """Return whether it stands in the way of a change of the profile."""
        return self.status not in {_GONE, _FAILED}

    @property
    def is_running(self) -> bool:
        """Return whether it can be stopped: it blocks, and is not being stopped."""
        return self.blocks and self.status != _GOING

    def __str__(self) -> str:
        return f"{self.type} {self.name}" + (f" in {self.space}" if self.space else "")


@dataclass(frozen=True, slots=True)
class Space:
    """A space that a profile owns; `sharing` is empty where Studio does not tell."""

    name: str
    status: str
    sharing: str = ""

    @property
    def is_private(self) -> bool:
        """Return whether it is certainly nobody else's; whatever is unknown counts as shared."""
        return self.sharing == _PRIVATE

    @property
    def failed_to_go(self) -> bool:
        """Return whether Studio tried to delete it, and ended that as failed."""
        return self.status == _FAILED_TO_GO

    @property
    def is_going(self) -> bool:
        """Return whether it is being deleted."""
        return self.status == _GOING


@dataclass(frozen=True, slots=True)
class Workload:
    """What of a person's is in a domain: owned spaces, and apps of the profile and its own spaces.

    Apps in shared spaces are not among them: they belong to the space.
    """

    apps: tuple[App, ...] = ()
    spaces: tuple[Space, ...] = ()

    @property
    def blocking(self) -> tuple[App, ...]:
        """Return the apps that stand in the way of a change of the profile."""
        return tuple(app for app in self.apps if app.blocks)

    @property
    def running(self) -> tuple[App, ...]:
        """Return the apps that can be stopped."""
        return tuple(app for app in self.apps if app.is_running)

    @property
    def failed(self) -> tuple[App, ...]:
        """Return the apps that failed and are still listed."""
        return tuple(app for app in self.apps if app.status == _FAILED)

    @property
    def private(self) -> tuple[Space, ...]:
        """Return the spaces that nobody else uses."""
        return tuple(space for space in self.spaces if space.is_private)

    @property
    def shared(self) -> tuple[Space, ...]:
        """Return the spaces that others use, or may use."""
        return tuple(space for space in self.spaces if not space.is_private)


@dataclass(frozen=True, slots=True)
class ObservedProfile:
    """What the account reported of a profile; `workload` is None where nobody had to look.

    `user_name` is that of the person whom it signs in.
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
