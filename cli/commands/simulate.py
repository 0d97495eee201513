"""`studio-hub simulate`: plays a scenario file, with an invented company or with the live one."""

from pathlib import Path
from typing import Annotated, Final

import typer

from cli.commands.demo import Json, Verbose, play, player
from cli.deployed import output
from cli.options import IDENTITY_STORE, LEDGER, MAPPINGS_TABLE, SOMETHING_TO_DO, Region
from cli.output import describe_pause, say
from cli.simulation.live_company import LiveCompany, LiveHub, read_company, read_tables

# More users take minutes to read, and to play.
_MOST_PEOPLE: Final = 500
_READ: Final = "read with --from-live"

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="A scenario file; see docs/scenarios.md.", show_default=False
    ),
]
FromLive = Annotated[
    bool,
    typer.Option(
        "--from-live",
        help="Begin with the live mappings, ledger and members of mapped groups, which are only "
        "read. FILE has the steps alone; without FILE, play one sweep.",
    ),
]
Table = Annotated[str | None, MAPPINGS_TABLE.optional(_READ)]
Ledger = Annotated[str | None, LEDGER.optional(_READ)]
Store = Annotated[str | None, IDENTITY_STORE.optional(_READ)]
Yes = Annotated[
    bool,
    typer.Option("--yes", help=f"Load more than {_MOST_PEOPLE} users with --from-live."),
]


def simulate(  # noqa: PLR0913 (an option each)
    file: File = None,
    *,
    from_live: FromLive = False,
    table: Table = None,
    ledger: Ledger = None,
    identity_store: Store = None,
    region: Region = None,
    yes: Yes = False,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Play the scenario in FILE on the embedded AWS.

    It runs the hub's own functions, on this machine. Exits 0 if the scenario ran to its end and
    every `expect` held, 2 if one did not hold, and 1 for a mistake in the file. The left margin
    shows the time since the start. A step of more than ten lines is summed up for each target.
    """
    if not from_live:
        if file is None:
            raise typer.BadParameter("give a FILE, or --from-live")
        play(file, as_json=as_json, verbose=verbose)
        return
    # First, so that a missing library is told before anything is read.
    play_file = player()
    hub = LiveHub(
        table or output("MappingsTable", region),
        ledger or output("LedgerTable", region),
        identity_store or output("IdentityStoreId", region),
        region,
    )
    play_file(file, as_json=as_json, verbose=verbose, company=_read(hub, yes=yes))


def _read(hub: LiveHub, *, yes: bool) -> LiveCompany:
    """Return the live company and say how large it is; exit 2 if it is large, without --yes."""
    tables = read_tables(hub)
    count = len(tables.people)
    say(
        f"Live hub: {len(tables.rows):,} mapping rows, {len(tables.records):,} records, "
        f"{len(tables.groups):,} mapped groups, {count:,} users. Nothing is written there.",
        err=True,
    )
    if tables.state.paused:
        say(f"The hub is paused {describe_pause(tables.state)}", err=True)
    if count > _MOST_PEOPLE and not yes:
        say(
            f"More than {_MOST_PEOPLE} users take minutes. Nothing was played. Repeat with --yes "
            "to load them all.",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    return read_company(hub, tables)
