"""The basic types of a scenario: names, ids, accounts, and rows of the mappings table."""

from typing import Annotated

from pydantic import (
    BeforeValidator,
    Field,
    FiniteFloat,
    StringConstraints,
    model_validator,
)

from shared.conventions import iam_role_arn
from yaml_files.parts import Name, Part, Scalar, written


def _account(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(
            "is written as a number, and a number may lose its leading zero: write it in quotes: "
            f'"{written(value)}"'
        )
    return value


def listed(value: object) -> object:
    """Return an empty list for a key without a value."""
    return () if value is None else value


def keyed(value: object) -> object:
    """Return an empty mapping for a key without a value."""
    return {} if value is None else value


Account = Annotated[str, BeforeValidator(_account), StringConstraints(pattern=r"^\d{12}$")]
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
