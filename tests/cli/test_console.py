"""What a terminal shows of a result: the whole of it, however narrow the terminal is."""

import json
import re
from collections.abc import Callable
from io import StringIO

import pytest
from operators import PLACE, Company
from rich.console import Console
from rich.text import Text

from cli import output as console
from cli.output import print_table, row, table

Command = Callable[..., tuple[int, str, str]]
GROUP = "data-scientists-of-the-laboratory"


@pytest.fixture(params=[200, 80, 40])
def terminal(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Let the standard output be a terminal of this width."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(request.param))


def cut_off(shown: str, *texts: str) -> list[str]:
    """Return the words that are missing, wholly or in part."""
    there = re.sub(r"\x1b\[[0-9;]*m|\s", "", shown)
    return [word for text in texts for word in text.split() if word not in there]


@pytest.mark.usefixtures("terminal")
def test_no_cell_of_a_command_is_cut_off(
    hub: Company, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a long reason nor what --yes would write, on 40 columns or on 200."""
    hub.leave("ada", "bob", "cyd")
    (place,) = json.loads(command("explain", "eve", "--json")[1])["targets"]
    (held, _) = json.loads(command("holds", "list", "--json")[1])
    _, shown, _ = command("explain", "eve")
    monkeypatch.delenv("STUDIO_HUB_IDENTITY_STORE_ID")
    _, added, _ = command(
        "mappings", "add", "--group", GROUP, "--target", PLACE, "--priority", "777"
    )
    _, listed, _ = command("mappings", "list")
    _, holds, _ = command("holds", "list")
    _, hold, _ = command("holds", "show", held["digest"])

    assert cut_off(shown, PLACE, place["state"], place["obstacle"]["reason"]) == []
    assert cut_off(added, GROUP, PLACE, "777", "30 days") == []
    assert cut_off(listed, "scientists", PLACE, "Scientist", "7 days") == []
    assert cut_off(holds, held["digest"], PLACE, held["reason"]) == []
    assert cut_off(hold, *(each["reason"] for each in held["people"])) == []
    assert "…" not in shown + added + listed + holds + hold


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, ["Target  Why", "T1      one two three"]),
        (50, ["Target  Why", "T1      one two three"]),
        (30, ["Target  T1", "Why     one two three"]),
    ],
)
def test_a_long_text_wraps_at_readable_places(width: int, lines: list[str]) -> None:
    """Where there is no room for columns, each cell has a line of its own."""
    out = Console(file=StringIO(), width=width, force_terminal=True, color_system=None)
    of = table("Target", "Why", long=("Why",))
    row(of, "T1", "one two three four five six seven eight nine ten eleven")

    print_table(out, of)
    assert isinstance(out.file, StringIO)
    shown = out.file.getvalue().splitlines()

    assert [line[: len(begin)] for line, begin in zip(shown, lines, strict=False)] == lines
    assert all(len(line) <= width for line in shown)


def test_no_name_reaches_a_terminal_as_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in a cell nor in a line nor in a message: it is escaped, markup included."""
    sly = "\x1b[2J[red]\u202ex"
    shown = r"\x1b[2J[red]\u202ex"
    out = console.wide_console()
    rows = console.table("Name")
    console.row(rows, f"{sly} ")
    console.print_table(out, rows)
    out.print(sly)
    out.print(Text(sly, style="bold"))
    console.say(f"{sly}\n{sly}", err=True)

    said = capsys.readouterr()
    assert said.out.splitlines()[1:] == [rf"{shown}\x20", shown, shown]
    assert said.err.splitlines() == [shown, shown]
