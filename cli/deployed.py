"""What the hub's stack says of itself, so that nobody has to name its tables and queues."""

from collections.abc import Callable
from typing import Final

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

STACK: Final = "StudioHub"


def output_of_stack(name: str) -> Callable[[typer.Context, str], str]:
    """Return an option's callback: what was given, or else an output of the hub's stack.

    The stack is looked for in the option `--region`, or in the Region that boto3 finds.
    TyperException where there is none; botocore's errors as they are.
    """

    def value_of(context: typer.Context, given: str) -> str:
        return given or output(name, context.params.get("region"))

    return value_of


def output(name: str, region: str | None) -> str:
    """Return an output of the hub's stack; raises what the callback of `output_of_stack` does."""
    return _outputs(region).get(name) or _none_in_stack(name)


def output_if_there(name: str, region: str | None) -> str | None:
    """Return an output of the hub's stack; None where there is none, or none that may be read.

    For what a command can do without; it says so then.
    """
    try:
        return output(name, region)
    except (typer.TyperException, ClientError):
        return None


def is_default(context: typer.Context, option: str) -> bool:
    """Return whether an option was left out, and its variable too."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "DEFAULT"


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
    """Return which account the credentials are of, for somebody who took another one's."""
    try:
        return f"the account {session.client('sts').get_caller_identity()['Account']}"
    except (BotoCoreError, ClientError):
        return "this account"


def _none_in_stack(name: str) -> str:
    raise typer.TyperException(f"the stack {STACK} has no output {name}: deploy it again")
