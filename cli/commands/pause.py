"""`studio-hub pause`: stops all processing, until `resume`.

It acts at once and loses nothing, so it needs no --yes.
"""

from typing import Annotated

import typer

from cli.hub_client import HubClient
from cli.options import with_hub_client


@with_hub_client
def pause(
    hub_client: HubClient,
    *,
    reason: Annotated[str, typer.Option(help="Why; `resume` shows it.", show_default=False)] = "",
) -> None:
    """Pause all processing, until `resume`.

    Nothing is lost: the sweep after the pause finds what changed meanwhile. Until then joiners
    wait, and leavers keep what they have.
    """
    hub_client.pause(reason.strip())
    typer.echo("Paused. To end it:  studio-hub resume --yes", err=True)
