"""Shows whom a change of one row concerns, and writes it with its audit entry, if told to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import boto3
import typer

from cli import output as console
from cli.audit import caller_arn, new_entry
from cli.commands.mappings.file import removal_limit
from cli.deployed import is_default, is_on_command_line, part_beside_table
from cli.hub_client import now, read_state
from cli.mapping_rows import read_rows
from cli.mappings.apply import Application
from cli.mappings.difference import RowChange, RowChangeKind, applied
from cli.mappings.observe import Pins, Sources, pins
from cli.mappings.parse import Row
from cli.mappings.plan import make_plan
from cli.mappings.plan_text import people_text, row_text
from cli.options import (
    REFUSED,
    SOMETHING_TO_DO,
    DirectoryIfKnown,
    Json,
    LedgerIfKnown,
    MappingsTable,
    Reason,
    Region,
    with_argument_of,
)
from cli.people import People
from cli.progress import counting
from hub.runtime.decisions.audit import OperatorAction

_ACTIONS: Final = {
    RowChangeKind.NEW: OperatorAction.ADD_MAPPING,
    RowChangeKind.CHANGED: OperatorAction.SET_MAPPING,
    RowChangeKind.REMOVED: OperatorAction.REMOVE_MAPPING,
}


@dataclass(frozen=True, slots=True)
class RowsTable:
    """The mappings table, and the ledger and directory that show whom a change concerns.

    Attributes:
        ledger, identity_store: None where not known.
        is_store_given: whether the option itself, and not its variable, names the identity store.
        reason: why, for the audit trail.
        as_json: print the change alone, as JSON.
    """

    name: str
    ledger: str | None
    identity_store: str | None
    is_store_given: bool
    region: str | None
    reason: str
    as_json: bool

    def rows(self) -> Sequence[Row]:
        """Return every row, read now."""
        return read_rows(self.name, self.region)

    def pin(self, group: str, store: str, *, confirmed: bool) -> Pins:
        """Return the pin of a group by its id in an identity store, as a plan finds it.

        A group that was re-created is pinned only if it is `confirmed`.
        """
        state = read_state(self.ledger, self.region) if self.ledger and not confirmed else None
        known = state.group_ids if state else {}
        client = boto3.Session(region_name=self.region).client("identitystore")
        return pins([group], known, People(client, store))


def _rows_table(
    context: typer.Context,
    table: MappingsTable,
    *,
    identity_store: DirectoryIfKnown = None,
    ledger: LedgerIfKnown = None,
    region: Region = None,
    reason: Reason = "",
    as_json: Json = False,
) -> RowsTable:
    """Return the table; what is not given is that of the stack, where the table is."""
    is_of_stack = is_default(context, "table")
    return RowsTable(
        table,
        part_beside_table(ledger, "LedgerTable", region, is_of_stack=is_of_stack),
        part_beside_table(identity_store, "IdentityStoreId", region, is_of_stack=is_of_stack),
        bool(identity_store) and is_on_command_line(context, "identity_store"),
        region,
        reason,
        as_json,
    )


# For commands that change a row of the table.
with_rows_table = with_argument_of(_rows_table)


def write(
    place: RowsTable, today: Sequence[Row], change: RowChange, *, what: str, yes: bool
) -> None:
    """Show whom a change concerns, and write it if told to; exit 3 if the row has changed."""
    if not place.as_json:
        console.say(row_text(change))
        _show_people(place, today, change)
    else:
        _warn_if_paused(place)
        if not yes:
            print_change(change, is_written=False)
    if not yes:
        typer.echo(f"Nothing was changed. {what}: repeat the command with --yes", err=True)
        raise typer.Exit(SOMETHING_TO_DO)
    if not _write(place, change):
        typer.echo("Refused: somebody changed the row meanwhile. See it:", err=True)
        typer.echo(f"  studio-hub mappings list --table {place.name}", err=True)
        raise typer.Exit(REFUSED)
    if place.as_json:
        print_change(change, is_written=True)
    typer.echo(f"Done. See the rows:  studio-hub mappings list --table {place.name}", err=True)


def print_change(change: RowChange, *, is_written: bool) -> None:
    """Print a row before and after as JSON, and whether the change is written."""
    console.print_json({"before": change.before, "after": change.after, "written": is_written})


def _write(place: RowsTable, change: RowChange) -> bool:
    """Write a change and its audit entry; return false if the row has changed."""
    if not place.ledger:
        raise typer.BadParameter(
            "a change is written together with its audit entry: give --ledger, or "
            "STUDIO_HUB_LEDGER_TABLE"
        )
    # The entry of a removed row says what was in it.
    recorded = change if change.after or change.mistakes else RowChange(None, change.before)
    entry = new_entry(
        caller_arn(place.region),
        _ACTIONS[change.kind],
        targets=(change.target,) if change.target else (),
        subject=row_text(recorded),
        reason=place.reason,
    )
    client = boto3.Session(region_name=place.region).client("dynamodb")
    return Application(client, place.name, place.ledger).write(change, entry)


def _warn_if_paused(place: RowsTable) -> None:
    """Say that the hub is paused, where no plan says so in its notes."""
    if place.ledger:
        console.warn_if_paused(read_state(place.ledger, place.region))


def _show_people(place: RowsTable, today: Sequence[Row], change: RowChange) -> None:
    """Print what becomes of people; a note where ledger or identity store are not known."""
    if place.ledger is None or place.identity_store is None:
        _warn_if_paused(place)
        typer.echo("note: to see whom it concerns, give --ledger and --identity-store.", err=True)
        return
    sources = Sources.open(place.ledger, place.identity_store, place.region)
    limit = removal_limit(place.region)
    wanted = applied(today, [change])
    plan = make_plan(today, wanted, sources, limit, now(), counting, pinning=False)
    console.say(people_text(plan) or "It concerns nobody.")
