"""The three formats of the access review hold the same, and the page needs nothing but itself."""

import csv
import io
import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from reviews import MADE, small_company

from cli.report.html_page import html_text
from cli.report.plain import COLUMNS, cells, csv_text, harmless, json_text
from cli.report.review import CANNOT_KNOW
from cli.report.rows import ExceptionKind
from shared.visible import visible

PAGE = html_text(small_company())
DOCUMENT = json.loads(json_text(small_company()))
GUIDE = Path(__file__).parents[2] / "docs" / "access-review.md"


def policy() -> dict[str, list[str]]:
    (text,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', PAGE)
    return {name: values for name, *values in (each.split() for each in text.split(";"))}


def test_the_policy_allows_the_page_its_own_program_and_style_alone() -> None:
    """Both by the digest of exactly their text; everything else is refused, images included."""
    (style,) = re.findall(r"<style>(.*?)</style>", PAGE, re.DOTALL)
    (program,) = re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)

    def digest(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    assert policy() == {
        "default-src": ["'none'"],
        "script-src": [digest(program)],
        "style-src": [digest(style)],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }


def test_the_page_names_nothing_to_load() -> None:
    """No address, no handler and no style in an attribute, and no text that becomes elements."""
    assert re.findall(r'\b(?:src|href|action|style|on\w+)="(?!#)[^"]*"', PAGE) == []
    assert re.findall(r"https?:|//cdn|@import|url\(", PAGE) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", PAGE) == []


def test_json_says_what_the_report_was_made_from() -> None:
    """When, by whom, of which hub, whether paused, and what it cannot know."""
    hub = DOCUMENT["hub"]

    assert DOCUMENT["created_at"] == f"{MADE:%Y-%m-%dT%H:%M:%SZ}"
    assert DOCUMENT["created_by"].endswith("assumed-role/Auditor/kim")
    assert (hub["account"], hub["region"], hub["ledger"]) == ("111111111111", "eu-west-1", "ledger")
    assert hub["paused"].startswith("for ")
    assert DOCUMENT["cannot_know"] == list(CANNOT_KNOW)
    assert [each["kind"] for each in DOCUMENT["findings"]] == ["group-assignment"]


def test_csv_has_a_line_for_each_row_of_json() -> None:
    """In the same order; the priority, the losing rows and the exceptions are texts there."""
    lines = list(csv.DictReader(io.StringIO(csv_text(small_company()), newline="")))

    assert [line["profile"] for line in lines] == [
        harmless(visible(row["profile"])) for row in DOCUMENT["rows"]
    ]
    ada = next(line for line in lines if line["user"] == "ada")
    assert (ada["group"], ada["priority"], ada["role"]) == ("ml-leads", "10", "Lead")
    assert ada["over"] == "ml-data (priority 20): Data"
    assert ada["exceptions"] == "protected: the user: no profile and no role is taken"
    assert (ada["last_change"], ada["last_change_at"]) == (
        "Profile Created",
        "2026-11-26T12:00:00Z",
    )


def test_every_cell_of_a_row_is_a_column_of_csv() -> None:
    """A text that the page can show is in the table too."""
    assert tuple(cells(small_company().rows[0])) == COLUMNS


@pytest.mark.parametrize("begin", list("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
def test_what_looks_like_a_formula_gets_an_apostrophe(begin: str) -> None:
    """Each character with which some spreadsheet program begins a formula; no others."""
    assert harmless(f"{begin}1") == f"'{begin}1"
    assert harmless(f"a{begin}1") == f"a{begin}1"


def test_the_guide_describes_every_field() -> None:
    """docs/access-review.md names each field of JSON, each column of CSV and each exception."""
    guide = GUIDE.read_text(encoding="utf-8")
    fields = {*DOCUMENT, *DOCUMENT["hub"], *DOCUMENT["totals"], *DOCUMENT["rows"][0], *COLUMNS}
    words = {*map(str, ExceptionKind), *DOCUMENT["totals"]["states"]}

    assert sorted(each for each in fields | words if f"`{each}`" not in guide) == []
