"""`studio-hub mappings add`, `set` and `remove`: one row at a time, dry until --yes."""

import shlex
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from cli import mapping_checks
from cli import output as console
from cli.arguments import nearest
from cli.commands.mappings.listing import table_of
from cli.commands.mappings.write import RowsTable, print_change, with_rows_table, write
from cli.mappings.difference import ATTRIBUTES, RowChange, key_of
from cli.mappings.parse import Row
from cli.options import TargetText, Yes
from hub.runtime.decisions.mapping_rows import is_pattern_text, parse_row
from shared.conventions import ROLE_PATH
from shared.model import BadMapping, GroupMapping, Unresolved

Group = Annotated[
    str, typer.Option("--group", help="The group's display name, or a pattern with one *.")
]
RoleArn = Annotated[
    str | None,
    typer.Option(
        help="The execution role; default: role/studio-hub/<group name>. A name that IAM does not "
        "allow is changed, and ends in a digest."
    ),
]
Priority = Annotated[int | None, typer.Option(help="Lower wins; default 100.")]
Retention = Annotated[
    int | None,
    typer.Option(help="Days to keep a leaver's profile; default 30; 0 deletes it at once."),
]
Note = Annotated[str | None, typer.Option(help="For people: what the row is for.")]


@with_rows_table
def add(  # noqa: PLR0913 (one option an attribute)
    place: RowsTable,
    group: Group,
    target: TargetText,
    *,
    role_arn: RoleArn = None,
    priority: Priority = None,
    retention_days: Retention = None,
    note: Note = None,
    disabled: Annotated[
        bool, typer.Option("--disabled", help="Grant nothing new through this row.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Add a row for a group and a target that have none.

    Exits 1 if they have one. The row pins the group by the id that it has in the identity store. A
    group that is not there is noted, and with --identity-store a mistake. A pattern is not pinned.
    """
    given = {
        "group": group,
        "target": target,
        "execution_role_arn": role_arn,
        "priority": priority,
        "retention_days": retention_days,
        "enabled": False if disabled else None,
        "note": note,
    }
    row = {name: value for name, value in given.items() if value is not None}
    mapping = _valid(row)
    today = place.rows()
    if there := _find(today, group, target):
        _show(place, [mapping])
        console.say("error: there is already a row of this group and target:", err=True)
        _show_row(place, there)
        typer.echo("Change it:  studio-hub mappings set", err=True)
        raise typer.Exit(1)
    if group_id := _pin_if_there(place, group):
        row["group_id"] = group_id
        mapping = _valid(row)
    _show(place, [mapping])
    _note_role(mapping)
    write(place, today, RowChange(None, row), what="Write this row", yes=yes)


@with_rows_table
def set_(  # noqa: PLR0913 (one option an attribute)
    place: RowsTable,
    group: Group,
    target: TargetText,
    *,
    role_arn: RoleArn = None,
    priority: Priority = None,
    retention_days: Retention = None,
    note: Note = None,
    enabled: Annotated[
        bool | None,
        typer.Option("--enabled/--disabled", help="Whether the row grants anything new."),
    ] = None,
    pin: Annotated[
        bool,
        typer.Option(
            "--pin", help="Pin the group by the id that it has now; needs the identity store."
        ),
    ] = False,
    unset: Annotated[
        list[str] | None,
        typer.Option(help="Give this attribute its default again; may be repeated."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Change the given attributes of a row, and keep the others."""
    if unknown := set(unset or ()) - set(ATTRIBUTES):
        raise typer.BadParameter(
            f"--unset {', '.join(sorted(unknown))}: attributes are {', '.join(ATTRIBUTES)}"
        )
    today = place.rows()
    before = _found(place, today, group, target)
    given = {
        "execution_role_arn": role_arn,
        "priority": priority,
        "retention_days": retention_days,
        "group_id": _pin_now(place, group) if pin else None,
        "enabled": enabled,
        "note": note,
    }
    kept = {name: value for name, value in before.items() if name not in (unset or ())}
    row = {**kept, **{name: value for name, value in given.items() if value is not None}}
    mapping = _valid(row)
    change = RowChange(before, row)
    _show_row(place, before)
    if not change.attributes():
        if place.as_json:
            print_change(change, is_written=False)
        typer.echo("The row is like that already. Nothing to do.", err=True)
        return
    _show(place, [mapping])
    _note_role(mapping)
    write(place, today, change, what="Change the row", yes=yes)


@with_rows_table
def remove(
    place: RowsTable,
    group: Group,
    target: TargetText,
    *,
    yes: Yes = False,
) -> None:
    """Remove the row of a group and a target."""
    today = place.rows()
    before = _found(place, today, group, target)
    _show_row(place, before)
    if sum(row.get("target") == target for row in today) == 1:
        typer.echo(
            f"note: it is the last row of {target}: nothing that it gave is taken there before "
            "somebody approves that:  studio-hub holds list",
            err=True,
        )
    write(place, today, RowChange(before, None), what="Remove this row", yes=yes)


def _find(rows: Iterable[Row], group: str, target: str) -> Row | None:
    return next((row for row in rows if key_of(row) == (group, target)), None)


def _found(place: RowsTable, rows: Sequence[Row], group: str, target: str) -> Row:
    """Return a row of the table; if there is none, say so and exit."""
    found = _find(rows, group, target)
    if found is None:
        console.say(f"error: no row of group {group} and target {target} in {place.name}", err=True)
        keys = (f"--group {shlex.quote(of[0])} --target {of[1]}" for of in map(key_of, rows))
        for near in nearest(f"--group {group} --target {target}", keys, at_least=0.0):
            console.say(f"a near one:  {near}", err=True)
        typer.echo(f"See the rows:  studio-hub mappings list --table {place.name}", err=True)
        raise typer.Exit(1)
    return found


def _valid(row: Row) -> GroupMapping:
    """Return the mapping in a row; if it does not parse, print its mistakes and exit."""
    mapping = parse_row(row)
    if isinstance(mapping, BadMapping):
        mapping_checks.show_bad(mapping)
        typer.echo("Nothing was written: correct the options and try again.", err=True)
        raise typer.Exit(1)
    return mapping


def _show(place: RowsTable, mappings: list[GroupMapping]) -> None:
    if place.as_json:
        return
    console.print_table(console.wide_console(), table_of(mappings))


def _show_row(place: RowsTable, row: Row) -> None:
    mapping = parse_row(row)
    if isinstance(mapping, GroupMapping):
        _show(place, [mapping])
    elif not place.as_json:
        mapping_checks.show_bad(mapping)


def _note_role(mapping: GroupMapping) -> None:
    if mapping.role_arn and f":role{ROLE_PATH}" not in mapping.role_arn:
        typer.echo(
            f"note: the role is not under {ROLE_PATH}: the hub can give it only where "
            "AdditionalPassableRoleArns, a parameter of the spoke's stack in "
            f"{mapping.target.account}, names it.",
            err=True,
        )


def _pin_if_there(place: RowsTable, group: str) -> str | None:
    """Return the id that pins the group of a new row; None, after a note, if there is none.

    In a given identity store, a group that is not there is a mistake: it says so and exits. One
    that was re-created is pinned only there: to give the store confirms it.
    """
    if is_pattern_text(group):
        return None
    store = place.identity_store
    if store and place.is_store_given:
        return _pinned(
            place,
            group,
            store,
            "Correct the one or the other; or leave --identity-store out: the hub then finds the "
            "group by its name, once there is one.",
        )
    why = "the identity store is not known; give --identity-store"
    if store:
        found = place.pin(group, store, confirmed=False)
        if group in found.ids:
            return found.ids[group]
        why = f"it was re-created; to confirm that, give --identity-store {store}"
        if group in found.unresolved:
            why = found.unresolved[group].value
    console.say(f"note: the row does not pin group {group} by its id: {why}.", err=True)
    return None


def _pin_now(place: RowsTable, group: str) -> str:
    """Return the id that the group of a row has now; if there is none, say so and exit."""
    if is_pattern_text(group):
        raise typer.BadParameter(
            f"--pin: {group!r} is a pattern, for several groups; to pin one of them, write it a "
            "row of its own:  studio-hub mappings add"
        )
    if place.identity_store is None:
        raise typer.BadParameter("--pin needs the identity store: give --identity-store")
    remedy = "correct --identity-store" if place.is_store_given else "give --identity-store"
    return _pinned(place, group, place.identity_store, f"Leave --pin out, or {remedy}.")


def _pinned(place: RowsTable, group: str, store: str, remedy: str) -> str:
    """Return the id of a group in an identity store; if there is none, say so and exit."""
    found = place.pin(group, store, confirmed=True)
    if group in found.ids:
        return found.ids[group]
    if found.unresolved[group] is Unresolved.UNKNOWN:
        console.say(f"error: there is no group {group!r} in the identity store {store}", err=True)
    else:
        console.say(
            f"error: the identity store {store} does not show whether it has a group {group!r}: "
            "that needs the permission identitystore:GetGroupId",
            err=True,
        )
    typer.echo(remedy, err=True)
    raise typer.Exit(1)
