"""`studio-hub targets`: every Studio domain that the hub knows, and the end of one."""

from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from cli.arguments import age_of, find_target
from cli.forgetting import check, forget, is_gone, open_records
from cli.hub_client import HubClient, now
from cli.mapping_rows import mapped_targets, read_rows
from cli.options import (
    REFUSED,
    SOMETHING_TO_DO,
    Json,
    MappingsTable,
    Reason,
    Region,
    Yes,
    with_hub_client,
)
from cli.output import (
    count_of,
    describe_pause,
    print_json,
    print_table,
    row,
    say,
    table,
    warn_if_paused,
    wide_console,
)
from cli.progress import counting
from cli.status.summary import TargetStatus, count_targets
from hub.runtime.adapters.ledger_overview import BLOCKED, UNMANAGED
from hub.runtime.decisions.record import Record, State
from shared.model import Target

app = typer.Typer(
    name="targets",
    help="List the targets, and forget one that is gone for good.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
@with_hub_client
def list_targets(
    hub_client: HubClient, mappings: MappingsTable, *, region: Region = None, as_json: Json = False
) -> None:
    """Show the rows and people of each target.

    Also shows whether the hub can reach its account, and when it was last checked. A target is
    listed from its first scan until it is forgotten.
    """
    state = hub_client.state()
    at = now()
    counted = counting(hub_client.overview.everything(at), "items of the ledger")
    targets, _ = count_targets(state, counted, at)
    rows = [str(each.get("target")) for each in read_rows(mappings, region)]
    plain = [
        _plain(target, found, rows.count(str(target))) for target, found in sorted(targets.items())
    ]
    if as_json:
        print_json(plain)
    else:
        out = table("Target", "Rows", "People", "Reachable", "Checked")
        for each in plain:
            reachable = "yes" if each["reachable"] else "no"
            checked = targets[Target.parse(each["target"])].checked_at
            age = f"{age_of((at - checked).total_seconds())} ago" if checked else "never"
            row(out, each["target"], str(each["rows"]), str(each["people"]), reachable, age)
        print_table(wide_console(), out)
    warn_if_paused(state)
    say(f"{count_of(len(plain), 'target')}. What waits in them:  studio-hub status", err=True)


def _plain(target: Target, found: TargetStatus, rows: int) -> dict[str, Any]:
    people = (State.ACTIVE, State.PENDING, State.SUSPENDED, State.REMOVING, State.FAILED)
    return {
        "target": str(target),
        "account": target.account,
        "region": target.region,
        "domain": target.domain_id,
        "rows": rows,
        "people": sum(found.counts[each] for each in (*people, State.HELD, BLOCKED)),
        "unmanaged": found.counts[UNMANAGED],
        "reachable": not found.unreachable,
        "unreachable": found.unreachable or None,
        "checked_at": found.checked_at.isoformat() if found.checked_at else None,
    }


@app.command("forget")
@with_hub_client
def forget_target(
    hub_client: HubClient,
    mappings: MappingsTable,
    name: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="<account>/<region>/<domain id>.", show_default=False
        ),
    ],
    *,
    timeout: Annotated[
        int, typer.Option(min=1, help="How many seconds to wait for the check of the target.")
    ] = 180,
    reason: Reason = "",
    region: Region = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End a target that is gone for good: its account or its domain.

    The hub's function `scan` checks the target first. If it is gone, the command closes the records
    of its users, and deletes its holds, checks, problems and protections. Exits 3 while the account
    answers and the hub has profiles there, while mapping rows name the target, or while the hub is
    paused.
    """
    state = hub_client.state()
    target = find_target(name, hub_client, state, mapped_targets(mappings, region))
    rows = [
        str(each.get("group"))
        for each in read_rows(mappings, region)
        if each.get("target") == str(target)
    ]
    if rows:
        _refuse(
            f"mapping rows name {target}, of the groups {', '.join(rows)}.",
            "Remove them first:  studio-hub mappings remove --group GROUP --target TARGET",
        )
    if state.paused:
        _refuse(
            f"the hub is paused {describe_pause(state)}, so that the target cannot be checked.",
            "Repeat the command after:  studio-hub resume --yes",
        )
    records = open_records(hub_client, target)
    if records:
        _require_gone(hub_client, target, records, timeout)
    if yes:
        forget(hub_client, target, records, reason)
    if as_json:
        people = [
            {"user_id": each.user_id, "user": each.user_name, "profile": each.profile_name}
            for each in records
        ]
        print_json({"target": str(target), "forgotten": yes, "people": people})
    else:
        _show(records)
    if not yes:
        say(f"{count_of(len(records), 'record')} to close. Nothing was changed.", err=True)
        say("Repeat with --yes to forget the target.", err=True)
        raise typer.Exit(SOMETHING_TO_DO)
    say(
        f"Forgotten, {count_of(len(records), 'record')} closed. Their history:  studio-hub history",
        err=True,
    )


def _require_gone(
    hub_client: HubClient, target: Target, records: Sequence[Record], timeout: int
) -> None:
    """Have the target checked; print why and exit if it is not gone, or if nobody can tell."""
    say(f"Waiting for the check of {target}, {timeout} s at most.", err=True)
    found = check(hub_client, target, timeout)
    if found is None:
        say(
            f"error: no result after {timeout} s: see REQUEUED, PROBLEM and errors in the log of "
            "scan, or give a longer --timeout",
            err=True,
        )
        raise typer.Exit(1)
    if not is_gone(found):
        people = count_of(len(records), "user")
        _refuse(
            f"the account answers, and the hub has records of {people} in {target}.",
            "The hub removes their profiles now that no row names the target:  studio-hub status",
        )


def _refuse(why: str, remedy: str) -> NoReturn:
    say(f"Refused: {why}", err=True)
    say(remedy, err=True)
    raise typer.Exit(REFUSED)


def _show(records: Sequence[Record]) -> None:
    out = table("User", "State", "Profile", "User id")
    for each in records:
        row(out, each.user_name, str(each.state), each.profile_name, each.user_id)
    if records:
        print_table(wide_console(), out)
