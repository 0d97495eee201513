"""`studio-hub report`: the access review of a company, from the ledger to a file."""

import csv
import io
import json
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from operators import PLACE, SPOKE, Company

from hub.runtime.decisions.record import Record, State
from shared.model import Target, UserId

Command = Callable[..., tuple[int, str, str]]


def document(command: Command, *arguments: str) -> dict[str, Any]:
    code, out, _ = command("report", "--json", *arguments)
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def by_user(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["profile"]: row for row in found["rows"]}


def test_a_report_says_who_has_what_and_why(hub: Company, command: Command) -> None:
    """Who stays, who left, who is held, what blocks whom, and the profiles that are not ours."""
    hub.play("join", user="cyd", group="leads")
    hub.leave("ada", "bob", "eve")

    rows = by_user(document(command))

    cyd, ada = rows["cyd"], rows["ada"]
    assert (cyd["account"], cyd["role"], cyd["state"]) == (SPOKE, "Lead", "active")
    assert cyd["because"] == {"group": "leads", "priority": 10, "role": "Lead"}
    assert cyd["over"] == [{"group": "scientists", "priority": 100, "role": "Scientist"}]
    assert cyd["last_change"] == "Profile Role Changed"
    assert (ada["state"], ada["reason"]) == ("suspended", "no mapping grants it")
    assert ada["since"] < ada["deletion"]
    assert rows["eves-own"]["exceptions"][0]["kind"] == "unmanaged"
    assert rows["dan"]["user_id"] is None


def test_the_exceptions_of_a_company_are_all_there(hub: Company, command: Command) -> None:
    """What is held names its hold; whom an operator protects or keeps, and who is blocked."""
    command("protect", "ada")
    command("keep", "bob", "--days", "3")
    hub.leave("ada", "bob", "cyd")
    hub.aws.sweep()

    found = document(command)
    kinds = {
        name: [each["kind"] for each in row["exceptions"]] for name, row in by_user(found).items()
    }

    assert kinds["ada"][0] == "protected"
    assert kinds["bob"][0] == "kept"
    assert kinds["eve"] == ["blocked"]
    assert (
        found["totals"]["exceptions"] | {"unmanaged": 2, "blocked": 1}
        == (found["totals"]["exceptions"])
    )


def test_a_held_removal_names_the_hold_of_the_list(hub: Company, command: Command) -> None:
    """The same digest that `holds show` takes."""
    hub.leave("ada", "bob", "cyd")

    (held,) = by_user(document(command))["cyd"]["exceptions"]
    digest = json.loads(command("holds", "list", "--json")[1])[0]["digest"]

    assert held["kind"] == "held"
    assert digest in held["detail"]


def test_a_report_says_from_what_it_was_made(hub: Company, command: Command) -> None:
    """The caller, the hub's account and Region, the ledger, and whether the hub is paused."""
    command("pause", "--reason", "an audit")

    found = document(command)

    assert found["created_by"].startswith("arn:aws:sts::111111111111:assumed-role/Operator/")
    assert found["hub"]["account"] == "111111111111"
    assert found["hub"]["paused"] == "an audit"
    page = command("report")[1]
    assert re.search(r'"paused":"since 20[^"]* by arn:aws:sts:[^"]*: an audit"', page)
    assert found["target"] is None


def test_no_page_is_printed_on_a_terminal(
    hub: Company, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how to write a file; CSV is for a terminal too."""
    assert hub.roles()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    code, out, err = command("report")

    assert (code, out) == (1, "")
    assert "give --output review.html" in err
    assert command("report", "--format", "csv")[0] == 0


def test_csv_and_html_hold_the_same_rows(hub: Company, command: Command) -> None:
    """`--format` chooses; the standard output holds the report alone, the talk is on stderr."""
    names = sorted(by_user(document(command)))

    _, table, said = command("report", "--format", "csv")
    code, page, _ = command("report")

    lines = csv.DictReader(io.StringIO(table, newline=""))
    assert sorted(line["profile"] for line in lines) == names
    assert code == 0
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")
    assert all(f'"{name}"' in page for name in names)
    assert f"Wrote {len(names)} rows" in said


def test_a_report_of_one_target_has_its_rows_alone(hub: Company, command: Command) -> None:
    """It says so; the same rows are in the whole report. A record alone makes a target known."""
    other = Target.parse(f"{SPOKE}/eu-west-1/d-two")
    user = UserId("8f1d2c3b-0000-4000-8000-0a1b2c3d4e5f")
    hub.operator.hub_client.ledger.write(
        Record(
            user_id=user,
            target=other,
            state=State.ACTIVE,
            user_name="zoe",
            profile_name="zoe",
        )
    )

    whole, one = document(command), document(command, "--target", PLACE)
    second = document(command, "--target", str(other))

    assert one["target"] == PLACE
    assert {row["domain"] for row in one["rows"]} == {"d-one"}
    assert [row["user"] for row in second["rows"]] == ["zoe"]
    assert one["rows"] + second["rows"] == whole["rows"]


@pytest.mark.parametrize("target", ["d-one", f"{SPOKE}/eu-west-1/d-two", "nothing at all", ""])
def test_an_unknown_target_names_the_nearest(hub: Company, command: Command, target: str) -> None:
    """Nothing is written for it, and the mistake says what a target looks like."""
    code, out, err = command("report", "--target", target)

    assert (code, out) == (1, "")
    assert repr(target) in err
    assert PLACE in err


def test_a_file_is_readable_by_its_owner_alone(
    hub: Company, command: Command, tmp_path: Path
) -> None:
    """It says who may do what; an earlier report is replaced as a whole."""
    path = tmp_path / "review.html"
    path.write_text("the earlier one", encoding="utf-8")

    code, out, err = command("report", "--output", str(path))

    assert (code, out) == (0, "")
    assert str(path) in err
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".report")] == []


def test_a_file_that_cannot_be_written_is_named_before_anything_is_read(
    hub: Company, command: Command, tmp_path: Path
) -> None:
    """With the reason, and what to do; so is a directory."""
    nowhere = tmp_path / "missing" / "review.html"
    no_ledger = ("--ledger", "no-such-table")

    code, _, err = command("report", *no_ledger, "--output", str(nowhere))
    other, _, said = command("report", *no_ledger, "--output", str(tmp_path))

    assert (code, other) == (1, 1)
    assert f"--output {nowhere} cannot be written: No such file" in err
    assert "is a directory: name a file in it" in said


def test_a_report_that_fails_leaves_the_earlier_one(
    hub: Company, command: Command, tmp_path: Path
) -> None:
    """No half of a report replaces a whole one, and nothing else is left behind."""
    path = tmp_path / "review.csv"
    path.write_text("the earlier one", encoding="utf-8")
    others = sorted(tmp_path.iterdir())

    code, _, err = command("report", "--ledger", "no-such-table", "--output", str(path))

    assert code == 1
    assert "AWS says" in err
    assert path.read_text(encoding="utf-8") == "the earlier one"
    assert sorted(tmp_path.iterdir()) == others


def test_a_report_changes_nothing_and_needs_no_queue(
    hub: Company, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reviewer may read the ledger, and nothing else."""
    monkeypatch.delenv("STUDIO_HUB_DELAYED_QUEUE_URL")
    ledger, roles = hub.ledger(), hub.roles()

    code, _, _ = command("report", "--format", "csv")

    assert code == 0
    assert (hub.ledger(), hub.roles()) == (ledger, roles)


def test_two_formats_at_once_are_refused(command: Command) -> None:
    """`--json` is `--format json`, and agrees with it alone."""
    code, _, err = command("report", "--ledger", "x", "--json", "--format", "csv")

    assert code == 1
    assert "leave out --json or --format csv" in err


@pytest.mark.parametrize("width", ["80"])
def test_the_help_fits_80_columns(
    command: Command, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    """It names the formats, the file and the target."""
    monkeypatch.setenv("COLUMNS", width)

    code, out, _ = command("report", "--help")

    assert code == 0
    assert all(len(line) <= int(width) for line in out.splitlines())
    assert all(word in out for word in ("html|csv|json", "--output", "--target", "--json"))
