"""`studio-hub status`: is it working, and what waits for a person?"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import boto3
import typer

from cli.arguments import age_of
from cli.deployed import is_default, outputs_if_there
from cli.hub_client import HubClient, now
from cli.options import SOMETHING_TO_DO, Json, Region, with_hub_client
from cli.output import count_of, say, wide_console
from cli.progress import counting
from cli.status.queues import LastScan, QueueDepth, queue_urls, read_depths, read_last_scan
from cli.status.summary import (
    KINDS,
    Status,
    TargetStatus,
    count_targets,
    describe_depth,
    how_many,
)
from hub.runtime.decisions.hub_state import HubState
from shared.errors import RefusedError
from shared.model import Target


@with_hub_client
def status(
    hub_client: HubClient,
    context: typer.Context,
    *,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Show every target, including those that are as they should be."
        ),
    ] = False,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Show whether the hub works, and what waits for a person.

    Counts what is in each target: it reads the ledger once from end to end. Exits 2 if something
    waits for a person.
    """
    state = hub_client.state()
    # A ledger given by name may belong to another hub than this account's.
    outputs = outputs_if_there(region) if is_default(context, "ledger") else {}
    found = _status(hub_client, state, queue_urls(outputs), region)
    if as_json:
        typer.echo(json.dumps(found.plain(), indent=2))
    else:
        _print(found, everything=everything)
    waiting = list(found.waiting())
    for what, where in waiting:
        say(f"{what}:  {where}", err=True)
    if waiting:
        raise typer.Exit(SOMETHING_TO_DO)
    say("Nothing waits for a person. What happened lately:  studio-hub history", err=True)


def _status(
    hub_client: HubClient, state: HubState, urls: Mapping[str, str], region: str | None
) -> Status:
    at = now()
    counted = counting(hub_client.overview.everything(at), "items of the ledger")
    targets, people = count_targets(state, counted, at)
    session = boto3.Session(region_name=region)
    cloudwatch = session.client("cloudwatch")
    queues: tuple[QueueDepth, ...] | None = None
    last_scan: LastScan | None = None
    is_scan_known = True
    try:
        last_scan = read_last_scan(cloudwatch, at)
    except RefusedError as refused:
        is_scan_known = False
        say(f"note: the last scan is unknown: {refused}", err=True)
    try:
        queues = tuple(read_depths(session.client("sqs"), cloudwatch, urls, at)) or None
    except RefusedError as refused:
        say(f"note: the queues are unknown: {refused}", err=True)
    return Status(at, state, targets, people, queues, last_scan, is_scan_known)


def _print(found: Status, *, everything: bool) -> None:
    out = wide_console()
    out.print(f"Paused      {'yes' if found.state.paused else 'no'}")
    out.print(f"Last scan   {_scan(found)}")
    out.print(f"Checks      {_checks(found)}")
    out.print(f"Queues      {_queues(found)}")
    targets = count_of(len(found.targets), "target")
    out.print(f"People      {found.people:,} with a profile, in {targets}")
    out.print(f"Profiles    {_counts(TargetStatus(found.totals)) or 'none'}")
    shown = {
        target: each for target, each in found.targets.items() if everything or each.is_notable
    }
    for target, each in sorted(shown.items()):
        _print_target(target, each)
    left = len(found.targets) - len(shown)
    if left:
        others = count_of(left, "other target")
        out.print(f"\nNothing to tell of {others}:  studio-hub status --all")


def _print_target(target: Target, found: TargetStatus) -> None:
    out = wide_console()
    out.print(f"\n{target}")
    out.print(f"    {_counts(found) or 'nobody'}")
    if found.unreachable:
        out.print(f"    unreachable: {found.unreachable}")


def _counts(found: TargetStatus) -> str:
    return ", ".join(how_many(kind, found.counts[kind]) for kind in KINDS if found.counts[kind])


def _scan(found: Status) -> str:
    overdue = "; overdue" if found.is_overdue else ""
    if found.last_scan is None:
        known = f"none in 24 hours, as CloudWatch knows{overdue}"
        return known if found.is_scan_known else "unknown"
    return f"{_when(found.last_scan.at, found.at)}{overdue}"


def _checks(found: Status) -> str:
    return f"last {_when(found.checked_at, found.at)}" if found.checked_at else "never made"


def _when(time: datetime, now: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC, {age_of((now - time).total_seconds())} ago"


def _queues(found: Status) -> str:
    if found.queues is None:
        return "unknown: found only where the ledger is that of the stack StudioHub"
    filled = [describe_depth(each) for each in found.queues if each.messages]
    return ", ".join(filled) or "empty"
