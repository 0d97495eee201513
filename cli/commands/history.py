"""`studio-hub history`: what happened to profiles, what operators did, and who they were."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer

from cli.arguments import find_target, parse_since
from cli.history import HistoryEntry, read_history
from cli.hub_client import HubClient, now
from cli.mapping_rows import mapped_targets
from cli.options import (
    Json,
    OnlyTarget,
    OnlyUser,
    Region,
    TableOfTargets,
    with_hub_client,
)
from cli.output import say, warn_if_paused, wide_console
from cli.people import find_user
from hub.runtime.adapters.ledger import HISTORY_KEPT
from hub.runtime.decisions.hub_state import HubState
from shared.model import Target

_DEFAULT: Final = 50


@with_hub_client
def history(
    hub_client: HubClient,
    *,
    user: OnlyUser = None,
    target: OnlyTarget = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Since when: an age (30m, 12h, 2d, 3w), or a time (UTC) like 2026-11-27. "
            "Default: 400 days.",
            show_default=False,
        ),
    ] = None,
    table: TableOfTargets = None,
    region: Region = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many, the newest.")] = (
        _DEFAULT
    ),
    as_json: Json = False,
) -> None:
    """Show what happened and who did it, the newest last.

    Events of profiles are kept for 400 days, actions of operators for ever.
    """
    until = now()
    begin = until - HISTORY_KEPT
    if since is not None:
        try:
            begin = parse_since(since, until)
        except ValueError as error:
            raise typer.BadParameter(f"--since: {error}") from error
    state = hub_client.state()
    only = None
    if target is not None:
        mapped, earliest = mapped_targets(table, region), min(begin, until - HISTORY_KEPT)
        only = _target(target, hub_client, state, mapped, earliest)
    found = read_history(
        hub_client,
        begin,
        # What was written while the command began counts.
        until + timedelta(minutes=1),
        limit + 1,
        find_user(hub_client, user) if user is not None else None,
        only,
    )
    shown = found[-limit:]
    if as_json:
        typer.echo(json.dumps([each.plain for each in shown], indent=2))
    else:
        _print(shown)
    warn_if_paused(state)
    if len(found) > limit:
        say(f"The newest {limit}. Earlier ones:  --limit {limit * 10}", err=True)
    elif not found:
        say("Nothing happened in that time. Who has what now:  studio-hub report", err=True)
    else:
        say(f"All {len(found)} since {begin:%Y-%m-%d %H:%M} UTC.", err=True)


def _target(
    text: str, hub_client: HubClient, state: HubState, mapped: Iterable[Target], since: datetime
) -> Target:
    """Return a target that the hub knows, or knew: who forgot it is in the audit trail.

    typer.BadParameter for all others, with the nearest known ones.
    """
    try:
        return find_target(text, hub_client, state, mapped)
    except typer.BadParameter:
        actions = hub_client.audit.entries(since, now())
        named = (each for entry in actions for each in entry.targets if str(each) == text)
        if target := next(named, None):
            return target
        raise


def _print(shown: tuple[HistoryEntry, ...]) -> None:
    out = wide_console()
    for each in shown:
        out.print(f"{each.at:%Y-%m-%d %H:%M:%S}  {each.what}{f' by {each.by}' if each.by else ''}")
        if each.text:
            out.print(f"    {each.text}")
