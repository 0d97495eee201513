"""Builds the functions' package: our code beside the locked wheels for Lambda, without Docker.

It runs before the synthesis and returns a directory; no construct knows of pip or of this machine.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

# Files of wheels that a function does not need. RECORD and its like describe the installation (they
# hold paths of the machine), bin holds scripts; METADATA and licences stay.
_NOISE = (
    "bin",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/direct_url.json",
)
_OURS = ("hub/__init__.py", "hub/runtime", "shared")

# Takes the lock file, the empty directory to fill, the Lambda runtime and the architecture.
Install = Callable[[Path, Path, str, str], None]


class PackageError(Exception):
    """The wheels could not be installed; the message says what to look at."""


def install_wheels(lock: Path, into: Path, runtime: str, architecture: str) -> None:
    """Install the locked wheels for Lambda's platform, whatever platform this is.

    Raises:
        PackageError: pip failed; its output stands above on stderr.
    """
    # Source: Lambda's developer guide, "Working with .zip file archives for Python".
    machine = {"arm64": "aarch64"}.get(architecture, architecture)
    options = {
        "--target": str(into),
        "--platform": f"manylinux2014_{machine}",
        "--python-version": runtime.removeprefix("python"),
        "--implementation": "cp",
        "--only-binary": ":all:",
        "--requirement": str(lock),
    }
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes", "--no-compile"]
    command += [part for option in options.items() for part in option]
    sys.stderr.write(f"installing the Lambda wheels for {runtime}, {architecture} (once)\n")
    # No shell, and every argument is checked context or a path of ours.
    done = subprocess.run(command, check=False, stdout=sys.stderr)  # noqa: S603
    if done.returncode:
        raise PackageError(
            f"pip could not install {lock.name} for {runtime} on {architecture}: "
            "is the package index within reach, and is there a wheel for that platform?"
        )


def build_package(
    root: Path, *, runtime: str, architecture: str, install: Install = install_wheels
) -> Path:
    """Return the directory to upload: equal input gives equal content.

    The wheels are cached below `build/` by a digest of everything that decides them, so that the
    next synthesis takes no time; our code is copied each time.
    """
    lock = root / "requirements" / "runtime.txt"
    decides = "\n".join((runtime, architecture, *_NOISE)).encode() + lock.read_bytes()
    # Without a dot: the CDK would take the text after it for a file extension.
    name = f"{runtime}-{architecture}-{sha256(decides).hexdigest()[:16]}".replace(".", "")
    package = root / "build" / "lambda" / name
    if not package.exists():
        package.parent.mkdir(parents=True, exist_ok=True)
        # Renamed when it is complete: a killed synthesis leaves no partial package.
        with TemporaryDirectory(dir=package.parent) as unfinished:
            wheels = Path(unfinished, "wheels")
            wheels.mkdir()
            install(lock, wheels, runtime, architecture)
            _strip(wheels)
            wheels.rename(package)
    _copy_ours(root, package)
    _let_lambda_read(package)
    return package


def _strip(wheels: Path) -> None:
    caches = wheels.rglob("__pycache__")
    for path in (*(found for noise in _NOISE for found in wheels.glob(noise)), *caches):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _copy_ours(root: Path, package: Path) -> None:
    for name in {Path(ours).parts[0] for ours in _OURS}:
        shutil.rmtree(package / name, ignore_errors=True)
    for ours in _OURS:
        source, copy = root / ours, package / ours
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)


def _let_lambda_read(package: Path) -> None:
    """Give every file and folder the same rights, whatever this machine's umask is.

    The archive keeps them, and Lambda reads it as another user.

    Source: Lambda's developer guide, file permissions of .zip archives: 644 and 755.
    """
    package.chmod(0o755)
    for path in package.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
