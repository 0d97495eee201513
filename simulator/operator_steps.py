"""The steps of a scenario that an operator takes."""

from typing import Annotated

from pydantic import Field

from shared.conventions import MOST_DAYS_KEPT
from yaml_files.parts import Name, Part


class Approve(Part):
    """An operator approves every open hold that can be approved, in one target or everywhere."""

    target: Name | None = None


class Reject(Approve):
    """An operator rejects every open hold that can be approved, in one target or everywhere."""


class Keep(Part):
    """An operator keeps a user for some days: nothing is removed from the user; 0 ends it."""

    user: Name
    days: Annotated[int, Field(ge=0, le=MOST_DAYS_KEPT)]


class Protect(Part):
    """An operator protects a user from all removals."""

    user: Name


class Pause(Part):
    """An operator pauses the hub."""


class Resume(Part):
    """An operator resumes the hub."""


Operated = Approve | Reject | Keep | Protect | Pause | Resume
