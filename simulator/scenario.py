"""The parts of a scenario other than its steps: the directory, the spokes, the mappings."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from shared.model import AccountId, Target
from simulator.scenario_schema import (
    Account,
    Domain,
    Id,
    Region,
    Row,
    StoreId,
    keyed,
    listed,
)
from simulator.steps import Step
from yaml_files.parts import Name, Part


def entry(value: object) -> object:
    """Return the entry that a bare name stands for."""
    is_name = isinstance(value, str | int) and not isinstance(value, bool)
    return {"name": value} if is_name else value


class Group(Part):
    """A group of the directory."""

    name: Name
    id: Id | None = None


class User(Part):
    """A user of the directory, with their groups."""

    name: Annotated[Name, StringConstraints(max_length=128)]
    id: Id | None = None
    groups: tuple[Name, ...] = ()
    status: Literal["ENABLED", "DISABLED"] = "ENABLED"


GroupEntry = Annotated[Group, BeforeValidator(entry)]
UserEntry = Annotated[User, BeforeValidator(entry)]


class Directory(Part):
    """Identity Center at the start of the scenario."""

    identity_store_id: StoreId = "d-1234567890"
    groups: Annotated[tuple[GroupEntry, ...], BeforeValidator(listed)] = ()
    users: Annotated[tuple[UserEntry, ...], BeforeValidator(listed)] = ()


class SpokeProfile(Part):
    """An unmanaged profile."""

    name: Name
    user: Name | None = None
    role: Name | None = None


class Spoke(Part):
    """A Studio domain in an account with a spoke."""

    account: Account
    region: Region
    domain: Domain
    profiles: tuple[SpokeProfile, ...] = ()
    missing_roles: tuple[Name, ...] = ()

    @property
    def target(self) -> Target:
        """Return the domain as a target."""
        return Target(AccountId(self.account), self.region, self.domain)


class RemovalLimit(Part):
    """How many disruptions may start in an hour."""

    count: Annotated[int, Field(ge=0)] = 5
    percent: Annotated[int, Field(ge=0, le=100)] = 10


class Settings(Part):
    """The settings of the hub's deployment."""

    mode: Literal["apply", "report"] = "apply"
    removal_limit: RemovalLimit = RemovalLimit()


class Frame(Part):
    """A scenario file whose steps are not parsed yet."""

    version: Literal[1]
    settings: Annotated[Settings, BeforeValidator(keyed)] = Settings()
    directory: Annotated[Directory, BeforeValidator(keyed)] = Directory()
    targets: Annotated[tuple[Spoke, ...], BeforeValidator(listed)] = ()
    mappings: Annotated[tuple[Row, ...], BeforeValidator(listed)] = ()
    steps: Annotated[tuple[dict[str, Any], ...], BeforeValidator(listed)] = ()


class Scenario(Part):
    """A scenario that can be played; `steps` pairs each word of the file with its step."""

    folder: Path
    frame: Frame
    steps: tuple[tuple[str, Step], ...]
