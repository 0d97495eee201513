"""`studio-hub targets`: every Studio domain that the hub knows."""

import json
from typing import Any

import typer

from cli.hub_client import HubClient, now
from cli.mapping_rows import MappingRows
from cli.options import Json, MappingsTable, Region, with_hub_client
from cli.output import print_table, row, say, table, wide_console
from cli.paused import warn_if_paused
from cli.progress import counting
from cli.status.summary import TargetStatus, count_targets
from hub.runtime.adapters.ledger_overview import BLOCKED, UNMANAGED
from hub.runtime.decisions.record import State
from shared.model import Target

app = typer.Typer(
    name="targets",
    help="List the Studio domains that the hub knows.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    """Keep `list` a word of its own while it is the only command."""


@app.command("list")
@with_hub_client
def list_targets(
    hub_client: HubClient, mappings: MappingsTable, *, region: Region = None, as_json: Json = False
) -> None:
    """Show each target: its rows, its people, and whether its account lets the hub in.

    A target is known from its first mapping row until it is forgotten.
    """
    state = hub_client.state()
    at = now()
    counted = counting(hub_client.overview.everything(at), "items of the ledger")
    targets, _ = count_targets(state, counted, at)
    rows = [str(each.get("target")) for each in MappingRows(mappings, region, None).read()]
    plain = [
        _plain(target, found, rows.count(str(target))) for target, found in sorted(targets.items())
    ]
    if as_json:
        typer.echo(json.dumps(plain, indent=2))
    else:
        out = table("Target", "Rows", "People", "Reachable")
        for each in plain:
            reachable = "yes" if each["reachable"] else "no"
            row(out, each["target"], str(each["rows"]), str(each["people"]), reachable)
        print_table(wide_console(), out)
    warn_if_paused(state)
    say(f"{len(plain)} targets. What waits in them:  studio-hub status", err=True)


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
    }
