"""`studio-hub protect`: the profiles and roles of a user, or one profile, are never removed.

It takes effect within ten seconds. Ending it allows removals again, so that needs --yes.
"""

from collections.abc import Iterable
from typing import Annotated

import typer

from cli.arguments import find_target
from cli.hub_client import HubClient
from cli.mapping_rows import mapped_targets
from cli.options import Json, Reason, Region, TableOfTargets, require_yes, with_hub_client
from cli.output import print_json
from cli.people import find_user
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.protection import protected_profile
from shared.model import Target


@with_hub_client
def protect(
    hub_client: HubClient,
    whom: Annotated[
        str,
        typer.Argument(
            metavar="USER | PROFILE",
            help="A user id, a user name in the ledger, or a profile as "
            "<account>/<region>/<domain id>/<profile name>.",
            show_default=False,
        ),
    ],
    *,
    off: Annotated[bool, typer.Option("--off", help="End the protection.")] = False,
    table: TableOfTargets = None,
    region: Region = None,
    reason: Reason = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="End it, with --off; protecting needs no --yes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Never take a user's profiles and roles, or a single profile.

    It takes effect within ten seconds. Then what they have stays, whatever the mappings say. For
    break-glass accounts, for example.
    """
    state = hub_client.state()
    key = _profile(whom, hub_client, state, mapped_targets(table, region)) or find_user(
        hub_client, whom
    )
    is_protected = key in state.protected
    is_changed = not off or (is_protected and yes)
    if as_json and not is_changed:
        print_json({"whom": key, "protected": is_protected, "changed": False})
    if off:
        if not is_protected:
            typer.echo(f"{whom} is not protected. Nothing to do.", err=True)
            return
        require_yes(f"{whom} is protected.", yes=yes)
        hub_client.protect(key, protected=False, reason=reason)
        if as_json:
            print_json({"whom": key, "protected": False, "changed": True})
        typer.echo(
            f"{whom} is not protected any more. The next sweep applies the mappings again.",
            err=True,
        )
        return
    hub_client.protect(key, reason=reason)
    if as_json:
        print_json({"whom": key, "protected": True, "changed": True})
    typer.echo(f"{whom} is protected: no profile and no role is removed.", err=True)
    typer.echo(f"To end it:  studio-hub protect {key} --off --yes", err=True)


def _profile(
    whom: str, hub_client: HubClient, state: HubState, mapped: Iterable[Target]
) -> str | None:
    """Return the key of a protected profile; None if the text names no target."""
    place, _, name = whom.rpartition("/")
    try:
        key = protected_profile(Target.parse(place), name) if name else None
    except ValueError:
        return None
    # An end of a protection may be of a target that was forgotten meanwhile.
    if key and key not in state.protected:
        find_target(place, hub_client, state, mapped)
    return key
