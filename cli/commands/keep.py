"""`studio-hub keep`: no profile of a user is removed for some days.

It takes effect within ten seconds. Ending it allows removals again, so that needs --yes.
"""

from typing import Annotated

import typer

from cli.hub_client import HubClient
from cli.options import Json, Reason, User, require_yes, with_hub_client
from cli.output import print_json
from cli.people import find_user
from shared.conventions import MOST_DAYS_KEPT


@with_hub_client
def keep(
    hub_client: HubClient,
    user: User,
    *,
    days: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_DAYS_KEPT, help="For how many days; 0 ends it.", show_default=False
        ),
    ],
    reason: Reason = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="End it, with --days 0; keeping needs no --yes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Do not remove a user's profiles for some days.

    It takes effect within ten seconds. Roles still change. A removal that has begun stops where it
    is.
    """
    user_id = find_user(hub_client, user)
    kept = hub_client.state().kept.get(user_id)
    if as_json and not (days or (kept and yes)):
        until_now = kept.isoformat() if kept else None
        print_json({"user_id": user_id, "kept_until": until_now, "changed": False})
    if not days:
        if kept is None:
            typer.echo(f"{user} is not kept. Nothing to do.", err=True)
            return
        require_yes(f"{user} is kept until {kept:%Y-%m-%d %H:%M} UTC.", yes=yes)
    until = hub_client.keep(user_id, days, reason)
    if as_json:
        until_then = until.isoformat() if until else None
        print_json({"user_id": user_id, "kept_until": until_then, "changed": True})
    if until is None:
        typer.echo(
            f"{user} is not kept any more. The next sweep reconciles this user; to do so now:  "
            f"studio-hub sweep --user {user_id}",
            err=True,
        )
        return
    typer.echo(f"No profile of {user} is removed until {until:%Y-%m-%d %H:%M} UTC.", err=True)
    typer.echo(f"To end it:  studio-hub keep {user_id} --days 0 --yes", err=True)
