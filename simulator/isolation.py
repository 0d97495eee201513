"""Isolates the embedded AWS: from the shell's settings, and its changes from what runs after it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Final

from botocore.configprovider import ScopedConfigProvider

_MISSING = object()
# Without these variables botocore reads ~/.aws, which may also set endpoints and certificates.
_NO_FILES: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


@contextmanager
def without_shell() -> Iterator[None]:
    """Hide every AWS_ variable and both configuration files; restore them at the end.

    Clients do not even look for a setting in the files. Credentials are read from them, if a
    variable names one again.
    """
    before = _of_aws()
    _become(_NO_FILES)
    with ExitStack() as undo:
        undo.callback(_become, before)
        replace(undo, ScopedConfigProvider, "provide", lambda _: None)
        yield


def _become(variables: dict[str, str]) -> None:
    for name in _of_aws():
        del os.environ[name]
    os.environ.update(variables)


def _of_aws() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def replace(undo: ExitStack, owner: type | ModuleType, name: str, value: object) -> None:
    """Set an attribute; `undo` restores the old value, or deletes the attribute again."""
    before = owner.__dict__.get(name, _MISSING)
    setattr(owner, name, value)
    if before is _MISSING:
        undo.callback(delattr, owner, name)
    else:
        undo.callback(setattr, owner, name, before)
