"""Prints results on the standard output, never truncated, and says when the hub is paused."""

import json
from decimal import Decimal
from typing import Any, Final

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hub.runtime.decisions.hub_state import HubState
from shared.visible import escaped_lines, visible

# The width for output that is not a terminal; no line is longer.
_WIDE: Final = 1_000_000
# In a narrower column a long text shows one word a line.
_READABLE: Final = 30


class _PlainConsole(Console):
    """Prints text literally: no name can hold markup or terminal control sequences."""

    def print(self, *objects: Any, **how: Any) -> None:  # noqa: ANN401 (rich's own)
        """Print texts, tables and lines with one style."""
        super().print(*map(_plain, objects), **how)


def _plain(thing: object) -> object:
    match thing:
        case str():
            return escaped_lines(thing)
        case Text():
            return Text(escaped_lines(thing.plain), style=thing.style)
        case _:
            return thing


def wide_console() -> Console:
    """Return a console for results; off a terminal it is as wide as its longest line."""
    console = _PlainConsole(highlight=False, markup=False, soft_wrap=True)
    return (
        console
        if console.is_terminal
        else _PlainConsole(highlight=False, markup=False, soft_wrap=True, width=_WIDE)
    )


def page_console() -> Console:
    """Return a console for a text to read: as wide as the terminal; off a terminal 80 columns."""
    return _PlainConsole(highlight=False, markup=False)


def print_json(result: object) -> None:
    """Print a result as JSON on the standard output; numbers of DynamoDB as numbers."""
    typer.echo(json.dumps(result, indent=2, default=_json))


def _json(value: object) -> object:
    match value:
        case Decimal():
            return float(value) if value % 1 else int(value)
        case _:
            return str(value)


def say(text: str, *, err: bool = False) -> None:
    """Print a message of one or more lines literally; to the standard error with `err`."""
    typer.echo(escaped_lines(text), err=err)


def table(*names: str, long: tuple[str, ...] = ()) -> Table:
    """Return an empty table with a header; the columns in `long` may wrap."""
    empty = Table(box=None, pad_edge=False)
    for name in names:
        empty.add_column(name, no_wrap=name not in long, overflow="fold")
    return empty


def row(of: Table, *cells: str) -> None:
    """Add a row of plain text: markup in a name is printed literally, and nothing is hidden."""
    of.add_row(*(Text(visible(cell)) for cell in cells))


def print_table(out: Console, of: Table, *, narrowest: int = _READABLE) -> None:
    """Print a table; if it does not fit, print each row as lines of a name and a text.

    A column that may wrap becomes no narrower than `narrowest`, in characters.
    """
    for column in of.columns:
        widest = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
        widest = max(widest, column.min_width or 0)
        column.min_width = min(widest, narrowest) if not column.no_wrap else widest
    needed = out.measure(of, options=out.options.update(max_width=_WIDE)).minimum
    out.print(of if needed <= out.width else _upright(of))


def _upright(of: Table) -> Table:
    """Return a table with a line for each cell that has text, and a gap after each row."""
    lines = Table.grid(padding=(0, 2))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for number, cells in enumerate(zip(*(column.cells for column in of.columns), strict=True)):
        if number:
            lines.add_row()
        for column, cell in zip(of.columns, cells, strict=True):
            if str(cell):
                lines.add_row(column.header, cell)
    return lines


def count_of(number: int, what: str) -> str:
    """Return a number of things, as `1 row` or `2,000 rows`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def describe_pause(state: HubState) -> str:
    """Return since when, by whom and why the hub is paused, as the end of a sentence."""
    since = f"since {state.paused_at:%Y-%m-%d %H:%M} UTC, " if state.paused_at else ""
    return f"{since}by {state.paused_by or 'the hub itself'}: {state.paused}"


def pause_json(state: HubState) -> dict[str, Any]:
    """Return the pause as JSON; `paused` is null while the hub runs."""
    if not state.paused:
        return {"paused": None}
    since = state.paused_at.isoformat() if state.paused_at else None
    return {"paused": {"since": since, "by": state.paused_by or None, "reason": state.paused}}


def warn_if_paused(state: HubState) -> None:
    """Say on the standard error if the hub is paused: what a command shows may be out of date."""
    if state.paused:
        say(f"note: the hub is paused {describe_pause(state)}.", err=True)
        say("Nothing is changed until:  studio-hub resume --yes", err=True)
