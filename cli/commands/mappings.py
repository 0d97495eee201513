"""`studio-hub mappings`: the rows that say which group gets which role in which account."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from cli import mapping_checks
from cli import output as console
from cli.deployed import is_default, output_if_there, output_of_stack
from cli.mapping_rows import MappingRows
from cli.options import SOMETHING_TO_DO, Json, Region
from hub.runtime.decisions.mapping_rows import parse_row
from hub.runtime.problems.mappings import BAD_ROW
from shared.conventions import ROLE_PATH
from shared.model import BadMapping, GroupMapping
from shared.naming import role_name

app = typer.Typer(
    name="mappings",
    help="List, check, add and remove mapping rows. Nothing is written without --yes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

TableName = Annotated[
    str,
    typer.Option(
        "--table",
        envvar="STUDIO_HUB_MAPPINGS_TABLE",
        help="The mappings table; default: the stack's output MappingsTable.",
        default_factory=str,
        show_default=False,
        callback=output_of_stack("MappingsTable"),
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--identity-store",
        envvar="STUDIO_HUB_IDENTITY_STORE_ID",
        help="Identity store in which to look up the group's id, which pins it.",
    ),
]
Group = Annotated[str, typer.Option("--group", help="The group's display name.")]
TargetText = Annotated[
    str, typer.Option("--target", help="<account>/<region>/<domain id> of a Studio domain.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without, only show what would be done.")]


@app.command("list")
def list_rows(table: TableName, *, region: Region = None, as_json: Json = False) -> None:
    """Show every row, the bad ones with all their mistakes."""
    rows = MappingRows(table, region, None).read()
    parsed = [parse_row(row) for row in rows]
    if as_json:
        typer.echo(json.dumps([_json(row) for row in parsed], indent=2))
        return
    console.print_table(
        console.wide_console(), _table([row for row in parsed if isinstance(row, GroupMapping)])
    )
    for bad in parsed:
        if isinstance(bad, BadMapping):
            mapping_checks.show_bad(bad)
    typer.echo(
        f"{len(rows)} rows. Check them:  studio-hub mappings check --table {table}", err=True
    )


@app.command("check")
def check(
    context: typer.Context,
    table: TableName,
    *,
    identity_store: Annotated[
        str | None,
        typer.Option(
            "--identity-store",
            envvar="STUDIO_HUB_IDENTITY_STORE_ID",
            help="Identity store in which to look for the groups; default, where the table is the "
            "stack's: its output IdentityStoreId.",
        ),
    ] = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Report every mistake in every row and between rows.

    Exits 2 when there is one. Between rows: two for one group, equal priorities, roles that IAM
    takes for one. Groups that the directory does not know are told where the identity store is
    known.
    """
    rows = MappingRows(table, region, None).read()
    bad = [row for row in map(parse_row, rows) if isinstance(row, BadMapping)]
    store = identity_store
    if store is None and is_default(context, "table"):
        # A table given by name may belong to another hub than this account's.
        store = output_if_there("IdentityStoreId", region)
    others = mapping_checks.problems(rows, store, region)
    if as_json:
        plain = [{"kind": BAD_ROW.name} | _json(row) for row in bad]
        typer.echo(json.dumps([*plain, *(problem.plain() for problem in others)], indent=2))
    else:
        for row in bad:
            mapping_checks.show_bad(row)
        mapping_checks.show(others)
    if store is None:
        typer.echo("note: no group was looked for: give --identity-store.", err=True)
    if bad or others:
        typer.echo(
            f"{len(bad)} of {len(rows)} rows do not parse, {len(others)} other problems: correct "
            "the rows.",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    typer.echo(f"All {len(rows)} rows parse, and agree.", err=True)


@app.command("add")
def add(  # noqa: PLR0913 (one option an attribute)
    table: TableName,
    group: Group,
    target: TargetText,
    *,
    role_arn: Annotated[
        str | None,
        typer.Option(
            help="The execution role; default: role/studio-hub/<group name>, with a digest where "
            "IAM does not allow the name as it is."
        ),
    ] = None,
    priority: Annotated[int | None, typer.Option(help="Lower wins; default 100.")] = None,
    retention_days: Annotated[
        int | None, typer.Option(help="Days to keep a leaver's profile; default 30, 0 deletes.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="For people: what the row is for.")] = None,
    disabled: Annotated[
        bool, typer.Option("--disabled", help="Grant nothing new through this row.")
    ] = False,
    identity_store: Store = None,
    region: Region = None,
    yes: Yes = False,
) -> None:
    """Add a row, or replace the one of the same group and target."""
    store = MappingRows(table, region, identity_store)
    given = {
        "group": group,
        "target": target,
        "execution_role_arn": role_arn,
        "priority": priority,
        "retention_days": retention_days,
        "group_id": _pinned(store, group, identity_store) if identity_store else None,
        "enabled": False if disabled else None,
        "note": note,
    }
    row = {name: value for name, value in given.items() if value is not None}
    mapping = parse_row(row)
    if isinstance(mapping, BadMapping):
        mapping_checks.show_bad(mapping)
        typer.echo("Nothing was written: correct the options and try again.", err=True)
        raise typer.Exit(1)
    console.print_table(console.wide_console(), _table([mapping]))
    if not identity_store:
        typer.echo(
            "note: without --identity-store the group is found by its name, and not pinned.",
            err=True,
        )
    if f":role{ROLE_PATH}" not in mapping.role_arn:
        typer.echo(
            f"note: the role is not under {ROLE_PATH}: the hub can give it only where "
            "AdditionalPassableRoleArns, a parameter of the spoke's stack in "
            f"{mapping.target.account}, names it.",
            err=True,
        )
    _do_if_told(table, yes=yes, what="Write this row", do=lambda: store.put(row))


@app.command("remove")
def remove(
    table: TableName, group: Group, target: TargetText, *, region: Region = None, yes: Yes = False
) -> None:
    """Remove the row of a group and a target."""
    store = MappingRows(table, region, None)
    of_target = [row for row in store.read() if row.get("target") == target]
    found = [row for row in of_target if row.get("group") == group]
    if not found:
        console.say(f"error: no row of group {group} and target {target} in {table}", err=True)
        typer.echo(f"See the rows:  studio-hub mappings list --table {table}", err=True)
        raise typer.Exit(1)
    mapping = parse_row(found[0])
    if isinstance(mapping, GroupMapping):
        console.print_table(console.wide_console(), _table([mapping]))
    else:
        mapping_checks.show_bad(mapping)
    if len(of_target) == 1:
        typer.echo(
            f"note: it is the last row of {target}: nothing that it gave is taken there before "
            "somebody approves that:  studio-hub holds list",
            err=True,
        )
    _do_if_told(table, yes=yes, what="Remove this row", do=lambda: store.delete(group, target))


def _pinned(store: MappingRows, group: str, identity_store: str) -> str:
    """Return the id of a group; if there is none, print what can be done and exit."""
    found = store.group_id(group)
    if found is None:
        console.say(
            f"error: there is no group {group!r} in the identity store {identity_store}", err=True
        )
        typer.echo(
            "Correct the one or the other; or leave --identity-store out, and its variable: the "
            "hub then finds the group by its name, once there is one.",
            err=True,
        )
        raise typer.Exit(1)
    return found


def _do_if_told(table: str, *, yes: bool, what: str, do: Callable[[], None]) -> None:
    if not yes:
        typer.echo(f"Nothing was changed. {what}: the same command with --yes", err=True)
        raise typer.Exit(SOMETHING_TO_DO)
    do()
    typer.echo(f"Done. See the rows:  studio-hub mappings list --table {table}", err=True)


def _table(rows: list[GroupMapping]) -> Table:
    out = console.table("Group", "Target", "Role", "Priority", "Retention", "", long=("",))
    for each in rows:
        notes = [*(() if each.enabled else ("disabled",)), *(("pinned",) if each.group_id else ())]
        notes += [each.note] if each.note else []
        console.row(
            out,
            each.group,
            str(each.target),
            role_name(each.role_arn),
            str(each.priority),
            f"{each.retention_days} days",
            ", ".join(notes),
        )
    return out


def _json(row: GroupMapping | BadMapping) -> dict[str, Any]:
    if isinstance(row, BadMapping):
        return {"group": row.group, "target": row.target_text, "mistakes": list(row.mistakes)}
    return asdict(row) | {"target": str(row.target)}
