"""`studio-hub pause` and `resume`: stop all processing, and start it again with a full sweep.

A pause takes effect within ten seconds and loses nothing, so it needs no --yes. Who pauses a hub
that is paused already is told since when, by whom and why: the first reason stays. `resume` ends a
pause, whoever began it, and needs --yes.
"""

from typing import Annotated

import typer

from cli.commands.sweep import say_when
from cli.hub_client import HubClient
from cli.options import SOMETHING_TO_DO, Json, Reason, with_hub_client
from cli.output import describe_pause, pause_json, print_json, say


@with_hub_client
def pause(
    hub_client: HubClient,
    *,
    reason: Annotated[
        str, typer.Option(help="Why; `status` and `resume` show it.", show_default=False)
    ] = "",
    as_json: Json = False,
) -> None:
    """Pause all processing, until `resume`.

    It takes effect within ten seconds. Nothing is lost: the sweep after the pause finds what
    changed meanwhile. Until then joiners wait, and leavers keep what they have. A hub that is
    paused already keeps its first reason.
    """
    is_new = hub_client.pause(reason.strip())
    state = hub_client.state()
    if as_json:
        print_json(pause_json(state) | {"changed": is_new})
    if is_new:
        typer.echo("Paused. To end it:  studio-hub resume --yes", err=True)
        return
    say(f"The hub is paused already, {describe_pause(state)}.", err=True)
    typer.echo("Nothing was changed. To end it:  studio-hub resume --yes", err=True)


@with_hub_client
def resume(
    hub_client: HubClient,
    *,
    reason: Reason = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Resume; without, only show why the hub is paused.")
    ] = False,
    as_json: Json = False,
) -> None:
    """End a pause, then scan for everything that changed meanwhile.

    The hub pauses itself when the identity source changes, since that may delete every user. Exits
    2 if it is paused and --yes is missing.
    """
    state = hub_client.state()
    if as_json and not (state.paused and yes):
        print_json(pause_json(state) | {"resumed": False})
    if not state.paused:
        typer.echo("The hub is not paused. Nothing to do.", err=True)
        return
    say(f"The hub is paused {describe_pause(state)}", err=as_json)
    if not yes:
        typer.echo(
            "Check the groups in Identity Center first: users who are not in them any more lose "
            "what they grant. Then:  studio-hub resume --yes",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    seconds = hub_client.resume(reason)
    if as_json:
        print_json({"paused": None, "resumed": True, "sweep_in_seconds": seconds})
    typer.echo("Resumed.", err=True)
    if seconds is None:
        typer.echo("A sweep of everything is due already, within 15 minutes.", err=True)
    else:
        say_when(seconds)
