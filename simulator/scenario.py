"""What a scenario may say: the words of the file, and what belongs to each."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from shared.conventions import execution_role_arn
from shared.model import AccountId, Target

Via = Literal["console", "api", "none"]


def _account(value: object) -> object:
    # An account id written without quotes is a number to YAML.
    return f"{value:012d}" if isinstance(value, int) and not isinstance(value, bool) else value


def _entry(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _text(value: object) -> object:
    # A group called 2026 is a number to YAML.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _list(value: object) -> object:
    return () if value is None else value


_Account = Annotated[str, BeforeValidator(_account), StringConstraints(pattern=r"^\d{12}$")]
_Name = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1)]
_Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d{1,2}$")]
_Domain = Annotated[str, StringConstraints(pattern=r"^d-(-*[a-z0-9]){1,61}$")]
_StoreId = Annotated[
    str, StringConstraints(pattern=r"^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
]
_Id = Annotated[
    str,
    StringConstraints(
        pattern=r"^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}$"
    ),
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(_Part):
    """A group of the directory."""

    name: _Name
    id: _Id | None = None


class User(_Part):
    """A person of the directory, with the groups that they are in."""

    name: Annotated[_Name, StringConstraints(max_length=128)]
    id: _Id | None = None
    groups: tuple[_Name, ...] = ()
    status: Literal["ENABLED", "DISABLED"] = "ENABLED"


class Directory(_Part):
    """Identity Center before the story."""

    identity_store_id: _StoreId = "d-1234567890"
    groups: tuple[Annotated[Group, BeforeValidator(_entry)], ...] = ()
    users: tuple[Annotated[User, BeforeValidator(_entry)], ...] = ()


class HandMade(_Part):
    """A profile made by other hands."""

    name: _Name
    user: _Name | None = None
    role: _Name | None = None


class Spoke(_Part):
    """A Studio domain in an account with a spoke."""

    account: _Account
    region: _Region
    domain: _Domain
    profiles: tuple[HandMade, ...] = ()

    @property
    def target(self) -> Target:
        """Return the domain as a target."""
        return Target(AccountId(self.account), self.region, self.domain)


class RemovalLimit(_Part):
    """How many removals may begin in an hour."""

    count: Annotated[int, Field(ge=0)] = 5
    percent: Annotated[int, Field(ge=0, le=100)] = 10


class Settings(_Part):
    """How the hub is deployed."""

    mode: Literal["apply", "report"] = "apply"
    removal_limit: RemovalLimit | None = None


class Row(_Part):
    """A row of the mappings table, written as it is: what the hub makes of it is its affair."""

    group: Any
    target: Any
    role: _Name | None = None
    execution_role_arn: Any = None
    priority: Any = None
    retention_days: Any = None
    group_id: Any = None
    enabled: Any = None

    @model_validator(mode="after")
    def _one_role(self) -> "Row":
        if self.role is not None and self.execution_role_arn is not None:
            raise ValueError("give role or execution_role_arn")
        return self

    def item(self) -> dict[str, object]:
        """Return the row's attributes."""
        given = self.model_dump(exclude={"role"}, exclude_none=True)
        if self.role is not None:
            account, _, rest = str(self.target).partition("/")
            given["execution_role_arn"] = execution_role_arn(
                account, rest.partition("/")[0], self.role
            )
        return given


class Join(_Part):
    """Somebody joins a group."""

    user: _Name
    group: _Name
    via: Via = "console"


class Leave(Join):
    """Somebody leaves a group."""


class CreateUser(_Part):
    """Somebody is added to the directory."""

    name: Annotated[_Name, StringConstraints(max_length=128)]
    groups: tuple[_Name, ...] = ()
    id: _Id | None = None
    via: Via = "console"


class StartApp(_Part):
    """Somebody starts an app."""

    user: _Name
    target: _Name
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


class Unmap(_Part):
    """A row of the mappings table is deleted."""

    group: _Name
    target: _Name


class Event(_Part):
    """A raw event, delivered as it is."""

    file: Path


class FaultStep(_Part):
    """Calls that AWS will fail."""

    service: Literal["dynamodb", "events", "identitystore", "sagemaker", "sqs", "sso-admin", "sts"]
    operation: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]+$")]
    error: _Name
    account: _Account | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    every: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_rhythm(self) -> "FaultStep":
        if self.times is not None and self.every is not None:
            raise ValueError("give times or every")
        return self


class Wait(_Part):
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


class Frame(_Part):
    """A scenario file, its steps not yet looked into."""

    version: Literal[1]
    settings: Settings = Settings()
    directory: Directory = Directory()
    targets: Annotated[tuple[Spoke, ...], BeforeValidator(_list)] = ()
    mappings: Annotated[tuple[Row, ...], BeforeValidator(_list)] = ()
    steps: Annotated[tuple[dict[str, Any], ...], BeforeValidator(_list)] = ()


class Scenario(_Part):
    """A story that can be played; `steps` are the words of the file with what they say."""

    folder: Path
    frame: Frame
    steps: tuple[tuple[str, Step], ...]
