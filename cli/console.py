"""Where results are printed: on the standard output, and never cut off where nobody looks."""

from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE: Final = 400


def wide_console() -> Console:
    """Return a console for results, as wide as its longest line where nobody looks at it."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    return (
        console
        if console.is_terminal
        else Console(highlight=False, markup=False, soft_wrap=True, width=_WIDE)
    )


def table(*names: str) -> Table:
    """Return an empty table with a head and without lines."""
    empty = Table(box=None, pad_edge=False)
    for name in names:
        empty.add_column(name, no_wrap=True)
    return empty


def row(of: Table, *cells: str) -> None:
    """Add a row of plain text: what looks like markup in a name is none."""
    of.add_row(*map(Text, cells))
