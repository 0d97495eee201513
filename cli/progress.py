"""Shows on the standard error how far a long read is; short ones show nothing."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Final, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

Item = TypeVar("Item")

# Seconds without a word that nobody takes for a standstill.
_PATIENCE: Final = 1.0


def counting(
    items: Iterable[Item], what: str, clock: Callable[[], float] = time.monotonic
) -> Iterator[Item]:
    """Yield items; if they take over a second, show how many there were so far.

    A terminal shows one line that changes, and clears it at the end. Anything else gets one line
    in all. The colours follow NO_COLOR.
    """
    began = clock()
    show: Callable[[int], None] | None = None
    with ExitStack() as shown:
        for count, item in enumerate(items, start=1):
            if show is None and clock() - began > _PATIENCE:
                show = _shown(what, shown)
            if show is not None:
                show(count)
            yield item


def _shown(what: str, until: ExitStack) -> Callable[[int], None]:
    """Begin to show a count, until the stack is closed; return what shows the next one."""
    if not sys.stderr.isatty():
        typer.echo(f"Reading {what} ...", err=True)
        return lambda _: None
    console = Console(stderr=True, highlight=False)
    columns = SpinnerColumn(), TextColumn("Reading {task.fields[what]}: {task.completed:,.0f}")
    bar = until.enter_context(Progress(*columns, console=console, transient=True))
    task = bar.add_task("", total=None, what=what)
    return lambda count: bar.update(task, completed=count)
