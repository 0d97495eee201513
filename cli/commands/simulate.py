"""`studio-hub simulate`: plays a scenario file."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.demo import Json, Verbose, play

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A scenario file; see docs/scenarios.md.", show_default=False
    ),
]


def simulate(file: File, *, verbose: Verbose = False, as_json: Json = False) -> None:
    """Play the scenario in FILE on the embedded AWS.

    It runs the hub's own functions, on this machine. Exits 0 if the scenario ran to its end and
    every `expect` held, 2 if one did not hold, and 1 for a mistake in the file. The margin shows
    the time since the start. A step of more than ten lines is summed up for each target.
    """
    play(file, as_json=as_json, verbose=verbose)
