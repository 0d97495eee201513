"""`studio-hub mappings list` and `check`: the rows, and what is wrong with them."""

import json
from dataclasses import asdict
from typing import Any

import typer
from rich.table import Table

from cli import mapping_checks
from cli import output as console
from cli.deployed import is_default, output_if_there
from cli.mapping_rows import MappingRows, warn_if_known_paused
from cli.options import (
    SOMETHING_TO_DO,
    DirectoryIfKnown,
    Json,
    LedgerOfState,
    MappingsTable,
    Region,
)
from hub.runtime.decisions.mapping_rows import parse_row, parse_table
from hub.runtime.problems.mappings import BAD_ROW
from shared.model import BadMapping, GroupMapping, GroupPattern
from shared.naming import role_name


def list_rows(
    context: typer.Context,
    table: MappingsTable,
    *,
    ledger: LedgerOfState = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Show every row, the bad ones with all their mistakes."""
    rows = MappingRows(table, region, None).read()
    parsed = [parse_row(row) for row in rows]
    warn_if_known_paused(context, ledger, region)
    if as_json:
        typer.echo(json.dumps([plain(row) for row in parsed], indent=2))
        return
    console.print_table(
        console.wide_console(), table_of([row for row in parsed if isinstance(row, GroupMapping)])
    )
    for bad in parsed:
        if isinstance(bad, BadMapping):
            mapping_checks.show_bad(bad)
    count = console.count_of(len(rows), "row")
    typer.echo(f"{count}. Check them:  studio-hub mappings check --table {table}", err=True)


def check(
    context: typer.Context,
    table: MappingsTable,
    *,
    identity_store: DirectoryIfKnown = None,
    ledger: LedgerOfState = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Report every mistake in rows, and every check that fails.

    Exits 2 if it finds any. In each target it also finds one group written in two ways, equal
    priorities, and role names that IAM treats as the same. It finds unknown groups only if it knows
    the identity store.
    """
    rows = MappingRows(table, region, None).read()
    bad = [row for row in map(parse_row, rows) if isinstance(row, BadMapping)]
    store = identity_store
    if store is None and is_default(context, "table"):
        # A table given by name may belong to another hub than this account's.
        store = output_if_there("IdentityStoreId", region)
    parsed = parse_table(rows)
    targets = sorted({row.target for row in (*parsed.rows, *parsed.patterns)})
    others = (
        *mapping_checks.problems(rows, store, region),
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
    warn_if_known_paused(context, ledger, region)
    if store is None:
        typer.echo("note: groups were not checked: give --identity-store.", err=True)
    if bad or others:
        typer.echo(
            f"{len(bad)} of {len(rows)} rows do not parse, {len(others)} other problems: correct "
            "the rows.",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    typer.echo(f"All {len(rows)} rows parse, and agree.", err=True)


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
