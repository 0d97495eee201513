"""`studio-hub demo`: plays a small company, and whatever file `simulate` gives it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import typer

from cli.output import say

if TYPE_CHECKING:
    from cli.simulation.live_company import LiveCompany

DEMO: Final = Path(__file__).with_name("demo.yaml")
# The modules that the extra `simulator` installs.
_OF_THE_EXTRA: Final = frozenset({"aws_lambda_powertools", "moto", "time_machine"})

Verbose = Annotated[
    bool, typer.Option("--verbose", help="Show every line of every step, and every user.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


class Play(Protocol):
    """Plays a scenario file, or a sweep, and prints it; see `cli.simulation.play`."""

    def __call__(
        self,
        file: Path | None,
        *,
        as_json: bool,
        verbose: bool = ...,
        company: "LiveCompany | None" = ...,
    ) -> None:
        """Play it; raises typer.Exit for a mistake or an `expect` that did not hold."""


def demo(*, verbose: Verbose = False, as_json: Json = False) -> None:
    """Play a small company with two Studio accounts.

    It runs the hub's own functions on the embedded AWS, on this machine.
    """
    play(DEMO, as_json=as_json, verbose=verbose)
    if not as_json:
        here = Path.cwd()
        shown = DEMO.relative_to(here) if DEMO.is_relative_to(here) else DEMO
        say(f"Next: change a copy of {shown} and play it:  studio-hub simulate FILE", err=True)


def play(file: Path, *, as_json: bool, verbose: bool) -> None:
    """Play a scenario file and print it; without the extra, print how to install it and exit 1."""
    player()(file, as_json=as_json, verbose=verbose)


def player() -> Play:
    """Return what plays a scenario; without the extra, print how to install it and exit 1."""
    try:
        # Here, since no other command needs the embedded AWS or waits for its import.
        from cli.simulation.play import play as play_file  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        name = (missing.name or "").partition(".")[0]
        if name not in _OF_THE_EXTRA:
            raise
        say(f"error: the embedded AWS is not installed: there is no {name}", err=True)
        say(
            "Install studio-hub[simulator], from a checkout:  pipx install --force '.[simulator]'",
            err=True,
        )
        raise typer.Exit(1) from missing
    return play_file
