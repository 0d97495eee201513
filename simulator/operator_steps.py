"""The steps of a story that an operator takes."""

from typing import Annotated

from pydantic import Field

from shared.conventions import MOST_DAYS_KEPT
from simulator.scenario_schema import Name, Part


class Approve(Part):
    """An operator approves every open hold that can be approved, in one target or everywhere."""

    target: Name | None = None


class Reject(Approve):
    """An operator rejects every open hold that can be approved, in one target or everywhere."""


class Keep(Part):
    """An operator lets nothing of somebody be removed for so many days; none ends it."""

    user: Name
    days: Annotated[int, Field(ge=0, le=MOST_DAYS_KEPT)]


class Protect(Part):
    """An operator lets nothing ever be taken of somebody."""

    user: Name


class Pause(Part):
    """An operator lets the hub do nothing any more."""


class Resume(Part):
    """An operator lets the hub go on."""


Operated = Approve | Reject | Keep | Protect | Pause | Resume
