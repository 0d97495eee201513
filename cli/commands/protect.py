"""`keep` and `protect`: nothing is removed from these users, for some days or for good.

Both act at once. Ending them allows removals again, so it needs --yes.
"""

from typing import Annotated

import typer

from cli import control
from cli.hub_client import open_hub_client
from cli.options import SOMETHING_TO_DO, Later, Ledger, Region, User
from cli.people import find_user
from hub.runtime.decisions.protection import protected_profile
from shared.conventions import MOST_DAYS_KEPT
from shared.model import Target

Yes = Annotated[bool, typer.Option("--yes", help="Let it end; without, only say what would end.")]


def keep(
    user: User,
    ledger: Ledger,
    delayed_queue: Later,
    *,
    days: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_DAYS_KEPT, help="For how long; 0 ends it.", show_default=False
        ),
    ],
    region: Region = None,
    yes: Yes = False,
) -> None:
    """Let nothing of a person be removed for some days. Roles still change."""
    hub_client = open_hub_client(ledger, delayed_queue, region)
    user_id = find_user(hub_client, user)
    if not days:
        kept = hub_client.state().kept.get(user_id)
        if kept is None:
            typer.echo(f"{user} is not kept. Nothing to do.", err=True)
            return
        _only_if_told(f"{user} is kept until {kept:%Y-%m-%d %H:%M} UTC.", yes=yes)
    until = control.keep(hub_client, user_id, days)
    if until is None:
        typer.echo(f"{user} is not kept any more.{_now(user_id)}", err=True)
        return
    typer.echo(f"Nothing of {user} is removed until {until:%Y-%m-%d %H:%M} UTC.", err=True)
    typer.echo(f"To end it:  studio-hub keep {user_id} --days 0 --yes", err=True)


def protect(
    whom: Annotated[
        str,
        typer.Argument(
            metavar="USER | PROFILE",
            help="A user id, a user name that the ledger knows, or a profile as "
            "<account>/<region>/<domain id>/<profile name>.",
            show_default=False,
        ),
    ],
    ledger: Ledger,
    delayed_queue: Later,
    *,
    off: Annotated[bool, typer.Option("--off", help="Protect no longer.")] = False,
    region: Region = None,
    yes: Yes = False,
) -> None:
    """Let nothing ever be taken of a person, or of one profile: for break-glass accounts."""
    hub_client = open_hub_client(ledger, delayed_queue, region)
    key = _profile(whom) or find_user(hub_client, whom)
    if off:
        if key not in hub_client.state().protected:
            typer.echo(f"{whom} is not protected. Nothing to do.", err=True)
            return
        _only_if_told(f"{whom} is protected.", yes=yes)
        control.protect(hub_client, key, protected=False)
        typer.echo(
            f"{whom} is not protected any more. The next sweep finds what follows.", err=True
        )
        return
    control.protect(hub_client, key)
    typer.echo(f"Nothing is taken of {whom}: no profile, no role.", err=True)
    typer.echo(f"To end it:  studio-hub protect {key} --off --yes", err=True)


def _profile(whom: str) -> str | None:
    """Return the key of a protected profile; None if the text names no target."""
    place, _, name = whom.rpartition("/")
    try:
        return protected_profile(Target.parse(place), name) if name else None
    except ValueError:
        return None


def _only_if_told(user_status: str, *, yes: bool) -> None:
    typer.echo(user_status, err=True)
    if not yes:
        typer.echo("Nothing was changed. Repeat with --yes to apply", err=True)
        raise typer.Exit(SOMETHING_TO_DO)


def _now(user_id: str) -> str:
    return f" What follows is found by the next sweep, or now:  studio-hub sweep --user {user_id}"
