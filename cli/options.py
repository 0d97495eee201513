"""The options and exit codes that commands share."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, Concatenate, Final, ParamSpec

import typer

from cli.deployed import output_of_stack
from cli.hub_client import HubClient, open_hub_client

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
DelayedQueue = Annotated[
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
MappingsTable = Annotated[
    str,
    typer.Option(
        "--table",
        envvar="STUDIO_HUB_MAPPINGS_TABLE",
        help="The mappings table; default: the stack's output MappingsTable.",
        default_factory=str,
        show_default=False,
        callback=output_of_stack("MappingsTable"),
    ),
]
IdentityStore = Annotated[
    str | None,
    typer.Option(
        "--identity-store",
        envvar="STUDIO_HUB_IDENTITY_STORE_ID",
        help="The identity store in which to look for groups; default, unless --table is given: "
        "the stack's output IdentityStoreId.",
    ),
]
Region = Annotated[
    str | None,
    typer.Option(
        "--region",
        # boto3 reads AWS_DEFAULT_REGION only.
        envvar="AWS_REGION",
        help="The hub's Region; default: AWS_DEFAULT_REGION, or that of the AWS profile.",
        # The callbacks that look up stack outputs need the Region first.
        is_eager=True,
    ),
]
User = Annotated[
    str,
    typer.Argument(
        metavar="USER", help="A user id, or a user name in the ledger.", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the same as JSON.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why, for the audit trail.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Apply it; without, only show what would change.")]

TargetText = Annotated[
    str, typer.Option("--target", help="<account>/<region>/<domain id> of a Studio domain.")
]
Directory = Annotated[
    str,
    typer.Option(
        "--identity-store",
        envvar="STUDIO_HUB_IDENTITY_STORE_ID",
        help="The identity store; default: the stack's output IdentityStoreId.",
        default_factory=str,
        show_default=False,
        callback=output_of_stack("IdentityStoreId"),
    ),
]
RemovalCount = Annotated[
    int | None,
    typer.Option(
        "--removal-limit-count",
        envvar="STUDIO_HUB_REMOVAL_COUNT",
        min=0,
        help="The hub's removal_limit_count; default: the stack's output RemovalLimitCount.",
        show_default=False,
    ),
]
RemovalPercent = Annotated[
    int | None,
    typer.Option(
        "--removal-limit-percent",
        envvar="STUDIO_HUB_REMOVAL_PERCENT",
        min=0,
        max=100,
        help="The hub's removal_limit_percent; default: the stack's output RemovalLimitPercent.",
        show_default=False,
    ),
]


def _ledger_if_known(what_for: str) -> Any:  # noqa: ANN401 (typer's)
    """Return the option of a ledger that a command can do without."""
    return typer.Option(
        "--ledger",
        envvar="STUDIO_HUB_LEDGER_TABLE",
        help=f"The ledger table, {what_for}; default, unless --table is given: the stack's output "
        "LedgerTable.",
    )


LedgerIfKnown = Annotated[
    str | None, _ledger_if_known("for the audit trail and to see whom it concerns")
]
LedgerOfState = Annotated[str | None, _ledger_if_known("to see whether the hub is paused")]

_Own = ParamSpec("_Own")
# The options by which a command finds the hub, after its own.
_HUB: Final = (
    Parameter("ledger", Parameter.KEYWORD_ONLY, annotation=Ledger),
    Parameter("delayed_queue", Parameter.KEYWORD_ONLY, annotation=DelayedQueue),
    Parameter("region", Parameter.KEYWORD_ONLY, annotation=Region, default=None),
)


def with_hub_client(
    command: Callable[Concatenate[HubClient, _Own], None],
) -> Callable[..., None]:
    """Return a command that finds the hub by its options, and passes a client of it on.

    The client is the first parameter of the given function. A function that has a parameter
    `region` receives the Region too.
    """
    own = signature(command)
    parameters = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in own.parameters.values()]
    others = [each for each in _HUB if each.name not in own.parameters]

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 (the command's own options)
        options = {each.name: given[each.name] for each in _HUB}
        rest = {name: value for name, value in given.items() if name in own.parameters}
        command(open_hub_client(**options), **rest)  # type: ignore[call-arg]

    # Typer reads the options of a command from its signature.
    run.__signature__ = own.replace(parameters=[*parameters[1:], *others])  # type: ignore[attr-defined]
    return run


def require_yes(now: str, *, yes: bool) -> None:
    """Print how it is now; exit 2 if --yes is missing."""
    typer.echo(now, err=True)
    if not yes:
        typer.echo("Nothing was changed. Repeat with --yes to apply.", err=True)
        raise typer.Exit(SOMETHING_TO_DO)
