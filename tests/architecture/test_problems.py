"""The table of problems: complete, used, on the operators' page, and with remedies that exist."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app
from hub.runtime.decisions.actions import UNREMARKABLE, SkipKind
from hub.runtime.problems import hub, mappings, targets, users
from hub.runtime.problems.kind import Problem, ProblemKind
from hub.runtime.problems.users import OF_SKIP
from shared.model import Target

ROOT = Path(__file__).parents[2]
AREAS = (hub, mappings, targets, users)
TABLE = ROOT / "hub" / "runtime" / "problems"
KINDS = {
    kind.name: kind
    for area in AREAS
    for kind in vars(area).values()
    if isinstance(kind, ProblemKind)
}
# The functions that return problems, each with its module.
PROBLEMS = {
    (area.__name__.rpartition(".")[2], name)
    for area in AREAS
    for name, each in vars(area).items()
    if inspect.isfunction(each) and inspect.signature(each).return_annotation is Problem
}
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in OPERATIONS.partition("### Kinds of problems")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| `")
    for cells in [[cell.strip() for cell in line.strip("|").split(" | ")]]
}


@cache
def code() -> dict[Path, ast.Module]:
    """Return the syntax tree of each module that may report a problem, or is in the table."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for folder in ("hub/runtime", "cli")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def table() -> dict[Path, ast.Module]:
    return {path: tree for path, tree in code().items() if path.parent == TABLE}


def outside() -> dict[Path, ast.Module]:
    return {path: tree for path, tree in code().items() if path.parent != TABLE}


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """Return the calls of a function or class, by its name without a module."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name
    ]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def first_words(remedy: str) -> list[str]:
    """Return up to four words of a remedy before its first field, without their signs."""
    before = remedy.partition("{")[0].replace("`", "").lower()
    return [word.strip(":;,.") for word in before.split()[:4]]


def commands(remedy: str) -> list[list[str]]:
    """Return the words of each `studio-hub` command in a remedy."""
    return [each.split() for each in re.findall(r"studio-hub ([^;:,]+)", remedy)]


def test_no_problem_is_made_outside_the_table() -> None:
    """Whatever code reports has a kind in the table, and one place writes the log line."""
    makers = {
        path.relative_to(ROOT).as_posix()
        for path, tree in outside().items()
        if calls(tree, "ProblemKind") or calls(tree, "Problem")
    }
    writers = {
        path.relative_to(ROOT).as_posix()
        for path, tree in code().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(isinstance(each, ast.Constant) and each.value == "PROBLEM" for each in node.args)
    }

    assert makers == set()
    assert writers == {"hub/runtime/reporter.py"}


def used(tree: ast.AST) -> set[tuple[str, str]]:
    """Return the names of the table that some code uses, each with its module."""
    package = "hub.runtime.problems"
    found: set[tuple[str, str]] = set()
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            modules |= {each.asname or each.name: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith(f"{package}."):
            module = str(node.module).rpartition(".")[2]
            found |= {(module, each.name) for each in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add((modules.get(node.value.id, ""), node.attr))
    return found


def test_every_problem_is_reported_somewhere() -> None:
    """Each function that returns a problem is used outside the table."""
    assert set().union(*map(used, outside().values())) >= PROBLEMS


def test_every_kind_has_a_problem() -> None:
    """Each kind is made by a function of the table, or is a skip's."""
    made = {
        node.value.id
        for tree in table().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "of"
        and isinstance(node.value, ast.Name)
    }
    # `unresolved_group` chooses between these two.
    made |= {"UNKNOWN_GROUP", "UNREADABLE_GROUP"}
    of_skips = {name.upper().replace("-", "_") for name in OF_SKIP}

    assert {name.upper().replace("-", "_") for name in KINDS} <= made | of_skips


def test_every_skip_that_is_reported_has_its_kind() -> None:
    """The others are intended, in progress, retried, or reported with their hold."""
    assert set(OF_SKIP) == set(SkipKind) - UNREMARKABLE - {SkipKind.FAILED}


def test_no_two_kinds_have_one_name() -> None:
    """Operators filter by it."""
    # The names that each area assigns, without those that it imports from another.
    assigned = {
        f"hub.runtime.problems.{path.stem}": {
            node.target.id
            for node in tree.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        for path, tree in table().items()
    }
    named = [
        kind.name
        for area in AREAS
        for name, kind in vars(area).items()
        if isinstance(kind, ProblemKind) and name in assigned[area.__name__]
    ]

    assert sorted(named) == sorted(KINDS)


def test_the_page_lists_every_kind() -> None:
    """And none that does not exist any more."""
    assert set(ROWS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_page_agrees_with_the_table(kind: ProblemKind) -> None:
    """The same severity, the first words of the same remedy, and a link to the same section."""
    severity, _, remedy, more = ROWS[kind.name]
    page, _, anchor = kind.docs.partition("#")

    assert severity == kind.severity
    expected = first_words(kind.remedy)
    assert first_words(remedy)[: len(expected)] == expected
    assert f"({kind.docs})" in more or f"(#{anchor})" in more
    assert anchor in anchors(ROOT / "docs" / page)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_remedy_names_commands_that_exist(kind: ProblemKind) -> None:
    """With options that they have: an operator types them as they are."""
    for words in commands(kind.remedy):
        command: Any = typer.main.get_command(app)
        while subcommands := getattr(command, "commands", {}):
            command = subcommands[words.pop(0)]
        options = {each for parameter in command.params for each in parameter.opts}

        assert {word for word in words if word.startswith("--")} <= options


def test_a_problem_has_its_remedy_filled_in() -> None:
    """Unless another is given; a field without a value is a mistake that shows at once."""
    whole = users.HAS_UNMANAGED_PROFILE.of("ada", "reason", target=LAB, user_id="a3")
    given = users.HAS_UNMANAGED_PROFILE.of(
        "ada", "reason", remedy="another", target=LAB, user_id="a3"
    )

    assert f"studio-hub adopt a3 --target {LAB}" in whole.remedy
    assert given.remedy == "another"
    with pytest.raises(KeyError):
        targets.HELD.of("removals", "held")


def test_a_problem_reads_as_its_log_line() -> None:
    """With the fields that operators filter by, and without empty ones."""
    assert targets.unreachable(LAB, "AccessDenied").plain() == {
        "kind": "unreachable",
        "severity": "high",
        "subject": str(LAB),
        "reason": "AccessDenied",
        "remedy": "deploy the spoke stack in the account, or correct its parameters",
        "docs": "docs/operations.md#what-is-late-or-fails",
    }
    assert targets.quota(LAB, "a3", "full").plain()["target"] == str(LAB)
    assert targets.quota(LAB, "a3", "full").plain()["user_id"] == "a3"
