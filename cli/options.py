"""The options and exit codes that commands share."""

from typing import Annotated, Final

import typer

from cli.deployed import output_of_stack

SOMETHING_TO_DO: Final = 2
REFUSED: Final = 3

Ledger = Annotated[
    str,
    typer.Option(
        "--ledger",
        envvar="STUDIO_HUB_LEDGER_TABLE",
        help="The ledger table; default: the stack's output LedgerTable.",
        default_factory=str,
        show_default=False,
        callback=output_of_stack("LedgerTable"),
    ),
]
Later = Annotated[
    str,
    typer.Option(
        "--delayed-queue",
        envvar="STUDIO_HUB_DELAYED_QUEUE_URL",
        help="The URL of the delayed queue; default: the stack's output DelayedQueueUrl.",
        default_factory=str,
        show_default=False,
        callback=output_of_stack("DelayedQueueUrl"),
    ),
]
Region = Annotated[
    str | None,
    typer.Option(
        "--region",
        # boto3 reads AWS_DEFAULT_REGION only.
        envvar="AWS_REGION",
        help="The hub's Region; default: AWS_DEFAULT_REGION, or that of the profile.",
        # The callbacks that look up stack outputs need the Region first.
        is_eager=True,
    ),
]
User = Annotated[
    str, typer.Argument(help="A user id, or a user name that the ledger knows.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print the same as JSON.")]
