"""The access review in a real browser; where none can be had, the tests are skipped and say why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Browser, browsing
from chromium import NoBrowserError, chromium
from reviews import large_company, small_company

from cli.report.html_page import html_text


@pytest.fixture(scope="session")
def running_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    try:
        chromium()
    except NoBrowserError as error:
        pytest.skip(f"NO BROWSER, so the access review was opened in none: {error}")
    with browsing(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the reviews of a small and of a large company."""
    folder = tmp_path_factory.mktemp("pages")
    for name, made in {"small": small_company(), "large": large_company()}.items():
        (folder / f"{name}.html").write_text(html_text(made), encoding="utf-8")
    return folder


@pytest.fixture
def browser(running_browser: Browser, pages: Path) -> Browser:
    """Open the review of the small company in a new window."""
    running_browser.open(pages / "small.html")
    return running_browser
