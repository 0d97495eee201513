"""What is uploaded to Lambda: our code beside the locked wheels, the same for the same input."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.infrastructure.package import build_package

Install = Callable[[Path, Path, str, str], None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "requirements/runtime.txt": "wheel==1 --hash=sha256:0\n",
        "hub/__init__.py": '"""The hub."""\n',
        "hub/runtime/handlers/intake.py": "def handler(): ...\n",
        "hub/runtime/__pycache__/old.pyc": "",
        "hub/infrastructure/stack.py": "import aws_cdk\n",
        "shared/wire.py": "",
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
        "hub/runtime/handlers/intake.py",
        "shared/wire.py",
        "wheel/__init__.py",
        "wheel-1.dist-info/METADATA",
    }


def test_wheels_are_installed_once(
    project: Path, install: Install, installed: list[tuple[str, str]]
) -> None:
    """A second synthesis runs no pip, yet takes our code as it is now, without what was deleted."""
    first = build_package(project, runtime="python3.13", architecture="arm64", install=install)
    (project / "shared/wire.py").unlink()
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
    """Half a package is never taken for a whole one."""

    def fail(lock: Path, into: Path, runtime: str, architecture: str) -> None:
        install(lock, into, runtime, architecture)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_package(project, runtime="python3.13", architecture="arm64", install=fail)

    assert list((project / "build" / "lambda").iterdir()) == []
