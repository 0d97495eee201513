"""Reads the outputs of the hub's stack, so that operators need not name its tables and queues."""

from collections.abc import Callable
from typing import Final

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

STACK: Final = "StudioHub"


def output_of_stack(name: str) -> Callable[[typer.Context, str], str]:
    """Return an option's callback: it returns the given value, or an output of the hub's stack.

    The callback looks for the stack in the Region of `--region`, else in boto3's default Region. It
    raises TyperException if there is no stack. It passes botocore's errors on unchanged. It calls
    AWS only when the command has all that it requires, and never while a shell completes a word.
    """

    def value_of(context: typer.Context, given: str) -> str:
        if given or context.resilient_parsing:
            return given
        _refuse_incomplete(context)
        return output(name, context.params.get("region"))

    return value_of


def output(name: str, region: str | None) -> str:
    """Return an output of the hub's stack; raises what the callback of `output_of_stack` does."""
    return _outputs(region).get(name) or _none_in_stack(name)


def output_if_there(name: str, region: str | None) -> str | None:
    """Return an output of the hub's stack; None if it is missing or may not be read.

    For values that a command can do without; the command then reports that the value is missing.
    """
    try:
        return output(name, region)
    except (typer.TyperException, ClientError):
        return None


def outputs_if_there(region: str | None) -> dict[str, str]:
    """Return the outputs of the hub's stack; none if it is missing or may not be read."""
    try:
        return _outputs(region)
    except (typer.TyperException, ClientError):
        return {}


def is_default(context: typer.Context, option: str) -> bool:
    """Return whether neither the option nor its environment variable was given."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "DEFAULT"


def is_on_command_line(context: typer.Context, option: str) -> bool:
    """Return whether the option itself was given, and not only its environment variable."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def part_beside_table(
    given: str | None, name: str, region: str | None, *, is_of_stack: bool
) -> str | None:
    """Return a part of the hub that has a mappings table: the given one, else the stack's.

    None if neither is known. The stack is read only if the table is the stack's too: a table given
    by name may belong to another hub than this account's.
    """
    return given or (output_if_there(name, region) if is_of_stack else None)


def _refuse_incomplete(context: typer.Context) -> None:
    """Raise what is raised for a missing option or argument.

    What was given is parsed before callbacks of options that were not.
    """
    for parameter in context.command.params:
        if parameter.required and parameter.name not in context.params:
            parameter.handle_parse_result(context, {}, [])


def _outputs(region: str | None) -> dict[str, str]:
    session = boto3.Session(region_name=region)
    cloudformation = session.client("cloudformation")
    try:
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise typer.TyperException(
            f"there is no stack {STACK} in {_account(session)} in "
            f"{cloudformation.meta.region_name}: use the hub account's credentials, and its Region "
            "by --region or AWS_REGION"
        ) from error
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}


def _account(session: boto3.Session) -> str:
    """Return the account of the credentials, so that a wrong account is easy to notice."""
    try:
        return f"the account {session.client('sts').get_caller_identity()['Account']}"
    except (BotoCoreError, ClientError):
        return "this account"


def _none_in_stack(name: str) -> str:
    raise typer.TyperException(f"the stack {STACK} has no output {name}: deploy it again")
