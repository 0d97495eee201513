"""What the hub's stack says of itself, so that nobody has to name its tables and queues."""

from collections.abc import Callable
from typing import Final

import boto3
import typer
from botocore.exceptions import ClientError

STACK: Final = "StudioHub"


def output_of_stack(name: str) -> Callable[[typer.Context, str], str]:
    """Return an option's callback: what was given, or else an output of the hub's stack.

    The stack is looked for in the option `--region`, or in the Region of the profile. BadParameter
    where there is none; botocore's errors as they are.
    """

    def value_of(context: typer.Context, given: str) -> str:
        return given or _outputs(context.params.get("region")).get(name) or _none_in_stack(name)

    return value_of


def _outputs(region: str | None) -> dict[str, str]:
    cloudformation = boto3.Session(region_name=region).client("cloudformation")
    try:
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise typer.BadParameter(
            f"there is no stack {STACK} in this account in {cloudformation.meta.region_name}: use "
            "the hub account's credentials and --region, or give the name"
        ) from error
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}


def _none_in_stack(name: str) -> str:
    raise typer.BadParameter(f"the stack {STACK} has no output {name}: deploy it again")
