"""`studio-hub`: the operator's commands."""

import sys
from importlib.metadata import version
from typing import Annotated, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.commands import holds, mappings, targets
from cli.commands.adopt import adopt
from cli.commands.demo import demo
from cli.commands.doctor import doctor
from cli.commands.explain import explain
from cli.commands.history import history
from cli.commands.keep import keep
from cli.commands.pause import pause, resume
from cli.commands.protect import protect
from cli.commands.report import report
from cli.commands.simulate import simulate
from cli.commands.status import status
from cli.commands.sweep import sweep
from shared.errors import RefusedError, RetryableError, StudioHubError
from shared.visible import escaped_lines

_NAME: Final = "studio-hub"

app = typer.Typer(
    name=_NAME,
    help="Group membership in IAM Identity Center decides who has a SageMaker Studio profile, "
    "in which account, with which execution role.",
    epilog="Exit codes: 0 done or in sync, 1 error, 2 there is something to do, 3 refused by a "
    "guard.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo)
app.command("simulate")(simulate)
app.add_typer(mappings.app, name="mappings")
app.add_typer(holds.app, name="holds")
app.command("doctor")(doctor)
app.command("explain")(explain)
app.add_typer(targets.app, name="targets")
app.command("status")(status)
app.command("history")(history)
app.command("report")(report)
app.command("adopt")(adopt)
app.command("keep")(keep)
app.command("protect")(protect)
app.command("sweep")(sweep)
app.command("pause")(pause)
app.command("resume")(resume)


def _print_version(asked: bool) -> None:  # noqa: FBT001 (typer passes an option's value so)
    if asked:
        typer.echo(f"{_NAME} {version(_NAME)}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def run() -> None:
    """Run the command line; a usage error exits 1, since 2 means that there is work to do."""
    try:
        code = app(prog_name=_NAME, standalone_mode=False)
    except typer.TyperException as error:
        sys.stderr.write(escaped_lines(_usage(error)))
        code = 1
    except (ClientError, RefusedError) as error:
        sys.stderr.write(f"error: AWS says: {escaped_lines(str(error))}\n")
        sys.stderr.write("Check the credentials, --region and the names given.\n")
        code = 1
    except BotoCoreError as error:
        sys.stderr.write(f"error: {escaped_lines(str(error))}\n")
        sys.stderr.write("Check the credentials and --region.\n")
        code = 1
    except StudioHubError as error:
        sys.stderr.write(f"error: {escaped_lines(str(error))}\n")
        if isinstance(error, RetryableError):
            sys.stderr.write("This may pass: repeat the command.\n")
        code = 1
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("stopped\n")
        code = 1
    sys.exit(code or 0)


def _usage(error: typer.TyperException) -> str:
    """Return a usage error, and where to find help."""
    text = getattr(error, "format_message", error.__str__)()
    context = getattr(error, "ctx", None)
    command = context.command_path if context else _NAME
    if text.startswith("Usage:"):
        return f"{text}\n"
    return f"error: {text}\nSee:  {command} --help\n"
