"""`studio-hub pause`: stops all processing, until `resume`.

It acts at once and loses nothing, so it needs no --yes. Who pauses a hub that is paused already is
told since when, by whom and why: the first reason stays.
"""

from typing import Annotated

import typer

from cli.hub_client import HubClient
from cli.options import Json, with_hub_client
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

    Nothing is lost: the sweep after the pause finds what changed meanwhile. Until then joiners
    wait, and leavers keep what they have. A hub that is paused already keeps its first reason.
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
