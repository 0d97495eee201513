"""The basic types of a scenario: names, ids, accounts, and rows of the mappings table."""

from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    model_validator,
)

from shared.conventions import iam_role_arn


class WrittenInt(int):
    """A number that keeps its text in the file: YAML 1.1 reads 010 as eight."""

    written: str

    def __new__(cls, value: int, written: str) -> Self:
        """Return a number with its text in the file."""
        new = super().__new__(cls, value)
        new.written = written
        return new


def _written(value: int) -> str:
    return getattr(value, "written", str(value))


def _account(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(
            "is written as a number, and a number may lose its leading zero: write it in quotes: "
            f'"{_written(value)}"'
        )
    return value


def _text(value: object) -> object:
    # YAML reads a group called 2026 as a number.
    return _written(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_written(value: object) -> object:
    # YAML 1.1 reads 010 as eight, and 1:30 as ninety.
    if isinstance(value, WrittenInt) and str(int(value)) != value.written.lstrip("+"):
        raise ValueError(
            f"is written as {value.written}, which YAML reads as {int(value)}: write {int(value)}, "
            f'or "{value.written}" for text'
        )
    return value


def listed(value: object) -> object:
    """Return an empty list for a key without a value."""
    return () if value is None else value


def keyed(value: object) -> object:
    """Return an empty mapping for a key without a value."""
    return {} if value is None else value


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


Scalar = Annotated[
    str | bool | int | FiniteFloat | None,
    Field(union_mode="smart"),
    BeforeValidator(_as_written),
]


class Part(BaseModel):
    """A part of a scenario; it refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Part):
    """A length of time."""

    # Ten years at most, so that no date overflows.
    seconds: Annotated[FiniteFloat, Field(ge=0, le=315_360_000)] = 0
    minutes: Annotated[FiniteFloat, Field(ge=0, le=5_256_000)] = 0
    hours: Annotated[FiniteFloat, Field(ge=0, le=87_600)] = 0
    days: Annotated[FiniteFloat, Field(ge=0, le=3_650)] = 0

    @property
    def total(self) -> float:
        """Return the whole time, in seconds."""
        return self.seconds + 60 * self.minutes + 3600 * self.hours + 86400 * self.days


class Row(Part):
    """A row of the mappings table, written unchecked; the hub decides whether it is valid."""

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
            given["execution_role_arn"] = iam_role_arn(account, rest.partition("/")[0], self.role)
        return given
