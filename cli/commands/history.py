"""`studio-hub history`: what happened to profiles, what operators did, and who they were."""

import json
from datetime import timedelta
from typing import Annotated, Final

import typer

from cli.arguments import find_target, parse_since, parse_target
from cli.history import HistoryEntry, read_history
from cli.hub_client import HubClient, now
from cli.options import Json, OnlyTarget, OnlyUser, with_hub_client
from cli.output import say, warn_if_paused, wide_console
from cli.people import find_user
from hub.runtime.adapters.ledger import HISTORY_KEPT

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
    only = None if target is None else parse_target(target, state.targets)
    found = read_history(
        hub_client,
        begin,
        # What was written while the command began counts.
        until + timedelta(minutes=1),
        limit + 1,
        find_user(hub_client, user) if user is not None else None,
        only,
    )
    if target is not None and not found:
        find_target(target, hub_client, state)
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


def _print(shown: tuple[HistoryEntry, ...]) -> None:
    out = wide_console()
    for each in shown:
        out.print(f"{each.at:%Y-%m-%d %H:%M:%S}  {each.what}{f' by {each.by}' if each.by else ''}")
        if each.text:
            out.print(f"    {each.text}")
