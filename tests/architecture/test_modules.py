"""The layout of the code: small modules with a stated purpose, and tests that state laws."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "hub", "spoke", "cli", "yaml_files", "simulator")
MODULES = [
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
]
# What decides, and what several deployables share.
PURE = [
    path
    for path in MODULES
    if path.parts[0] == "shared" or not {"decisions", "problems"}.isdisjoint(path.parts)
]
TESTS = [path.relative_to(ROOT) for path in sorted((ROOT / "tests").rglob("*.py"))]
# Modules that would give the deciding core access to its machine.
MACHINE = {"os", "time", "random", "logging", "socket", "subprocess", "pathlib", "io", "threading"}


def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            names.add(str(node.module).partition(".")[0])
    return names


def test_there_is_something_to_check() -> None:
    """A scan that finds nothing proves nothing."""
    assert len(MODULES) > 50
    assert len(TESTS) > 20


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """One sentence opens it, even if the module is empty."""
    docstring = ast.get_docstring(parsed(path)) or ""

    assert docstring.partition("\n\n")[0].rstrip().endswith((".", "?")), f"{path}: {docstring!r}"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_has_at_most_350_lines(path: Path) -> None:
    """A longer module is about two things."""
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize("path", [each for each in MODULES if each.name != "__init__.py"], ids=str)
def test_a_module_is_about_something(path: Path) -> None:
    """One of fewer than 40 lines joins its neighbour."""
    if path.parts[0] in {"hub", "shared", "cli"}:
        assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) >= 40


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_every_test_states_its_law(path: Path) -> None:
    """Style rule 12: the docstring is the law, and no test is without one."""
    silent = [
        node.name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not (ast.get_docstring(node) or "").strip()
    ]

    assert not silent


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_no_test_patches_our_own_code(path: Path) -> None:
    """Style rule 11: fakes of ports instead of patches of names."""
    assert "unittest" not in imported(path)


@pytest.mark.parametrize("path", PURE, ids=str)
def test_the_core_decides_without_the_machine(path: Path) -> None:
    """Only the standard library, and of it nothing with a clock, a file, randomness or a log."""
    allowed = {*sys.stdlib_module_names, "shared", "hub"}
    unmanaged = {name for name in imported(path) if name not in allowed}

    assert not unmanaged
    assert not imported(path) & MACHINE


@pytest.mark.parametrize("path", PURE, ids=str)
def test_the_core_never_reads_the_clock(path: Path) -> None:
    """`now` is an argument: the datetime module's own clock counts as a clock too."""
    asked = {
        node.attr
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
    }

    assert not asked
