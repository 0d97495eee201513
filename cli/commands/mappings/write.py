"""Shows whom a change of one row concerns, and writes it with its audit entry, if told to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import boto3
import typer

from cli import output as console
from cli.audit import caller_arn, new_entry
from cli.commands.mappings.file import removal_limit
from cli.deployed import is_default, output_if_there
from cli.hub_client import now, read_state
from cli.mapping_rows import MappingRows
from cli.mappings.apply import Application
from cli.mappings.difference import RowChange, RowChangeKind, applied
from cli.mappings.observe import Sources
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
    with_first,
)
from cli.people import People
from cli.progress import counting
from hub.runtime.decisions.audit import OperatorAction
from shared.model import Unresolved

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
        is_store_given: whether an option or its variable names the identity store.
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
        return MappingRows(self.name, self.region, None).read()

    def pin(self, group: str) -> tuple[str | None, str]:
        """Return the id by which a plan pins a group; or None, and why it does not."""
        if self.identity_store is None:
            return None, "the identity store is not known; give --identity-store"
        identity_store = boto3.Session(region_name=self.region).client("identitystore")
        found = People(identity_store, self.identity_store).group_id(group)
        if isinstance(found, Unresolved):
            return None, found.value
        known = read_state(self.ledger, self.region).group_ids if self.ledger else {}
        if known.get(group, found) != found:
            return (
                None,
                f"it was re-created; to confirm that, give --identity-store {self.identity_store}",
            )
        return found, ""

    def group_id(self, group: str) -> str | None:
        """Return the id of a group in the directory; None if it has no such group."""
        return MappingRows(self.name, self.region, self.identity_store).group_id(group)


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
    is_store_given = identity_store is not None
    if is_default(context, "table"):
        ledger = ledger or output_if_there("LedgerTable", region)
        identity_store = identity_store or output_if_there("IdentityStoreId", region)
    return RowsTable(table, ledger, identity_store, is_store_given, region, reason, as_json)


# For commands that change a row of the table.
with_rows_table = with_first(_rows_table)


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
