"""Every link of the README or of a page leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)")
_CODE = re.compile(r"```.*?```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    """A link leads to a file of the project, and its fragment to a heading there."""
    dead = []
    for path, fragment in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists() or (fragment and fragment not in _anchors(aim)):
            dead.append(f"{path}#{fragment}" if fragment else path)

    assert dead == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}
