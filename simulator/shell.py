"""Isolates the embedded AWS from the shell's endpoints, profiles, files and credentials."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Without these variables botocore reads ~/.aws, which may also set endpoints and certificates.
_NO_FILES: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


@contextmanager
def without_shell() -> Iterator[None]:
    """Hide every AWS_ variable and both configuration files; restore them at the end."""
    before = _of_aws()
    _become(_NO_FILES)
    try:
        yield
    finally:
        _become(before)


def _become(variables: dict[str, str]) -> None:
    for name in _of_aws():
        del os.environ[name]
    os.environ.update(variables)


def _of_aws() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
