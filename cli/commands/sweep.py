"""`studio-hub sweep`: scans everything now, or one group, target or user."""

from contextlib import AbstractContextManager
from typing import Annotated
from uuid import uuid4

import typer

from cli.arguments import find_target, nearest
from cli.audit import Outcome
from cli.deployed import output
from cli.hub_client import HubClient, now
from cli.mapping_rows import mapped_targets, read_rows
from cli.options import (
    REFUSED,
    Json,
    OnlyTarget,
    OnlyUser,
    Reason,
    Region,
    TableOfTargets,
    with_hub_client,
)
from cli.output import describe_pause, pause_json, print_json, say
from cli.people import find_user
from hub.runtime.decisions.audit import OperatorAction
from hub.runtime.decisions.mapping_rows import parse_row
from shared.model import DIRECTORY_ID, GroupMapping, Target
from shared.requests import EVERY_TARGET, ReconcileRequest, ScanRequest, Subject


@with_hub_client
def sweep(
    hub_client: HubClient,
    *,
    group: Annotated[
        str | None, typer.Option(help="Only this group: its id, or its name in a mapping.")
    ] = None,
    target: OnlyTarget = None,
    user: OnlyUser = None,
    table: TableOfTargets = None,
    reason: Reason = "",
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Scan everything now, or one group, target or user.

    Users who differ from the ledger are reconciled. Without options, runs the hourly and the daily
    sweep, at most once in 15 minutes. Exits 3 if one is due already, or if the hub is paused.
    """
    if sum(option is not None for option in (group, target, user)) > 1:
        raise typer.BadParameter("give one of --group, --target and --user, or none of them")
    state = hub_client.state()
    request = _request(
        find_target(target, hub_client, state, mapped_targets(table, region))
        if target is not None
        else None,
        user,
        hub_client,
        _group_id(group, hub_client, table, region) if group is not None else None,
    )
    if state.paused:
        say(f"The hub is paused {describe_pause(state)}.", err=True)
        if as_json:
            print_json({"queued": False, **pause_json(state)})
        typer.echo("It scans nothing until it is resumed:  studio-hub resume --yes", err=True)
        raise typer.Exit(REFUSED)
    if request is None:
        with hub_client.audited(OperatorAction.SWEEP, subject="everything", reason=reason) as swept:
            seconds = hub_client.sweep_everything()
            if seconds is None:
                swept.text = "refused: a sweep is due already"
        if as_json:
            print_json({"queued": seconds is not None, "in_seconds": seconds})
        if seconds is None:
            typer.echo(
                "A sweep of everything is due already, within 15 minutes; or scan one target "
                "now:  studio-hub sweep --target TARGET",
                err=True,
            )
            raise typer.Exit(REFUSED)
        say_when(seconds)
        return
    with _audited(hub_client, request, reason):
        hub_client.delayed_queue.enqueue_after(request, 0)
    if as_json:
        print_json({"queued": True, "in_seconds": 0})
    typer.echo("Queued. What it changes, within minutes:  studio-hub history", err=True)


def say_when(seconds: int) -> None:
    """Print when the full sweep starts."""
    when = f"in {-(-seconds // 60)} minutes" if seconds else "now"
    typer.echo(f"Queued: a sweep of everything begins {when}.", err=True)


def _audited(
    hub_client: HubClient, request: ReconcileRequest | ScanRequest, reason: str
) -> AbstractContextManager[Outcome]:
    """Return a context that writes the sweep of a user, group or target into the audit trail."""
    if isinstance(request, ReconcileRequest):
        return hub_client.audited(OperatorAction.SWEEP, users=[request.user_id], reason=reason)
    is_target = request.subject is Subject.TARGET
    return hub_client.audited(
        OperatorAction.SWEEP,
        targets=[Target.parse(request.key)] if is_target else (),
        subject="" if is_target else f"{request.subject} {request.key}",
        reason=reason,
    )


def _request(
    target: Target | None, user: str | None, hub_client: HubClient, group_id: str | None
) -> ReconcileRequest | ScanRequest | None:
    at, event_id = now(), str(uuid4())
    if user is not None:
        return ReconcileRequest(
            find_user(hub_client, user), at, event_id, at, force_observe=EVERY_TARGET
        )
    if target is not None:
        return ScanRequest(Subject.TARGET, str(target), at, event_id, at)
    if group_id is not None:
        return ScanRequest(Subject.GROUP, group_id, at, event_id, at)
    return None


def _group_id(group: str, hub_client: HubClient, table: str | None, region: str | None) -> str:
    """Return the id of a group: as given, as the hub resolved it, or as a row pins it.

    Reads the rows only if the hub has not resolved the name.
    """
    known = hub_client.state().group_ids
    id_ = known.get(group, group)
    if DIRECTORY_ID.fullmatch(id_):
        return id_
    rows = map(parse_row, read_rows(table or output("MappingsTable", region), region))
    pins = {
        (row.group, row.group_id) for row in rows if isinstance(row, GroupMapping) and row.group_id
    }
    ids = sorted(id_ for name, id_ in pins if name == group)
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise typer.BadParameter(
            f"rows pin --group {group!r} to several ids: give one of them: {', '.join(ids)}"
        )
    near = nearest(group, {*known, *(name for name, _ in pins)}, at_least=0.0)
    raise typer.BadParameter(
        f"--group {group!r} is no group id, and none of the names that the hub has resolved or "
        f"that a row pins; the nearest: {', '.join(near) or 'there is none yet'}"
    )
