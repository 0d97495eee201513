"""Finds a Chromium on this machine, or installs Debian's, and the driver that opens pages in it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from e2e.local_aws import for_installing
from e2e.processes import CommandError, run

_ROOT = Path(__file__).parents[2]
_DRIVER = _ROOT / "tests" / "browser"
_BUILD = _ROOT / "build" / "browser"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MINUTES = 600  # seconds


class NoBrowserError(Exception):
    """There is no browser here and none can be installed; the message says why."""


def chromium() -> Path:
    """Return the path of a Chromium; install Debian's if there is none and this is root.

    Raises NoBrowserError if there is none and none can be had.
    """
    with _one_at_a_time():
        found = _found()
        if found is None:
            _install()
            found = _found()
    if found is None:
        raise NoBrowserError("Debian's package chromium installed no program of that name")
    return found


def driver() -> Path:
    """Install the locked driver, once a lock file, and return the path of its script."""
    lock = (_DRIVER / "package-lock.json").read_bytes()
    mark, script = _BUILD / "installed", _BUILD / "browse.mjs"
    with _one_at_a_time():
        for name in ("package.json", "package-lock.json", script.name):
            shutil.copyfile(_DRIVER / name, _BUILD / name)
        if not mark.exists() or mark.read_bytes() != lock:
            command = ["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(_BUILD)]
            run(command, for_installing(), _BUILD / "npm.log", timeout=_MINUTES)
            mark.write_bytes(lock)
    return script


def _found() -> Path | None:
    given = os.environ.get("CHROMIUM")
    places = [given] if given else [shutil.which(name) for name in _NAMES]
    return next((Path(place) for place in places if place and Path(place).exists()), None)


def _install() -> None:
    """Install Debian's Chromium; NoBrowserError if that cannot be."""
    if "CHROMIUM" in os.environ:
        raise NoBrowserError(f"CHROMIUM={os.environ['CHROMIUM']!r} is no file: correct it")
    if shutil.which("apt-get") is None:
        raise NoBrowserError(f"none of {', '.join(_NAMES)} is on the PATH, and there is no apt-get")
    if os.geteuid() != 0:
        raise NoBrowserError(
            "no Chromium is on the PATH, and only root may install one: apt-get install chromium"
        )
    here = for_installing() | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
    try:
        for command in (["apt-get", "update"], install):
            run(command, here, _BUILD / "apt.log", timeout=_MINUTES)
    except CommandError as error:
        raise NoBrowserError(f"Debian's Chromium could not be installed: {error}") from error


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let the other processes of a test run wait."""
    _BUILD.mkdir(parents=True, exist_ok=True)
    with (_BUILD / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
