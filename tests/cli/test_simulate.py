"""What `simulate` prints for people."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.output import page_console
from cli.simulation.descriptions import describe
from cli.simulation.end_state import print_end
from cli.simulation.transcript import Transcript, elapsed
from hub.runtime.decisions.record import Record, State
from shared.model import Target, UserId
from simulator.scenario_file import parse
from simulator.steps import Sweep, Wait
from yaml_files.yaml_positions import DocumentError

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

    assert lines[0].startswith("+00:00:00   1 the hourly")
    assert any(line.startswith("+1d 00:05   4 the hourly") for line in lines)
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


def test_the_end_tells_holds_from_blocked_users(command: Command, tmp_path: Path) -> None:
    """An approval ends a hold, but not what stands in a user's way, in however many targets."""
    other = TARGET.replace("d-research", "d-trading")
    file = tmp_path / "story.yaml"
    file.write_text(f"""
version: 1
settings: {{removal_limit: {{count: 1, percent: 0}}}}
directory:
  groups: [staff, guests]
  users:
    - {{name: ada, groups: [guests]}}
    - {{name: bob, groups: [staff]}}
    - {{name: cyd, groups: [staff]}}
targets:
  - account: "222222222222"
    region: eu-west-1
    domain: d-research0001
    profiles: [{{name: ada, user: ada, role: MadeByHand}}]
  - account: "222222222222"
    region: eu-west-1
    domain: d-trading0001
    profiles: [{{name: ada, user: ada, role: MadeByHand}}]
mappings:
  - {{group: staff, target: {TARGET}, role: R}}
  - {{group: guests, target: {TARGET}, role: S}}
  - {{group: guests, target: {other}, role: S}}
steps:
  - sweep: {{}}
  - unmap: {{group: staff, target: {TARGET}}}
""")
    _, held, _ = command("simulate", str(file))
    file.write_text(file.read_text() + "  - approve: {}\n")
    _, approved, _ = command("simulate", str(file))

    assert "Holds: 1. Blocked users: 1. Problems: 3." in " ".join(held.split())
    assert "Holds: 0. Blocked users: 1. Problems: 2." in " ".join(approved.split())


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


NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
END: dict[str, Any] = {"profiles": [], "problems": [], "holds": [], "api_calls": {}}


def test_a_long_table_shows_only_who_was_changed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of 41 users the two that the story changed are shown; --verbose shows all."""
    records = [
        Record(
            user_id=UserId(str(number)),
            target=Target.parse(TARGET),
            state=State.ACTIVE,
            user_name=f"user-{number:02}",
            profile_name=f"user-{number:02}",
        )
        for number in range(41)
    ]
    changes = [
        {"operation": "UpdateUserProfile", "target": TARGET, "name": f"user-{number:02}"}
        for number in (7, 9)
    ]
    end = END | {"changes": changes, "dead_letters": 0}

    print_end(page_console(), end, records, NOON)
    short = capsys.readouterr().out
    print_end(page_console(), end, records, NOON, verbose=True)
    full = capsys.readouterr().out

    assert re.findall(r"user-\d\d", short) == ["user-07", "user-09"]
    assert "39 more are as they were: --verbose shows all." in short
    assert len(set(re.findall(r"user-\d\d", full))) == 41


def test_a_step_in_many_targets_shows_ten(capsys: pytest.CaptureFixture[str]) -> None:
    """Beyond ten targets a step says how many more there are."""
    log = [
        {
            "message": "CHANGE",
            "timestamp": "2026-01-05 12:00:03,000+0000",
            "action": "Create",
            "target": f"222222222222/eu-west-1/d-{number:012}",
            "profile_name": "ada",
            "what": "create ada",
        }
        for number in range(13)
    ]
    aws: Any = SimpleNamespace(
        clock=SimpleNamespace(now=NOON.timestamp), lambdas=SimpleNamespace(log=log)
    )

    Transcript(page_console(), aws).step("sweep", Sweep())
    lines = capsys.readouterr().out.splitlines()

    assert len([line for line in lines if line.rstrip().endswith("create 1")]) == 10
    assert lines[-1].strip() == "… and 3 more targets: --verbose shows all"


def test_a_mistake_names_fifty_names_at_most(tmp_path: Path) -> None:
    """In a large company an unknown name is answered by some of the known ones."""
    users = ", ".join(f"user-{number:02}" for number in range(60))
    text = (
        f"version: 1\ndirectory: {{users: [{users}]}}\nsteps:\n  - delete_user: {{user: nobody}}\n"
    )

    with pytest.raises(DocumentError) as refused:
        parse(text, name="story", folder=tmp_path)

    assert "user-49, and 10 more" in str(refused.value)
