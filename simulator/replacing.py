"""Puts something else in the place of what a class or a module has, until the world ends."""

from contextlib import ExitStack
from types import ModuleType

_MISSING = object()


def replace(undo: ExitStack, owner: type | ModuleType, name: str, value: object) -> None:
    """Set an attribute; `undo` gives back what was there, or takes it away again."""
    before = owner.__dict__.get(name, _MISSING)
    setattr(owner, name, value)
    if before is _MISSING:
        undo.callback(delattr, owner, name)
    else:
        undo.callback(setattr, owner, name, before)
