"""`studio-hub mappings schema`, `plan` and `apply`: the table as one reviewed file."""

import json
import os
from pathlib import Path
from typing import Annotated, Final

import boto3
import typer

from cli.audit import audited, caller_arn, new_entry
from cli.deployed import output_if_there
from cli.hub_client import now, read_state
from cli.mapping_rows import read_rows
from cli.mappings.apply import Application, Applied
from cli.mappings.observe import Sources
from cli.mappings.parse import Row, read
from cli.mappings.plan import Plan, make_plan
from cli.mappings.plan_difference import PlainPlan, differences, read_plan
from cli.mappings.plan_markdown import markdown
from cli.mappings.plan_text import plain, text, totals
from cli.mappings.schema import SCHEMA_FILE, schema_text
from cli.options import (
    REFUSED,
    SOMETHING_TO_DO,
    Directory,
    Json,
    Ledger,
    MappingsTable,
    Reason,
    Region,
    RemovalCount,
    RemovalPercent,
)
from cli.output import count_of, say, warn_if_paused
from cli.progress import counting
from hub.runtime.adapters.audit import DynamoAudit
from hub.runtime.decisions.audit import OperatorAction
from hub.runtime.decisions.removal_limit import RemovalLimit
from shared.visible import visible
from yaml_files.yaml_positions import DocumentError

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A mappings file, as `mappings export` prints it.",
        show_default=False,
    ),
]
_UNKNOWN_LIMIT: Final = (
    "note: the removal limit of the hub is not known: give --removal-limit-count and "
    "--removal-limit-percent, or deploy the hub again."
)


def schema() -> None:
    """Print the JSON Schema of a mappings file, for editors and checks."""
    typer.echo(schema_text(), nl=False)
    typer.echo(f"Keep it beside the file:  studio-hub mappings schema > {SCHEMA_FILE}", err=True)


def plan(  # noqa: PLR0913 (one option each)
    file: File,
    table: MappingsTable,
    ledger: Ledger,
    identity_store: Directory,
    *,
    count: RemovalCount = None,
    percent: RemovalPercent = None,
    region: Region = None,
    as_json: Json = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print it for a comment on a pull request.")
    ] = False,
) -> None:
    """Show which rows and whose roles a file changes.

    Names who gains, loses or changes a role in which target. Changes nothing. Exits 2 if there is
    something to do.
    """
    limit = removal_limit(region, count, percent)
    found = _plan(file, table, ledger, identity_store, limit, region)
    next_step = f"studio-hub mappings apply {file} --digest {found.digest}"
    if as_json:
        typer.echo(json.dumps(plain(found), indent=2, default=str))
    elif as_markdown:
        typer.echo(markdown(found, next_step))
    else:
        typer.echo(text(found))
    if not found.changes:
        typer.echo("The table is as the file says. Nothing to do.", err=True)
        return
    say(f"Nothing was changed. Apply exactly this:  {next_step}", err=True)
    raise typer.Exit(SOMETHING_TO_DO)


def apply(  # noqa: PLR0913 (one option each)
    file: File,
    table: MappingsTable,
    ledger: Ledger,
    identity_store: Directory,
    *,
    digest: Annotated[
        str, typer.Option(help="The digest that `mappings plan` showed.", show_default=False)
    ],
    seen: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            help="The file with what `mappings plan --json` printed: after a refusal, it shows "
            "what has changed since.",
            show_default=False,
        ),
    ] = None,
    count: RemovalCount = None,
    percent: RemovalPercent = None,
    reason: Reason = "",
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Write exactly what a plan showed. After an interruption the same command finishes it.

    Exits 3, and shows the plan as it is now, if rows or their effect have changed since.
    """
    earlier = _earlier(seen, digest)
    limit = removal_limit(region, count, percent)
    found = _plan(file, table, ledger, identity_store, limit, region)
    client = boto3.Session(region_name=region).client("dynamodb")
    application = Application(client, table, ledger)
    outcome = Applied.NOTHING_TO_DO
    if found.changes:
        entry = new_entry(
            caller_arn(region),
            OperatorAction.APPLY,
            targets=found.targets,
            subject=f"plan {digest}",
            reason=reason,
        )
        with audited(DynamoAudit(client, ledger), entry) as audit:
            outcome = application.apply(found, digest, now())
            audit.text = outcome.value
    changed: list[str] = []
    if outcome is Applied.REFUSED:
        # The table may have changed while it was written.
        found = _plan(file, table, ledger, identity_store, limit, region)
        changed = differences(earlier, found) if earlier else []
    if as_json:
        document = {"outcome": outcome.value, **plain(found), "changed_since_plan": changed}
        typer.echo(json.dumps(document, indent=2, default=str))
    elif outcome is not Applied.NOTHING_TO_DO:
        typer.echo(text(found) if outcome is Applied.REFUSED else "\n".join(totals(found)))
    warn_if_paused(read_state(ledger, region))
    match outcome:
        case Applied.NOTHING_TO_DO:
            typer.echo("The table is as the file says. Nothing to do.", err=True)
        case Applied.DONE:
            typer.echo("Applied. See what awaits an approval:  studio-hub holds list", err=True)
        case Applied.REFUSED:
            say(
                f"Refused: {digest} stood for another plan; above is the plan as it is now.",
                err=True,
            )
            if changed:
                say("Changed since the plan:", err=True)
            for line in changed:
                say(f"  {line}", err=True)
            say(
                f"If that is right:  studio-hub mappings apply {file} --digest {found.digest}",
                err=True,
            )
            raise typer.Exit(REFUSED)


def _earlier(seen: Path | None, digest: str) -> PlainPlan | None:
    """Return the plan that a digest stood for, if it is given."""
    if seen is None:
        return None
    try:
        earlier = read_plan(seen)
    except ValueError as error:
        raise typer.BadParameter(f"--plan: {error}") from error
    if earlier.digest != digest:
        mistake = f"{seen} has the digest {visible(earlier.digest)}, not {digest}"
        raise typer.BadParameter(f"--plan: {mistake}")
    return earlier


def removal_limit(
    region: str | None, count: int | None = None, percent: int | None = None
) -> RemovalLimit:
    """Return the hub's removal limit: as given, by the environment, the stack, or the default."""
    given = {"count": count, "percent": percent}
    known = {
        name: int(found)
        for name, value in given.items()
        if (found := _given_or_deployed(name, value, region)) is not None
    }
    if len(known) < len(given):
        typer.echo(_UNKNOWN_LIMIT, err=True)
    return RemovalLimit(**known)


def _given_or_deployed(name: str, value: int | None, region: str | None) -> int | str | None:
    if value is not None:
        return value
    of_environment = os.environ.get(f"STUDIO_HUB_REMOVAL_{name.upper()}")
    return of_environment or output_if_there(f"RemovalLimit{name.title()}", region)


def _plan(
    file: Path,
    table: str,
    ledger: str,
    identity_store: str,
    limit: RemovalLimit,
    region: str | None,
) -> Plan:
    wanted = _read(file)
    today = read_rows(table, region)
    sources = Sources.open(ledger, identity_store, region)
    return make_plan(today, wanted, sources, limit, now(), counting)


def _read(file: Path) -> tuple[Row, ...]:
    try:
        return read(file)
    except DocumentError as error:
        for each in error.mistakes:
            place, described = visible(each.place), visible(each.text)
            say(f"{file}:{each.line}:{each.column}: {place}: {described}", err=True)
        typer.echo(f"{count_of(len(error.mistakes), 'mistake')}: correct the file.", err=True)
        raise typer.Exit(1) from error
