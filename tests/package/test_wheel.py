"""The wheel, installed into empty environments: one as it is, one with the extra `simulator`.

The packages come from the index, in the locked versions.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import boto3
import pytest
from moto import mock_aws
from served_hub import served_hub

from simulator.setup import LEDGER, MAPPINGS, make_queue, make_tables

pytestmark = pytest.mark.package

ROOT = Path(__file__).parents[2]
PACKAGES = ("cli", "hub", "shared", "simulator", "spoke", "yaml_files")
REGION, TARGET = "eu-west-1", "222222222222/eu-west-1/d-research0001"
ROW = ("--group", "ml-scientists", "--target", TARGET)
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy: a build in the checkout would take up what earlier ones left."""
    copy, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", built, copy)
    (path,) = built.iterdir()
    return path


@pytest.fixture(scope="session")
def studio_hub(wheel: Path) -> Iterator[Run]:
    """Yield what runs `studio-hub` where nothing but the wheel was asked for."""
    with TemporaryDirectory() as into:
        yield installed(wheel, "", Path(into))


@pytest.fixture(scope="session")
def simulating(wheel: Path) -> Iterator[Run]:
    """Yield what runs `studio-hub` with the extra `simulator`."""
    with TemporaryDirectory() as into:
        yield installed(wheel, "[simulator]", Path(into))


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Serve an account with the hub's stack; yield an operator's environment for it."""
    with mock_aws():
        make_tables(boto3.client("dynamodb", REGION))
        queue, _ = make_queue(boto3.client("sqs", REGION), "delayed")
        names = {"LedgerTable": LEDGER, "MappingsTable": MAPPINGS, "DelayedQueueUrl": queue.url}
        with served_hub(names) as url:
            yield {
                "AWS_ENDPOINT_URL": url,
                "AWS_REGION": REGION,
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
                "HOME": str(tmp_path),
            }


def pip(*arguments: str | Path) -> None:
    """Run the checkout's pip; it can install into environments that have none."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(  # noqa: S603 (our own interpreter, our own words)
        [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"],
        check=False,
        capture_output=True,
        text=True,
        env=own,
    )
    assert done.returncode == 0, done.stderr


def installed(wheel: Path, extra: str, into: Path) -> Run:
    """Install the wheel into an empty environment, and return what runs its `studio-hub`."""
    venv.create(into / "venv", with_pip=False)
    binaries = into / "venv" / "bin"
    # Without the hashes: pip would want one of what the wheel asks for, which is not pinned.
    lines = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.rstrip("\\") for line in lines if "==" in line and not line.startswith(" ")]
    constraints = into / "constraints.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")
    into_it = ("--python", binaries / "python", "install", "--no-compile", "--only-binary", ":all:")
    pip(*into_it, "--constraint", constraints, f"studio-hub{extra} @ {wheel.as_uri()}")

    def run(
        *arguments: str, program: str = "studio-hub", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 (our own program, our own words)
            [binaries / program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=into,
            env={"PATH": str(binaries), "HOME": str(into)} | environment,
        )

    return run


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    """Every file of the five packages; no test, no page of the documentation."""
    files = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert held == files


def test_the_operators_environment_has_no_simulator_and_no_cdk(studio_hub: Run) -> None:
    """The wheel asks for boto3, pydantic, PyYAML, Rich and Typer, and brings in nothing else."""
    said = studio_hub(
        "-c",
        "from importlib.metadata import distributions, requires\n"
        "print(*(d.metadata['Name'].lower() for d in distributions()))\n"
        "print(*(r for r in requires('studio-hub') if 'extra ==' not in r))",
        program="python",
    )
    there, asked = (set(line.split()) for line in said.stdout.splitlines())

    assert {text.partition(">")[0] for text in asked} == {
        "boto3",
        "pydantic",
        "pyyaml",
        "rich",
        "typer",
    }
    assert {"studio-hub", "boto3", "typer"} <= there
    assert there.isdisjoint(
        {"aws-cdk-lib", "aws-lambda-powertools", "constructs", "jsii", "moto", "time-machine"}
    )


def test_help_and_version_work_without_an_account(studio_hub: Run) -> None:
    """The first two commands that anybody tries; a wrong one exits 1."""
    helped, told, wrong = studio_hub("--help"), studio_hub("--version"), studio_hub("--bogus")

    assert (helped.returncode, helped.stderr) == (0, "")
    assert "mappings" in helped.stdout
    assert (told.returncode, told.stdout) == (0, f"studio-hub {version('studio-hub')}\n")
    assert (wrong.returncode, wrong.stdout) == (1, "")


def test_it_works_on_a_hub(studio_hub: Run, operator: Mapping[str, str]) -> None:
    """It finds the tables and the queue by the stack; it reads and writes rows and state."""
    added = studio_hub("mappings", "add", *ROW, "--yes", **operator)
    listed = studio_hub("mappings", "list", "--json", **operator)
    holds = studio_hub("holds", "list", "--json", **operator)
    paused = studio_hub("pause", "--reason", "a test", **operator)
    resume = studio_hub("resume", **operator)
    swept = studio_hub("sweep", **operator)

    assert (added.returncode, listed.returncode) == (0, 0), added.stderr
    assert [row["target"] for row in json.loads(listed.stdout)] == [TARGET]
    assert (holds.returncode, json.loads(holds.stdout)) == (0, [])
    assert (paused.returncode, resume.returncode, swept.returncode) == (0, 2, 3)
    assert "a test" in resume.stdout


def test_without_the_extra_nothing_is_played(studio_hub: Run) -> None:
    """`demo` exits 1 and says what to install."""
    played = studio_hub("demo")

    assert (played.returncode, played.stdout) == (1, "")
    assert "pipx install --force '.[simulator]'" in played.stderr


def test_with_the_extra_the_demo_plays(simulating: Run) -> None:
    """The extra brings in all that the embedded AWS and the functions need."""
    played = simulating("demo", "--json")

    assert played.returncode == 0, played.stderr
    assert json.loads(played.stdout)["changes"]
