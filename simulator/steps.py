"""The steps of a story: the words of the file, and what belongs to each."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from simulator.words import Account, Id, Name, Part, Row

Via = Literal["console", "api", "none"]


class Join(Part):
    """Somebody joins a group."""

    user: Name
    group: Name
    via: Via = "console"


class Leave(Join):
    """Somebody leaves a group."""


class CreateUser(Part):
    """Somebody is added to the directory."""

    name: Annotated[Name, StringConstraints(max_length=128)]
    groups: tuple[Name, ...] = ()
    id: Id | None = None
    via: Via = "console"


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


class Unmap(Part):
    """A row of the mappings table is deleted."""

    group: Name
    target: Name


class Event(Part):
    """A raw event, delivered as it is."""

    file: Path


class FaultStep(Part):
    """Calls that AWS will fail."""

    service: Literal["dynamodb", "events", "identitystore", "sagemaker", "sqs", "sso-admin", "sts"]
    operation: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]+$")]
    error: Name
    account: Account | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    every: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_rhythm(self) -> "FaultStep":
        if self.times is not None and self.every is not None:
            raise ValueError("give times or every")
        return self


class Wait(Part):
    """Time passes."""

    seconds: Annotated[float, Field(ge=0)] = 0
    minutes: Annotated[float, Field(ge=0)] = 0
    hours: Annotated[float, Field(ge=0)] = 0
    days: Annotated[float, Field(ge=0)] = 0

    @property
    def total(self) -> float:
        """Return the whole time, in seconds."""
        return self.seconds + 60 * self.minutes + 3600 * self.hours + 86400 * self.days


Step = Join | Leave | CreateUser | StartApp | Row | Unmap | Event | FaultStep | Wait

STEPS: dict[str, type[Step]] = {
    "join": Join,
    "leave": Leave,
    "create_user": CreateUser,
    "start_app": StartApp,
    "map": Row,
    "unmap": Unmap,
    "event": Event,
    "fault": FaultStep,
    "wait": Wait,
}
