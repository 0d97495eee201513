"""`studio-hub`: the operator's commands."""

import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import person
from cli.commands import adopt, holds, mappings, operate
from cli.commands import protect as apply_protection
from cli.commands import simulate as rehearse
from shared.errors import StudioHubError
from shared.visible import escaped_lines

app = typer.Typer(
    name="studio-hub",
    help="Group membership in IAM Identity Center decides who has a SageMaker Studio profile, "
    "in which account, with which execution role.",
    epilog="Exit codes: 0 done or in sync, 1 error, 2 there is something to do, 3 refused by a "
    "guard.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(rehearse.demo)
app.command("simulate")(rehearse.simulate)
app.add_typer(mappings.app, name="mappings")
app.add_typer(holds.app, name="holds")
app.command("show")(person.show)
app.command("adopt")(adopt.adopt)
app.command("keep")(apply_protection.keep)
app.command("protect")(apply_protection.protect)
app.command("sweep")(operate.sweep)
app.command("pause")(operate.pause)
app.command("resume")(operate.resume)


def run() -> None:
    """Run the command line; a usage error exits 1, since 2 means that there is work to do."""
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        sys.stderr.write(escaped_lines(_usage(error)))
        code = 1
    except (BotoCoreError, ClientError, StudioHubError) as error:
        sys.stderr.write(f"error: AWS says: {escaped_lines(str(error))}\n")
        sys.stderr.write("Check the credentials, --region and the names given.\n")
        code = 1
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("stopped\n")
        code = 1
    sys.exit(code or 0)


def _usage(error: typer.TyperException) -> str:
    """Return a usage error, and where to find help."""
    said = getattr(error, "format_message", error.__str__)()
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "studio-hub"
    if said.startswith("Usage:"):
        return f"{said}\n"
    return f"error: {said}\nSee:  {command} --help\n"
