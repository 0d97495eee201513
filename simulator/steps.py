"""The steps of a scenario: their names in the file, and their fields."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from simulator.directory_operations import Via
from simulator.expect_step import Expect
from simulator.fault_steps import FaultStep
from simulator.hand_steps import CreateRole, ManualAction
from simulator.operator_steps import Approve, Keep, Operated, Pause, Protect, Reject, Resume
from simulator.scenario_schema import Id, Row, Span
from yaml_files.parts import Name, Part

UserName = Annotated[Name, StringConstraints(max_length=128)]


class InDirectory(Part):
    """A step that changes the directory, the route of its event, and the event's age.

    A late event was delayed: when it arrives, its time is that long ago.
    """

    via: Via = "console"
    late: Span = Span()


class Join(InDirectory):
    """A user joins a group."""

    user: Name
    group: Name


class Leave(Join):
    """A user leaves a group."""


class CreateUser(InDirectory):
    """A user is added to the directory."""

    name: UserName
    groups: tuple[Name, ...] = ()
    id: Id | None = None


class DisableUser(InDirectory):
    """A user is disabled."""

    user: Name


class EnableUser(InDirectory):
    """A disabled user is enabled."""

    user: Name


class RenameUser(InDirectory):
    """A user gets another user name."""

    user: Name
    to: UserName


class DeleteUser(InDirectory):
    """A user is deleted, with all their memberships."""

    user: Name


class CreateGroup(InDirectory):
    """A group is added, with its first members."""

    group: Name
    users: tuple[Name, ...] = ()
    id: Id | None = None


class RenameGroup(InDirectory):
    """A group gets another name."""

    group: Name
    to: Name


class DeleteGroup(InDirectory):
    """A group is deleted, with all its memberships."""

    group: Name


class StartApp(Part):
    """A user starts an app."""

    user: Name
    target: Name
    type: Literal[
        "JupyterLab", "CodeEditor", "JupyterServer", "KernelGateway", "TensorBoard", "Canvas"
    ] = "JupyterLab"
    space: Literal["private", "shared", "none"] | None = None

    @property
    def needs_space(self) -> bool:
        """Return whether the app can run only in a space."""
        return self.type in {"JupyterLab", "CodeEditor"}

    @model_validator(mode="after")
    def _fits(self) -> "StartApp":
        if self.needs_space and self.space == "none":
            raise ValueError(f"{self.type} runs in a space: write space: private or shared")
        return self


class RestartApp(Part):
    """A user starts their latest stopped app again."""

    user: Name
    target: Name


class Unmap(Part):
    """A row of the mappings table is deleted."""

    group: Name
    target: Name


class Event(Part):
    """A raw event, delivered as it is."""

    file: Path


class Lose(Part):
    """Events that are lost."""

    events: Annotated[int, Field(ge=1)] = 1


class Duplicate(Part):
    """Events that arrive twice."""

    events: Annotated[int, Field(ge=1)] = 1


class Shuffle(Part):
    """Events are held back until the next wait, sweep or end, then arrive in another order."""

    seed: int = 0


class Sweep(Part):
    """The hourly and the daily sweep start now; or the hourly one only."""

    hourly: bool = False


class Wait(Span):
    """Time passes."""


DirectoryStep = (
    Join
    | Leave
    | CreateUser
    | DisableUser
    | EnableUser
    | RenameUser
    | DeleteUser
    | CreateGroup
    | RenameGroup
    | DeleteGroup
)
ProfileEvent = (
    DirectoryStep
    | StartApp
    | RestartApp
    | ManualAction
    | CreateRole
    | Operated
    | Row
    | Unmap
    | Event
    | FaultStep
    | Lose
    | Duplicate
    | Shuffle
    | Sweep
    | Wait
)
Step = ProfileEvent | Expect

STEPS: dict[str, type[Step]] = {
    "join": Join,
    "leave": Leave,
    "create_user": CreateUser,
    "disable_user": DisableUser,
    "enable_user": EnableUser,
    "rename_user": RenameUser,
    "delete_user": DeleteUser,
    "create_group": CreateGroup,
    "rename_group": RenameGroup,
    "delete_group": DeleteGroup,
    "start_app": StartApp,
    "restart_app": RestartApp,
    "by_hand": ManualAction,
    "create_role": CreateRole,
    "approve": Approve,
    "reject": Reject,
    "keep": Keep,
    "protect": Protect,
    "pause": Pause,
    "resume": Resume,
    "map": Row,
    "unmap": Unmap,
    "event": Event,
    "fault": FaultStep,
    "lose": Lose,
    "duplicate": Duplicate,
    "shuffle": Shuffle,
    "sweep": Sweep,
    "wait": Wait,
    "expect": Expect,
}
