"""Which list of pyproject.toml each lock file is of, and what each list is for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_PIN = re.compile(r"^([a-z0-9-]+)(?:\[.*\])?==(\S+)", re.MULTILINE)


def named(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=; ]", each)[0].lower() for each in requirements}


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return dict(_PIN.findall(text))


def test_the_operator_gets_five_libraries() -> None:
    """`pipx install` of the wheel brings in no simulator, no CDK, and nothing of the functions."""
    assert named(PROJECT["project"]["dependencies"]) == {
        "boto3",
        "pydantic",
        "pyyaml",
        "rich",
        "typer",
    }


def test_lambda_gets_what_the_group_runtime_lists() -> None:
    """What the operator's commands need never reaches the functions' package."""
    text = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    asked = re.findall(
        r"^(\S+)==[^#]*?# via studio-hub \(pyproject.toml:runtime\)$", text, re.MULTILINE
    )

    assert set(asked) == named(PROJECT["dependency-groups"]["runtime"])
    assert pins("runtime").keys().isdisjoint({"pydantic", "pyyaml", "rich", "typer"})


def test_the_extra_simulator_runs_the_functions() -> None:
    """It has all that the functions import, in no older version."""
    project = PROJECT["project"]
    installed = {*project["dependencies"], *project["optional-dependencies"]["simulator"]}

    assert set(PROJECT["dependency-groups"]["runtime"]) <= installed


def test_development_has_the_versions_that_run_in_lambda() -> None:
    """Tests prove nothing of the functions with other versions."""
    assert pins("runtime").items() <= pins("dev").items()


@pytest.mark.parametrize("lock", ["runtime", "dev", "e2e"])
def test_every_pin_has_hashes(lock: str) -> None:
    """A package that changes at its source is refused."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert entries
    assert [each for each in entries if not _PIN.match(each) or "--hash=sha256:" not in each] == []
