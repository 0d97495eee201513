"""The steps of a story: the words of the file, and what belongs to each."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from simulator.directory_operations import Via
from simulator.expect_step import Expect
from simulator.fault_steps import FaultStep
from simulator.hand_steps import CreateRole, ManualAction
from simulator.operator_steps import Approve, Keep, Operated, Pause, Protect, Reject, Resume
from simulator.scenario_schema import Id, Name, Part, Row, Span

UserName = Annotated[Name, StringConstraints(max_length=128)]


class InDirectory(Part):
    """Something that changes the directory, the route that it comes by, and how old its event is.

    An event that is late has waited on its way: its time is so long ago when it arrives.
    """

    via: Via = "console"
    late: Span = Span()


class Join(InDirectory):
    """Somebody joins a group."""

    user: Name
    group: Name


class Leave(Join):
    """Somebody leaves a group."""


class CreateUser(InDirectory):
    """Somebody is added to the directory."""

    name: UserName
    groups: tuple[Name, ...] = ()
    id: Id | None = None


class DisableUser(InDirectory):
    """Somebody is disabled."""

    user: Name


class EnableUser(InDirectory):
    """Somebody who was disabled is enabled."""

    user: Name


class RenameUser(InDirectory):
    """Somebody gets another user name."""

    user: Name
    to: UserName


class DeleteUser(InDirectory):
    """Somebody is deleted, with all their memberships."""

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
    """Somebody starts an app."""

    user: Name
    target: Name
    type: Literal[
        "JupyterLab", "CodeEditor", "JupyterServer", "KernelGateway", "TensorBoard", "Canvas"
    ] = "JupyterLab"
    space: Literal["private", "shared", "none"] | None = None

    @property
    def needs_space(self) -> bool:
        """Return whether the app can run in a space only."""
        return self.type in {"JupyterLab", "CodeEditor"}

    @model_validator(mode="after")
    def _fits(self) -> "StartApp":
        if self.needs_space and self.space == "none":
            raise ValueError(f"{self.type} runs in a space: write space: private or shared")
        return self


class RestartApp(Part):
    """Somebody starts their latest stopped app again."""

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
    """Events that never arrive."""

    events: Annotated[int, Field(ge=1)] = 1


class Duplicate(Part):
    """Events that come twice."""

    events: Annotated[int, Field(ge=1)] = 1


class Shuffle(Part):
    """Events that are held back until the next wait, sweep or end, and come in another order."""

    seed: int = 0


class Sweep(Part):
    """The rounds of the hour and of the day, now; or that of the hour alone."""

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
