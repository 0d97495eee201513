"""`studio-hub demo`: plays a small company, and whatever file `simulate` gives it."""

from pathlib import Path
from typing import Annotated, Final

import typer

from cli.output import say

DEMO: Final = Path(__file__).with_name("demo.yaml")
# The modules that the extra `simulator` installs.
_OF_THE_EXTRA: Final = frozenset({"aws_lambda_powertools", "moto", "time_machine"})

Verbose = Annotated[
    bool, typer.Option("--verbose", help="Show every line of every step, and every user.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


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
    play_file(file, as_json=as_json, verbose=verbose)
