"""What `simulate` prints for people."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cli.simulation.descriptions import describe
from cli.simulation.transcript import elapsed
from simulator.steps import Wait

Command = Callable[..., tuple[int, str, str]]

TARGET = "222222222222/eu-west-1/d-research0001"
STORY = f"""
version: 1
directory:
  groups: [everybody]
  users: [{{users}}]
targets: [{{{{account: "222222222222", region: eu-west-1, domain: d-research0001}}}}]
mappings: [{{{{group: everybody, target: {TARGET}, role: R, retention_days: 30}}}}]
steps:
  - sweep: {{{{}}}}
  - leave: {{{{user: user-00, group: everybody}}}}
  - wait: {{{{days: 1, minutes: 5}}}}
  - sweep: {{{{}}}}
"""


@pytest.fixture
def story(tmp_path: Path) -> Callable[[int], str]:
    """Return a function that writes a story of so many users, and returns its file."""

    def write(count: int) -> str:
        users = ", ".join(f"{{name: user-{n:02}, groups: [everybody]}}" for n in range(count))
        file = tmp_path / "story.yaml"
        file.write_text(STORY.format(users=users))
        return str(file)

    return write


def test_a_long_step_is_one_line_a_target(command: Command, story: Callable[[int], str]) -> None:
    """Eleven users created by one step are one line with its counts; --verbose names each."""
    file = story(11)

    _, short, _ = command("simulate", file)
    _, full, _ = command("simulate", file, "--verbose")

    assert f"· {TARGET}  create 11, grant" in short
    assert "create user-07" not in short
    assert len(re.findall(r"\+ create user-\d\d with R", full)) == 11


def test_the_margin_tells_the_time_since_the_start(
    command: Command, story: Callable[[int], str]
) -> None:
    """Steps and changes have the virtual time; it is shown where it differs from the line above."""
    _, out, _ = command("simulate", story(2))
    lines = out.splitlines()

    assert lines[0].startswith("+00:00:00   1 a sweep")
    assert any(line.startswith("+1d 00:05   4 a sweep") for line in lines)
    times = [found[0] for line in lines if (found := re.match(r"\+\S+( \d\S*)?", line))]
    assert len(times) == len(set(times))


def test_the_end_tells_state_access_and_deletion(
    command: Command, story: Callable[[int], str]
) -> None:
    """Who stays is active and assigned; who left is suspended and revoked, until their date."""
    _, out, _ = command("simulate", story(2))
    end = [line.split() for line in out[out.index("\nUser") :].splitlines()]
    (left,) = (line for line in end if line[:1] == ["user-00"])

    assert ["user-01", "R", "active", "assigned", "everybody", "(100)"] in end
    assert left[1:5] == ["Suspended-eu-west-1", "suspended", "revoked", "2026-02-04"]


def test_eighty_columns_are_enough(
    command: Command, story: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is wider than 80 columns, and nothing is cut off."""
    monkeypatch.setenv("COLUMNS", "80")

    _, out, _ = command("demo")

    assert max(map(len, out.splitlines())) <= 80
    assert "or delete it by hand, then: studio-hub sweep --user" in " ".join(out.split())


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (timedelta(), "+00:00:00"),
        (timedelta(hours=23, minutes=59, seconds=59), "+23:59:59"),
        (timedelta(days=30, minutes=5, seconds=59), "+30d 00:05"),
    ],
)
def test_a_day_needs_no_seconds(time: timedelta, text: str) -> None:
    """Within the first day the margin shows seconds; later it shows days, hours and minutes."""
    assert elapsed(time) == text


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        ({"days": 1}, "1 day later"),
        ({"hours": 48}, "2 days later"),
        ({"hours": 30}, "30 hours later"),
        ({"minutes": 5}, "5 minutes later"),
        ({"seconds": 90}, "90 seconds later"),
        ({}, "0 minutes later"),
    ],
)
def test_a_wait_is_told_in_its_largest_unit(wait: dict[str, float], text: str) -> None:
    """Nobody counts that 11,520 minutes are eight days."""
    assert describe(Wait.model_validate(wait)) == text
