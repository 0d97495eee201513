"""`studio-hub resume`: ends a pause, whoever began it, and starts a full sweep."""

from typing import Annotated

import typer

from cli.commands.sweep import say_when
from cli.hub_client import HubClient
from cli.options import SOMETHING_TO_DO, Reason, with_hub_client
from cli.output import say


@with_hub_client
def resume(
    hub_client: HubClient,
    *,
    reason: Reason = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Resume; without, only show why the hub is paused.")
    ] = False,
) -> None:
    """End a pause, then scan for everything that changed meanwhile.

    The hub pauses itself when the identity source changes, since that may delete every user. Exits
    2 if it is paused and --yes is missing.
    """
    paused = hub_client.state().paused
    if not paused:
        typer.echo("The hub is not paused. Nothing to do.", err=True)
        return
    say(f"The hub is paused: {paused}")
    if not yes:
        typer.echo(
            "Check the groups in Identity Center first: users who are not in them any more lose "
            "what they grant. Then:  studio-hub resume --yes",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    seconds = hub_client.resume(reason)
    typer.echo("Resumed.", err=True)
    if seconds is None:
        typer.echo("A sweep of everything is due already, within 15 minutes.", err=True)
    else:
        say_when(seconds)
