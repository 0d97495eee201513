"""The step that states what must be true now; it makes a scenario a test."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from simulator.scenario_schema import listed
from yaml_files.parts import Name, Part

State = Literal["pending", "active", "suspended", "held", "removing", "removed", "failed", "none"]


class Expect(Part):
    """An expectation of a user in a target, or of holds and problems.

    With a user or a target, `holds` and `problems` are those of that user and that target only.
    """

    user: Name | None = None
    target: Name | None = None
    role: Name | None = None
    state: State | None = None
    profile: Literal["none"] | None = None
    holds: Annotated[int, Field(ge=0)] | None = None
    problems: Annotated[tuple[Name, ...], BeforeValidator(listed)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Expect":
        of_person = [n for n in ("role", "state", "profile") if getattr(self, n) is not None]
        if not of_person and self.holds is None and self.problems is None:
            raise ValueError("give at least one of role, state, profile, holds and problems")
        if of_person and (self.user is None or self.target is None):
            raise ValueError(f"with {' and '.join(of_person)} give a user and a target")
        if self.role is not None and self.profile is not None:
            raise ValueError("give role or profile")
        return self
