"""Replaces an attribute of a class or a module, until the embedded AWS ends."""

from contextlib import ExitStack
from types import ModuleType

_MISSING = object()


def replace(undo: ExitStack, owner: type | ModuleType, name: str, value: object) -> None:
    """Set an attribute; `undo` restores the old value, or deletes the attribute again."""
    before = owner.__dict__.get(name, _MISSING)
    setattr(owner, name, value)
    if before is _MISSING:
        undo.callback(delattr, owner, name)
    else:
        undo.callback(setattr, owner, name, before)
