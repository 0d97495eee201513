"""`studio-hub explain`: why a user has a role in each target or none, and what is done next."""

import json
from enum import StrEnum
from typing import Annotated

import boto3
import typer

from cli.arguments import parse_target, unknown_target
from cli.commands.mappings.file import removal_limit
from cli.deployed import output_if_there
from cli.explain.facts import Explained
from cli.explain.plain import plain
from cli.explain.reading import OperatorSessions, explainer
from cli.explain.text import lines
from cli.hub_client import now, open_hub_client
from cli.options import (
    ANY_USER,
    SOMETHING_TO_DO,
    Directory,
    Json,
    Ledger,
    MappingsTable,
    OnlyTarget,
    Region,
    RemovalCount,
    RemovalPercent,
)
from cli.output import say, wide_console
from cli.people import People, find_anybody
from hub.runtime.adapters.studio import SageMakerStudio


class Mode(StrEnum):
    """The modes of a hub."""

    APPLY = "apply"
    REPORT = "report"


def explain(  # noqa: PLR0913 (one option each)
    user: Annotated[str, ANY_USER],
    table: MappingsTable,
    ledger: Ledger,
    identity_store: Directory,
    *,
    target: OnlyTarget = None,
    observe: Annotated[
        bool,
        typer.Option(
            "--observe",
            help="Read the profile in Studio, even if the ledger says that it is in sync.",
        ),
    ] = False,
    spoke_profile: Annotated[
        list[str] | None,
        typer.Option(
            help="An AWS profile with your own credentials in a Studio account, to read the "
            "user's profile there; may be repeated.",
            show_default=False,
        ),
    ] = None,
    count: RemovalCount = None,
    percent: RemovalPercent = None,
    mode: Annotated[
        Mode | None,
        typer.Option(
            "--hub-mode",
            envvar="STUDIO_HUB_MODE",
            help="The hub's mode; default: the stack's output Mode.",
            show_default=False,
        ),
    ] = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Explain why a user has a role or none, and the hub's next step.

    Reads directory, mappings and ledger now, and decides as the hub does. Changes nothing. Exits 2
    if there is something to do, or if something waits for an operator.
    """
    session = boto3.Session(region_name=region)
    sessions = OperatorSessions(region, spoke_profile or ())
    hub_client = open_hub_client(ledger, "", region)
    state = hub_client.state()
    only = None if target is None else parse_target(target, state.targets)
    directory = People(session.client("identitystore"), identity_store)
    user_id = find_anybody(hub_client, directory, user)
    found = explainer(
        hub_client,
        state,
        directory,
        SageMakerStudio(sessions.sagemaker, sessions.hub_account),
        (session.client("dynamodb"), table, ledger),
        removal_limit(region, count, percent),
    ).explain(user_id, state, only, observe_all=observe)
    known = {each.target for each in found.targets if each.answers or each.record} | state.targets
    if target is not None and only not in known:
        mistake = "no mapping row names it, and the hub knows no such target"
        raise unknown_target(target, mistake, known)
    explained = Explained(found, state, mode or output_if_there("Mode", region) or "", now())
    if as_json:
        typer.echo(json.dumps(plain(explained), indent=2))
    else:
        out = wide_console()
        for line in lines(explained, only):
            out.print(line)
    say(_next(explained), err=True)
    if not found.is_in_sync:
        raise typer.Exit(SOMETHING_TO_DO)


def _next(found: Explained) -> str:
    """Return the last line: what to do next."""
    holds = [each.hold for each in found.explanation.targets if each.hold]
    if found.state.paused:
        return "The hub is paused. To end it:  studio-hub resume --yes"
    if holds:
        return f"The users of the hold, and why:  studio-hub holds show {holds[0].digest}"
    if found.explanation.is_in_sync:
        if found.explanation.targets and not found.shown():
            command = f"studio-hub explain {found.user_id} --target TARGET"
            return f"In sync. Nothing to do. Why no row of a target applies:  {command}"
        return "In sync. Nothing to do."
    remedies = [skip.remedy for each in found.explanation.targets for skip in each.skips]
    if any(remedies) and not any(each.actions for each in found.explanation.targets):
        return "Nothing was changed. Follow the remedy of what is in the way."
    return f"Nothing was changed. Reconcile this user now:  studio-hub sweep --user {found.user_id}"
