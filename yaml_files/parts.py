"""The basic types of a document that people write: names, numbers as written, and parts."""

from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, StringConstraints


class WrittenInt(int):
    """A number that keeps its text in the file: YAML 1.1 reads 010 as eight."""

    written: str

    def __new__(cls, value: int, written: str) -> Self:
        """Return a number with its text in the file."""
        new = super().__new__(cls, value)
        new.written = written
        return new


def written(value: int) -> str:
    """Return a number as the file has it."""
    return getattr(value, "written", str(value))


def _text(value: object) -> object:
    # YAML reads a group called 2026 as a number.
    return written(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_written(value: object) -> object:
    """Return a value; ValueError for a number that YAML reads as another number."""
    # YAML 1.1 reads 010 as eight, and 1:30 as ninety.
    if isinstance(value, WrittenInt) and str(int(value)) != value.written.lstrip("+"):
        raise ValueError(
            f"is written as {value.written}, which YAML reads as {int(value)}: write {int(value)}, "
            f'or "{value.written}" for text'
        )
    return value


Name = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1)]

Scalar = Annotated[
    str | bool | int | FiniteFloat | None,
    Field(union_mode="smart"),
    BeforeValidator(as_written),
]


class Part(BaseModel):
    """A part of a document; it refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)
