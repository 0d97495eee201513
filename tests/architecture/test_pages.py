"""The pages agree with the code: import contracts, items of the ledger, events, installation."""

import re
import tomllib
from pathlib import Path

import pytest

from shared.directory_events.routes import NATIVE_SOURCE, NATIVE_TYPES, SHAPES

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
STORES = [
    *sorted((ROOT / "hub/runtime/adapters").glob("*.py")),
    ROOT / "cli" / "mappings" / "apply.py",
]


def section(page: str, heading: str) -> str:
    """Return the text of a page from a heading to the next one of its level."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_page_lists_every_import_contract() -> None:
    """By its name, in the order of the file, and none that does not exist any more."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = re.findall(r"(?m)^\* (.*)\.$", section("architecture.md", "Folders"))

    assert listed == [each["name"] for each in settings["tool"]["importlinter"]["contracts"]]


def test_the_page_lists_every_kind_of_item_in_the_ledger() -> None:
    """By the beginning of its key, as the adapters and `mappings apply` write it."""
    code = "".join(path.read_text(encoding="utf-8") for path in STORES)
    beginnings = set(re.findall(r'"([a-z]+#)"', code))
    listed = set(re.findall(r"`([a-z]+#)", section("architecture.md", "What the ledger holds")))

    assert len(beginnings) > 10
    assert listed == beginnings


def test_the_page_lists_every_event_with_its_source() -> None:
    """In the lines of that source, and no event that the hub does not understand."""
    table = (ROOT / "docs" / "events.md").read_text(encoding="utf-8").partition("\n\n| what")[0]
    listed: dict[str, set[str]] = {}
    sources: list[str] = []
    for line in table.splitlines():
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")]
        if len(cells) > 2:
            sources = cells[1] or sources
            for source in sources:
                listed.setdefault(source, set()).update(cells[2])
    native = {word for kind in NATIVE_TYPES for word in kind.rsplit(" ", 1)}

    assert listed == {NATIVE_SOURCE: native, **{key: set(each) for key, each in SHAPES.items()}}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_installs_no_package_of_our_name_from_an_index(page: Path) -> None:
    """It would be somebody else's: a wheel or a checkout is installed by its path."""
    lines = re.findall(r"pipx install ([^`#\n]*)", page.read_text(encoding="utf-8"))
    packages = [word.strip("'") for line in lines for word in line.split() if word[:2] != "--"]

    assert [each for each in packages if not each.startswith((".", "dist/"))] == []


def test_the_glossary_has_at_most_twenty_words_that_readers_meet() -> None:
    """A word that no page uses explains nothing; who adds one drops one."""
    rows = re.findall(
        r"(?m)^\| (\*\*.*?) \| ", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    )
    words = [word for row in rows for word in re.findall(r"\*\*(.+?)\*\*", row)]
    pages = " ".join(each.read_text(encoding="utf-8") for each in PAGES if each.stem != "glossary")

    assert 10 < len(words) <= 20
    assert len(set(words)) == len(words)
    assert [word for word in words if not re.search(rf"(?i)\b{word}s?\b", pages)] == []
