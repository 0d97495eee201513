"""Text of other people is made visible, whatever they wrote, and controls no terminal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.runtime import reporter, telemetry
from hub.runtime.problems.hub import PAUSED
from hub.runtime.problems.kind import Problem
from shared.visible import escaped, escaped_lines, shortened, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ml-scientists", "ml-scientists"),
        ("Forschung Köln 研究", "Forschung Köln 研究"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("right\u202eto left", r"right\u202eto left"),
        ("no\u00a0break", r"no\xa0break"),
        ("tab\tand\nline", r"tab\tand\nline"),
        ("line\u2028end", r"line\u2028end"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("c1\x9b31m", r"c1\x9b31m"),
        ("soft\u00adhyphen", r"soft\xadhyphen"),
        ("filler\u3164", r"filler\u3164"),
        ("private\ue000", r"private\ue000"),
        ("half\ud800", r"half\ud800"),
        ("tag\U000e0101", r"tag\U000e0101"),
        (" both ends  ", r"\x20both ends\x20\x20"),
        ("   ", r"\x20\x20\x20"),
        ("[red]markup[/red]", "[red]markup[/red]"),
        (repr("\x1b"), r"'\x1b'"),
    ],
)
def test_a_hidden_or_control_character_is_escaped(text: str, shown: str) -> None:
    """Controls, formats, unusual spaces, and spaces at either end; visible text stays."""
    assert visible(text) == shown


@given(st.text())
def test_every_text_can_be_printed(text: str) -> None:
    """It is escaped once: escaping it again changes nothing."""
    for show in (escaped, visible):
        assert show(text).isprintable()
        assert show(show(text)) == show(text)
    assert all(line.isprintable() for line in escaped_lines(text).split("\n"))


def test_a_long_text_ends_with_its_length() -> None:
    """The end says that there is more."""
    assert shortened("x" * 10, 10) == "x" * 10
    assert shortened("x" * 11, 10) == f"{'x' * 10}… (11 characters)"


def test_a_log_line_shows_and_fits_whatever_others_wrote(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Rules 13 and 16: a line has at most 256 KB, and every character of it is visible."""
    long, sly = "\U0001f600" * 100_000, "\x1b[2J\u202ename "
    reporter.report(Problem(PAUSED, sly, long, long, {"target": sly}))
    telemetry.event_ignored(long, key=sly)

    for text in capsys.readouterr().out.splitlines():
        line = json.loads(text)
        assert len(text.encode()) < 256 * 1024
        assert text.isprintable()
        assert r"\x1b[2J\u202ename\x20" in {line.get("subject"), line.get("key")}
        assert "(100000 characters)" in line["reason"]
