"""Pattern rows in the commands: each says which groups a pattern is for, or that there are none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from operators import PLACE, Company

Command = Callable[..., tuple[int, str, str]]
NEW = "33e47872-9051-70c8-1b7a-0f2d5c9e4a10"


@pytest.fixture
def patterned(hub: Company) -> Company:
    """Add a pattern row that matches the group ml-others, in which ada is."""
    hub.play("map", group="ml-*", target=PLACE, role="Ml-*", priority=5)
    hub.play("create_group", group="ml-others", users=["ada"])
    return hub


def test_check_tells_a_pattern_that_matches_no_group(patterned: Company, command: Command) -> None:
    """By the directory as it is now; a pattern that matches one is no problem."""
    patterned.play("map", group="m-*", target=PLACE, role="Lead")
    code, out, _ = command("mappings", "check")
    found = json.loads(command("mappings", "check", "--json")[1])

    assert code == 2
    assert "unmatched-pattern" in out
    assert [each["subject"] for each in found if each["kind"] == "unmatched-pattern"] == [
        f"pattern m-* in {PLACE}"
    ]


def test_check_compares_the_rows_that_a_pattern_stands_for(
    patterned: Company, command: Command
) -> None:
    """A group of the pattern and a row of another group with one priority are a tie."""
    patterned.play("map", group="leads", target=PLACE, role="Lead", priority=5)
    found = json.loads(command("mappings", "check", "--json")[1])

    assert [(each["kind"], "ml-others" in each["reason"]) for each in found] == [
        ("equal-priority", True)
    ]


def test_plan_tells_a_pattern_that_matches_no_group(
    patterned: Company, command: Command, tmp_path: Path
) -> None:
    """Also that a group took the name of another, so that nobody gains anything by it."""
    patterned.play("rename_group", group="ml-others", to="ml-first")
    patterned.play("create_group", group="ml-others", id=NEW, users=["bob"])
    file = tmp_path / "mappings.yaml"
    entry = f"- {{group: 'x-*', target: {PLACE}, role: Lead}}\n"
    exported = command("mappings", "export")[1]
    file.write_text(exported.replace("mappings:\n", f"mappings:\n{entry}"), encoding="utf-8")
    plan = json.loads(command("mappings", "plan", str(file), "--json")[1])

    assert {(each["kind"], each["subject"]) for each in plan["problems"]} == {
        ("unmatched-pattern", f"pattern x-* in {PLACE}"),
        ("group-recreated", "group ml-others"),
    }
    assert plan["people"] == []


def test_explain_names_the_pattern_of_each_row(patterned: Company, command: Command) -> None:
    """And says of a group that took the name of another why it gives nothing."""
    patterned.play("rename_group", group="ml-others", to="ml-first")
    patterned.play("create_group", group="ml-others", id=NEW, users=["ada"])
    _, out, _ = command("explain", "ada")
    shown = json.loads(command("explain", "ada", "--json")[1])
    (place,) = shown["targets"]

    assert "> yes     ml-first (5) Ml-first by the pattern ml-*: the user is in the group" in out
    assert [(row["group"], row["pattern"], row["reason"]) for row in place["rows"]] == [
        ("leads", None, "not-a-member"),
        ("ml-first", "ml-*", "member"),
        ("scientists", None, "member"),
        ("ml-others", "ml-*", "name-taken"),
    ]


def test_the_report_names_the_pattern_that_gave_a_role(
    patterned: Company, command: Command
) -> None:
    """In JSON where there is one, in CSV in a column of its own."""
    rows = json.loads(command("report", "--format", "json")[1])["rows"]
    (ada,) = (row for row in rows if row["user"] == "ada")
    (bob,) = (row for row in rows if row["user"] == "bob")

    assert ada["because"]["pattern"] == "ml-*"
    assert "pattern" not in bob["because"]
    header, *lines = command("report", "--format", "csv")[1].splitlines()
    assert header.endswith(",pattern")
    assert [line.rpartition(",")[2] for line in lines if line.startswith("ada,")] == ["ml-*"]


def test_the_list_marks_pattern_rows(patterned: Company, command: Command) -> None:
    """With the role's name as the row has it, or that it is by convention."""
    patterned.play("map", group="x-*", target=PLACE)
    _, out, _ = command("mappings", "list")

    (by_name,) = (line for line in out.splitlines() if "ml-*" in line)
    (by_convention,) = (line for line in out.splitlines() if "x-*" in line)
    assert "Ml-*" in by_name
    assert "pattern" in by_name
    assert "convention" in by_convention


def test_the_remedy_of_a_group_that_took_a_name_works(patterned: Company, command: Command) -> None:
    """Law 11: the command that it names pins the new group, which then gives its row's role."""
    patterned.play("rename_group", group="ml-others", to="ml-first")
    patterned.play("create_group", group="ml-others", id=NEW, users=["bob"])
    (problem,) = (
        each
        for each in patterned.aws.lambdas.log
        if each.get("message") == "PROBLEM" and each["kind"] == "group-recreated"
    )
    store = patterned.aws.services.identity_store.store_id
    text = problem["remedy"].partition("studio-hub ")[2]
    for placeholder, value in (("NAME", "ml-others"), ("TARGET", PLACE), (" ID ", f" {store} ")):
        text = text.replace(placeholder, value)
    code, _, _ = command(*text.split())
    patterned.play("wait", minutes=2)
    patterned.play("sweep")

    assert code == 0
    assert patterned.roles()["bob"] == "bob ml-others"


def test_a_pattern_row_cannot_be_pinned(patterned: Company, command: Command) -> None:
    """The error says how one group is pinned, not that a group has no such name."""
    code, _, err = command("mappings", "set", "--group", "ml-*", "--target", PLACE, "--pin")

    assert code == 1
    assert "is a pattern" in err
    assert "mappings add" in err
