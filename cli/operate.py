"""`sweep` and `resume`: what an operator starts by hand, with their own credentials."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import boto3
import typer

from hub.runtime.adapters.hub_memory import DynamoMemory
from hub.runtime.adapters.work_queue import LaterQueue
from hub.runtime.everything import look_at_everything
from shared.hints import LookHint, Subject, UserHint
from shared.memory import HubState
from shared.model import DIRECTORY_ID, Target, UserId

SOMETHING_TO_DO, REFUSED = 2, 3

Ledger = Annotated[
    str,
    typer.Option(
        "--ledger",
        envvar="STUDIO_HUB_LEDGER_TABLE",
        help="The ledger table: the stack's output LedgerTable.",
        show_default=False,
    ),
]
Later = Annotated[
    str,
    typer.Option(
        "--later-queue",
        envvar="STUDIO_HUB_LATER_QUEUE_URL",
        help="The URL of the later queue: the stack's output LaterQueueUrl.",
        show_default=False,
    ),
]
Region = Annotated[
    str | None, typer.Option("--region", help="The hub's Region; default: that of the profile.")
]


def sweep(
    ledger: Ledger,
    later_queue: Later,
    *,
    group: Annotated[
        str | None, typer.Option(help="Only this group: its id, or its name in a mapping.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Only this target: <account>/<region>/<domain id>.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Only this person: their user id.")] = None,
    region: Region = None,
) -> None:
    """Compare the directory, the mappings and Studio now, and correct what differs.

    Without an option everything is looked at, as every hour and every day; that much begins at
    most once in 15 minutes. Exits 3 when such a sweep is due already.
    """
    if sum(option is not None for option in (group, target, user)) > 1:
        raise typer.BadParameter("give one of --group, --target and --user, or none of them")
    memory, later = _hub(ledger, later_queue, region)
    hint = _hint(group, target, user, memory)
    paused = _state(memory).paused
    if paused:
        typer.echo(f"The hub is paused: {paused}.", err=True)
        typer.echo("A sweep does nothing before that ends:  studio-hub resume --yes", err=True)
        raise typer.Exit(REFUSED)
    if hint is None:
        _sweep_everything(memory, later)
        return
    later.look_later(hint, 0)
    typer.echo("Queued. What it finds and changes is in the log of the functions.", err=True)


def resume(
    ledger: Ledger,
    later_queue: Later,
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
    memory, later = _hub(ledger, later_queue, region)
    paused = _state(memory).paused
    if not paused:
        typer.echo("The hub is not paused. Nothing to do.", err=True)
        return
    typer.echo(f"The hub is paused: {paused}")
    if not yes:
        typer.echo(
            "Look at the groups in Identity Center first: whoever is not in them any more loses "
            "what they gave. Then:  studio-hub resume --yes",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    memory.resume()
    typer.echo("Resumed.", err=True)
    _sweep_everything(memory, later)


def _sweep_everything(memory: DynamoMemory, later: LaterQueue) -> None:
    now = datetime.now(UTC)
    seconds = look_at_everything(memory, later, event_id=str(uuid4()), event_at=now, now=now)
    if seconds is None:
        typer.echo("A sweep on demand is due already, within 15 minutes.", err=True)
        raise typer.Exit(REFUSED)
    when = f"in {-(-seconds // 60)} minutes" if seconds else "now"
    typer.echo(f"Queued: a sweep of everything begins {when}.", err=True)


def _hint(
    group: str | None, target: str | None, user: str | None, memory: DynamoMemory
) -> UserHint | LookHint | None:
    now, event_id = datetime.now(UTC), str(uuid4())
    if user is not None:
        if not DIRECTORY_ID.fullmatch(user):
            raise typer.BadParameter(f"--user {user!r} is no user id of Identity Center")
        return UserHint(UserId(user), now, event_id, now)
    if target is not None:
        try:
            key = str(Target.parse(target))
        except ValueError as error:
            raise typer.BadParameter(f"--target: {error}") from error
        return LookHint(Subject.TARGET, key, now, event_id, now)
    if group is None:
        return None
    known = _state(memory).group_ids
    id_ = known.get(group, group)
    if not DIRECTORY_ID.fullmatch(id_):
        names = ", ".join(sorted(known)) or "none yet"
        raise typer.BadParameter(
            f"--group {group!r} is no group id, and none of the names seen so far: {names}"
        )
    return LookHint(Subject.GROUP, id_, now, event_id, now)


def _hub(ledger: str, later_queue: str, region: str | None) -> tuple[DynamoMemory, LaterQueue]:
    session = boto3.Session(region_name=region)
    memory = DynamoMemory(session.client("dynamodb"), ledger)
    return memory, LaterQueue(session.client("sqs"), later_queue)


def _state(memory: DynamoMemory) -> HubState:
    return memory.state(datetime.now(UTC))
