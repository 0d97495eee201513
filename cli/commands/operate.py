"""`sweep`, `pause` and `resume`: commands that act on the whole hub."""

from typing import Annotated
from uuid import uuid4

import typer

from cli import control
from cli.control import sweep_all
from cli.deployed import output
from cli.hub_client import HubClient, now, open_hub_client
from cli.mapping_rows import MappingRows
from cli.options import REFUSED, SOMETHING_TO_DO, Later, Ledger, Region
from cli.output import say
from cli.people import find_user
from hub.runtime.decisions.mapping_rows import parse_row
from shared.model import DIRECTORY_ID, GroupMapping, Target
from shared.requests import EVERY_TARGET, ReconcileRequest, ScanRequest, Subject


def sweep(
    ledger: Ledger,
    delayed_queue: Later,
    *,
    group: Annotated[
        str | None, typer.Option(help="Only this group: its id, or its name in a mapping.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Only this target: <account>/<region>/<domain id>.")
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(help="Only this user: a user id, or a user name that the ledger knows."),
    ] = None,
    table: Annotated[
        str,
        typer.Option(
            envvar="STUDIO_HUB_MAPPINGS_TABLE",
            help="The mappings table, read for a group that the hub has not seen yet; default: the "
            "stack's output MappingsTable.",
            show_default=False,
        ),
    ] = "",
    region: Region = None,
) -> None:
    """Compare the directory, the mappings and Studio now, and correct what differs.

    Without an option everything is looked at, as every hour and every day; that much begins at
    most once in 15 minutes. Exits 3 when such a sweep is due already.
    """
    if sum(option is not None for option in (group, target, user)) > 1:
        raise typer.BadParameter("give one of --group, --target and --user, or none of them")
    hub_client = open_hub_client(ledger, delayed_queue, region)
    request = _request(
        target,
        user,
        hub_client,
        _group_id(group, hub_client, table, region) if group is not None else None,
    )
    paused = hub_client.state().paused
    if paused:
        say(f"The hub is paused: {paused}.", err=True)
        typer.echo("A sweep does nothing before that ends:  studio-hub resume --yes", err=True)
        raise typer.Exit(REFUSED)
    if request is None:
        seconds = sweep_all(hub_client)
        if seconds is None:
            typer.echo(
                "A sweep of everything is due already, within 15 minutes; or scan one target "
                "now:  studio-hub sweep --target TARGET",
                err=True,
            )
            raise typer.Exit(REFUSED)
        _tell(seconds)
        return
    hub_client.later.enqueue_after(request, 0)
    typer.echo("Queued. What it finds and changes is in the log of the functions.", err=True)


def pause(
    ledger: Ledger,
    delayed_queue: Later,
    *,
    reason: Annotated[
        str, typer.Option(help="Why, for whoever finds it paused.", show_default=False)
    ] = "",
    region: Region = None,
) -> None:
    """Let the hub do nothing any more, at once, until `resume`.

    Nothing is lost: what happens meanwhile is found when it goes on. Whoever joins waits so long,
    and whoever leaves keeps what they have.
    """
    control.pause(open_hub_client(ledger, delayed_queue, region), reason.strip())
    typer.echo("Paused. To go on:  studio-hub resume --yes", err=True)


def resume(
    ledger: Ledger,
    delayed_queue: Later,
    *,
    region: Region = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without, only say why the hub is paused.")
    ] = False,
) -> None:
    """End a pause, and look at everything that happened meanwhile.

    The hub pauses itself when the source of identities changes, since that may delete everybody.
    Exits 2 when it is paused and --yes is missing.
    """
    hub_client = open_hub_client(ledger, delayed_queue, region)
    paused = hub_client.state().paused
    if not paused:
        typer.echo("The hub is not paused. Nothing to do.", err=True)
        return
    say(f"The hub is paused: {paused}")
    if not yes:
        typer.echo(
            "Look at the groups in Identity Center first: whoever is not in them any more loses "
            "what they gave. Then:  studio-hub resume --yes",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    seconds = control.resume(hub_client)
    typer.echo("Resumed.", err=True)
    if seconds is None:
        typer.echo("A sweep of everything is due already, within 15 minutes.", err=True)
    else:
        _tell(seconds)


def _tell(seconds: int) -> None:
    """Print when the full sweep starts."""
    when = f"in {-(-seconds // 60)} minutes" if seconds else "now"
    typer.echo(f"Queued: a sweep of everything begins {when}.", err=True)


def _request(
    target: str | None, user: str | None, hub_client: HubClient, group_id: str | None
) -> ReconcileRequest | ScanRequest | None:
    at, event_id = now(), str(uuid4())
    if user is not None:
        return ReconcileRequest(
            find_user(hub_client, user), at, event_id, at, force_observe=EVERY_TARGET
        )
    if target is not None:
        try:
            key = str(Target.parse(target))
        except ValueError as error:
            raise typer.BadParameter(f"--target: {error}") from error
        return ScanRequest(Subject.TARGET, key, at, event_id, at)
    if group_id is not None:
        return ScanRequest(Subject.GROUP, group_id, at, event_id, at)
    return None


def _group_id(group: str, hub_client: HubClient, table: str, region: str | None) -> str:
    """Return the id of a group: as given, as the hub resolved it, or as a row pins it.

    Reads the rows only if the hub has not resolved the name.
    """
    known = hub_client.state().group_ids
    id_ = known.get(group, group)
    if DIRECTORY_ID.fullmatch(id_):
        return id_
    rows = map(
        parse_row, MappingRows(table or output("MappingsTable", region), region, None).read()
    )
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
    names = ", ".join(sorted({*known, *(name for name, _ in pins)})) or "none yet"
    raise typer.BadParameter(
        f"--group {group!r} is no group id, and none of the names that the hub has seen or that a "
        f"row pins: {names}"
    )
