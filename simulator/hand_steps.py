"""The steps of manual changes in an account's console, outside the hub."""

from typing import Literal

from pydantic import model_validator

from simulator.scenario_schema import Name, Part

Act = Literal["delete", "untag", "recreate", "change_role"]


class ManualAction(Part):
    """A manual change of a user's profile in the Studio console; each act names the user."""

    delete: Name | None = None
    untag: Name | None = None
    recreate: Name | None = None
    change_role: Name | None = None
    target: Name
    role: Name = "ManualAction"

    @property
    def act(self) -> tuple[Act, str]:
        """Return the act, and the user whose profile it changes."""
        ((act, user),) = self._acts()
        return act, user

    def _acts(self) -> list[tuple[Act, str]]:
        acts: tuple[Act, ...] = ("delete", "untag", "recreate", "change_role")
        return [(act, getattr(self, act)) for act in acts if getattr(self, act) is not None]

    @model_validator(mode="after")
    def _one_act(self) -> "ManualAction":
        if len(self._acts()) != 1:
            raise ValueError("give one of delete, untag, recreate and change_role, with a user")
        return self


class CreateRole(Part):
    """Creates a role that was missing."""

    target: Name
    role: Name
