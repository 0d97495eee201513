"""The steps of manual changes in an account's console, outside the hub."""

from typing import Literal, get_args

from pydantic import model_validator

from yaml_files.parts import Name, Part

ManualOperation = Literal["delete", "untag", "recreate", "change_role"]


class ManualAction(Part):
    """A manual change of a user's profile in the Studio console; each operation names the user."""

    delete: Name | None = None
    untag: Name | None = None
    recreate: Name | None = None
    change_role: Name | None = None
    target: Name
    role: Name = "ManualAction"

    @property
    def operation(self) -> tuple[ManualOperation, str]:
        """Return the operation, and the user whose profile it changes."""
        ((operation, user),) = self._operations()
        return operation, user

    def _operations(self) -> list[tuple[ManualOperation, str]]:
        return [
            (operation, user)
            for operation in get_args(ManualOperation)
            if (user := getattr(self, operation)) is not None
        ]

    @model_validator(mode="after")
    def _one_operation(self) -> "ManualAction":
        if len(self._operations()) != 1:
            raise ValueError("give one of delete, untag, recreate and change_role, with a user")
        return self


class CreateRole(Part):
    """Creates a role that was missing."""

    target: Name
    role: Name
