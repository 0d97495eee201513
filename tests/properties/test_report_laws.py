"""Whatever names people and groups have, a report of them is text and nothing else."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from reviews import HOSTILE, record, review
from strategies import LAWS

from cli.report.html_page import html_text
from cli.report.plain import COLUMNS, csv_text, json_text
from shared.model import Grant
from shared.visible import visible

# Any character at all, and those that end an element, a string, a cell or a line.
names = st.text(
    st.one_of(st.characters(), st.sampled_from("<>&!-'\"/\\=+@,;\r\n\t\u2028\u202e\uff1d"))
)
hostile = st.one_of(st.sampled_from(HOSTILE), names)
FORMULA = tuple("=+-@\t\r\n")


class Elements(HTMLParser):
    """Lists the elements of a page, and the text of its data."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.data = ""
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self._is_data = ("id", "data") in attrs

    def handle_endtag(self, tag: str) -> None:
        """End the data with its element."""
        self._is_data = self._is_data and tag != "script"

    def handle_data(self, data: str) -> None:
        """Note the text of the data."""
        self.data += data if self._is_data else ""


def parsed(page: str) -> Elements:
    elements = Elements()
    elements.feed(page)
    elements.close()
    return elements


HARMLESS = parsed(html_text(review([record()]))).tags


@LAWS
@given(hostile, hostile, hostile)
def test_no_name_adds_an_element_to_the_page(user: str, group: str, reason: str) -> None:
    """The data keep every name, visibly; only letters and digits of it are the page's source."""
    each = replace(record(), user_name=user, because=(Grant(1, group, "", 0),), reason=reason)

    page = html_text(review([each]))
    found = parsed(page)

    assert found.tags == HARMLESS
    assert re.search(r"[<>&]|[^ -~]", found.data) is None
    data = json.loads(found.data)
    row = dict(zip(data["cells"], data["rows"][0], strict=True))
    assert (row["user"], row["group"], row["reason"]) == (
        *(visible(user), visible(group), visible(reason)),
    )


@LAWS
@given(hostile, hostile, hostile)
def test_no_name_is_a_formula_or_a_second_line_of_csv(user: str, group: str, reason: str) -> None:
    """A reader of RFC 4180 gets one line a row back; a cell that looks like a formula is a text."""
    each = replace(record(), user_name=user, because=(Grant(1, group, "", 0),), reason=reason)

    text = csv_text(review([each])).encode().decode()
    header, line = csv.reader(io.StringIO(text, newline=""), strict=True)

    assert tuple(header) == COLUMNS
    assert text.count("\r\n") == text.count("\n") == 2
    row = dict(zip(header, line, strict=True))
    assert not any(cell.startswith(FORMULA) for cell in line)
    assert row["user"].removeprefix("'") == visible(user).removeprefix("'")
    assert row["group"].removeprefix("'") == visible(group).removeprefix("'")


@LAWS
@given(hostile, hostile)
def test_json_keeps_every_name_as_it_is(user: str, reason: str) -> None:
    """It is ASCII, so that no terminal obeys a name and every file can hold it."""
    text = json_text(review([replace(record(), user_name=user, reason=reason)]))

    assert text.isascii()
    (row,) = json.loads(text)["rows"]
    assert (row["user"], row["reason"]) == (user, reason or None)
