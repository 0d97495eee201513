"""`studio-hub mappings add` and `remove`: one row at a time, dry until --yes."""

from collections.abc import Callable
from typing import Annotated

import typer

from cli import mapping_checks
from cli import output as console
from cli.commands.mappings.listing import table_of
from cli.mapping_rows import MappingRows
from cli.options import SOMETHING_TO_DO, IdentityStore, MappingsTable, Region, TargetText, Yes
from hub.runtime.decisions.mapping_rows import parse_row
from shared.conventions import ROLE_PATH
from shared.model import BadMapping, GroupMapping

Group = Annotated[str, typer.Option("--group", help="The group's display name.")]


def add(  # noqa: PLR0913 (one option an attribute)
    table: MappingsTable,
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
    identity_store: IdentityStore = None,
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
    console.print_table(console.wide_console(), table_of([mapping]))
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


def remove(
    table: MappingsTable,
    group: Group,
    target: TargetText,
    *,
    region: Region = None,
    yes: Yes = False,
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
        console.print_table(console.wide_console(), table_of([mapping]))
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
