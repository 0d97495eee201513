"""What is uploaded to Lambda: our code beside the locked wheels, the same for the same input."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aws_cdk import FileSystem

from hub.infrastructure.package import build_package

Install = Callable[[Path, Path, str, str], None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "requirements/runtime.txt": "wheel==1 --hash=sha256:0\n",
        "hub/__init__.py": '"""The hub."""\n',
        "hub/runtime/functions/intake.py": "def handler(): ...\n",
        "hub/runtime/__pycache__/old.pyc": "",
        "hub/infrastructure/stack.py": "import aws_cdk\n",
        "shared/messages.py": "",
        "tests/test_hub.py": "",
    }.items():
        write(tmp_path / name, text)
    return tmp_path


@pytest.fixture
def installed() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def install(installed: list[tuple[str, str]]) -> Install:
    def fill(lock: Path, into: Path, runtime: str, architecture: str) -> None:
        installed.append((runtime, architecture))
        for name in (
            "wheel/__init__.py",
            "wheel/__pycache__/wheel.pyc",
            "wheel-1.dist-info/METADATA",
            "wheel-1.dist-info/RECORD",
            "wheel-1.dist-info/INSTALLER",
            "bin/script",
        ):
            write(into / name, "")

    return fill


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def files(package: Path) -> set[str]:
    return {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()}


def test_a_package_holds_what_runs_and_no_more(project: Path, install: Install) -> None:
    """Neither the CDK's side, tests, caches, scripts nor traces of pip are uploaded."""
    package = build_package(project, runtime="python3.13", architecture="arm64", install=install)

    assert files(package) == {
        "hub/__init__.py",
        "hub/runtime/functions/intake.py",
        "shared/messages.py",
        "wheel/__init__.py",
        "wheel-1.dist-info/METADATA",
    }


def test_wheels_are_installed_once(
    project: Path, install: Install, installed: list[tuple[str, str]]
) -> None:
    """A second synthesis runs no pip, but uses our present code, without what was deleted."""
    first = build_package(project, runtime="python3.13", architecture="arm64", install=install)
    (project / "shared/messages.py").unlink()
    write(project / "shared/naming.py", "")

    second = build_package(project, runtime="python3.13", architecture="arm64", install=install)

    assert second == first
    assert installed == [("python3.13", "arm64")]
    assert {name for name in files(second) if name.startswith("shared")} == {"shared/naming.py"}


@pytest.mark.parametrize(
    ("runtime", "architecture", "lock"),
    [
        ("python3.12", "arm64", "wheel==1 --hash=sha256:0\n"),
        ("python3.13", "x86_64", "wheel==1 --hash=sha256:0\n"),
        ("python3.13", "arm64", "wheel==2 --hash=sha256:1\n"),
    ],
)
def test_other_wheels_have_another_place(
    project: Path, install: Install, runtime: str, architecture: str, lock: str
) -> None:
    """Lock, runtime and architecture decide the wheels: whichever changes, they are installed."""
    before = build_package(project, runtime="python3.13", architecture="arm64", install=install)
    write(project / "requirements/runtime.txt", lock)

    after = build_package(project, runtime=runtime, architecture=architecture, install=install)

    assert after != before


def test_a_failed_installation_leaves_nothing(project: Path, install: Install) -> None:
    """A partial package never counts as a complete one."""

    def fail(lock: Path, into: Path, runtime: str, architecture: str) -> None:
        install(lock, into, runtime, architecture)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_package(project, runtime="python3.13", architecture="arm64", install=fail)

    assert list((project / "build" / "lambda").iterdir()) == []


@pytest.fixture
def stingy_machine() -> Iterator[None]:
    """A machine that lets nobody else read a new file."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_two_machines_upload_the_same(
    project: Path, install: Install, tmp_path_factory: pytest.TempPathFactory, stingy_machine: None
) -> None:
    """Neither folder, dates nor umask change the asset: an unchanged tree deploys nothing."""
    first = build_package(project, runtime="python3.13", architecture="arm64", install=install)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "clone"
    shutil.copytree(project, elsewhere, ignore=shutil.ignore_patterns("build"))
    os.umask(0o002)
    second = build_package(elsewhere, runtime="python3.13", architecture="arm64", install=install)
    for path in second.rglob("*"):
        os.utime(path, (0, 0))

    assert second != first
    assert FileSystem.fingerprint(str(first)) == FileSystem.fingerprint(str(second))


def test_lambda_can_read_it(project: Path, install: Install, stingy_machine: None) -> None:
    """The archive keeps the rights of files, and Lambda reads it as another user."""
    package = build_package(project, runtime="python3.13", architecture="arm64", install=install)
    rights = {(path.is_dir(), path.stat().st_mode & 0o777) for path in package.rglob("*")}

    assert rights == {(True, 0o755), (False, 0o644)}
