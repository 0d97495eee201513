"""The words that a scenario is made of: names, ids, accounts, and rows of the mappings table."""

from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    model_validator,
)

from shared.conventions import execution_role_arn


def _account(value: object) -> object:
    # An account id written without quotes is a number to YAML.
    return f"{value:012d}" if isinstance(value, int) and not isinstance(value, bool) else value


def entry(value: object) -> object:
    """Return what a bare name stands for."""
    return {"name": value} if isinstance(value, str) else value


def _text(value: object) -> object:
    # A group called 2026 is a number to YAML.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def listed(value: object) -> object:
    """Return a list for a key with nothing behind it."""
    return () if value is None else value


Account = Annotated[str, BeforeValidator(_account), StringConstraints(pattern=r"^\d{12}$")]
Name = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1)]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d{1,2}$")]
Domain = Annotated[str, StringConstraints(pattern=r"^d-(-*[a-z0-9]){1,61}$")]
StoreId = Annotated[
    str, StringConstraints(pattern=r"^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
]
Id = Annotated[
    str,
    StringConstraints(
        pattern=r"^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}$"
    ),
]


Scalar = Annotated[str | bool | int | FiniteFloat | None, Field(union_mode="smart")]


class Part(BaseModel):
    """A part of a scenario: it says what it knows, and refuses every other word."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(Part):
    """A row of the mappings table, written as it is: what the hub makes of it is its affair."""

    group: Name
    target: Name
    role: Name | None = None
    execution_role_arn: Scalar = None
    priority: Scalar = None
    retention_days: Scalar = None
    group_id: Scalar = None
    enabled: Scalar = None
    note: Scalar = None

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
