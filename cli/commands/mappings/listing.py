"""`studio-hub mappings list`, `check` and `export`: the rows, and what is wrong with them."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import typer
from rich.table import Table

from cli import mapping_checks
from cli import output as console
from cli.deployed import is_default, part_beside_table
from cli.hub_client import read_state
from cli.mapping_rows import read_rows
from cli.mappings.export import export, lost_rows
from cli.options import (
    SOMETHING_TO_DO,
    DirectoryIfKnown,
    Json,
    LedgerOfState,
    MappingsTable,
    Region,
    with_argument_of,
)
from hub.runtime.decisions.mapping_rows import parse_row, parse_table
from hub.runtime.problems.mappings import BAD_ROW
from shared.errors import RefusedError
from shared.model import BadMapping, GroupMapping, GroupPattern
from shared.naming import role_name


@dataclass(frozen=True, slots=True)
class _Table:
    """The mappings table and its rows, read now.

    Attributes:
        is_of_stack: whether it is the stack's, and was not given by name.
    """

    name: str
    region: str | None
    rows: list[dict[str, Any]]
    is_of_stack: bool


def _table(
    context: typer.Context,
    table: MappingsTable,
    *,
    ledger: LedgerOfState = None,
    region: Region = None,
) -> _Table:
    """Read a table, and say on the standard error if its hub is paused, where that is known."""
    found = _Table(table, region, read_rows(table, region), is_default(context, "table"))
    if ledger := part_beside_table(ledger, "LedgerTable", region, is_of_stack=found.is_of_stack):
        try:
            console.warn_if_paused(read_state(ledger, region))
        except RefusedError as refused:
            console.say(f"note: whether the hub is paused is unknown: {refused}", err=True)
    return found


_with_table = with_argument_of(_table)


@_with_table
def list_rows(table: _Table, *, as_json: Json = False) -> None:
    """Show every row, the bad ones with all their mistakes."""
    parsed = [parse_row(row) for row in table.rows]
    if as_json:
        typer.echo(json.dumps([plain(row) for row in parsed], indent=2))
        return
    console.print_table(
        console.wide_console(), table_of([row for row in parsed if isinstance(row, GroupMapping)])
    )
    for bad in parsed:
        if isinstance(bad, BadMapping):
            mapping_checks.show_bad(bad)
    count = console.count_of(len(parsed), "row")
    typer.echo(f"{count}. Check them:  studio-hub mappings check --table {table.name}", err=True)


@_with_table
def check(table: _Table, *, identity_store: DirectoryIfKnown = None, as_json: Json = False) -> None:
    """Report every mistake in rows, and every check that fails.

    Exits 2 if it finds any. In each target it also finds one group written in two ways, equal
    priorities, and role names that IAM treats as the same. It finds unknown groups only if it knows
    the identity store.
    """
    bad = [row for row in map(parse_row, table.rows) if isinstance(row, BadMapping)]
    store = part_beside_table(
        identity_store, "IdentityStoreId", table.region, is_of_stack=table.is_of_stack
    )
    parsed = parse_table(table.rows)
    targets = sorted({row.target for row in (*parsed.rows, *parsed.patterns)})
    others = (
        *mapping_checks.problems(table.rows, store, table.region),
        *mapping_checks.failing(targets),
    )
    if as_json:
        found = [{"kind": BAD_ROW.name} | plain(row) for row in bad]
        found += [problem.plain() for problem in others]
        typer.echo(json.dumps(found, indent=2))
    else:
        for row in bad:
            mapping_checks.show_bad(row)
        mapping_checks.show(others)
    if store is None:
        typer.echo("note: groups were not checked: give --identity-store.", err=True)
    if bad or others:
        typer.echo(
            f"{len(bad)} of {len(table.rows)} rows do not parse, {len(others)} other problems: "
            "correct the rows.",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    typer.echo(f"{console.count_of(len(table.rows), 'row')}, and no mistake.", err=True)


@_with_table
def export_table(table: _Table, *, as_json: Json = False) -> None:
    """Print the whole table as one YAML file, or its rows as JSON.

    Shared values are written once. Rows that cannot be represented are printed as comments at the
    end, with their mistakes; the command then exits 2.
    """
    if as_json:
        console.print_json(table.rows)
    else:
        typer.echo(export(table.rows), nl=False)
    lost = lost_rows(table.rows)
    if lost:
        typer.echo(
            f"{lost} of {len(table.rows)} rows are in comments: correct them in the file, or "
            "applying it removes them.",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    count = console.count_of(len(table.rows), "row")
    typer.echo(f"{count}. After a change:  studio-hub mappings plan FILE", err=True)


def table_of(rows: list[GroupMapping]) -> Table:
    """Return rows as a table, a line each."""
    out = console.table("Group", "Target", "Role", "Priority", "Retention", "", long=("",))
    for each in rows:
        notes = ["pattern"] if isinstance(each, GroupPattern) else []
        notes += [*(() if each.enabled else ("disabled",)), *(("pinned",) if each.group_id else ())]
        notes += [each.note] if each.note else []
        console.row(
            out,
            each.group,
            str(each.target),
            role_name(each.role_arn) or "(by convention)",
            str(each.priority),
            f"{each.retention_days} days",
            ", ".join(notes),
        )
    return out


def plain(row: GroupMapping | BadMapping) -> dict[str, Any]:
    """Return a row in its JSON form."""
    if isinstance(row, BadMapping):
        return {"group": row.group, "target": row.target_text, "mistakes": list(row.mistakes)}
    values = asdict(row) | {"target": str(row.target)}
    return {name: value for name, value in values.items() if name != "pattern"}
