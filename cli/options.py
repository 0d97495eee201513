"""The options and exit codes that commands share."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Concatenate, Final, NamedTuple, ParamSpec, TypeVar

import typer

from cli.deployed import output_of_stack
from cli.hub_client import HubClient, open_hub_client

SOMETHING_TO_DO: Final = 2
REFUSED: Final = 3


class HubPart(NamedTuple):
    """A table, a queue or a store of the hub, which an option, a variable or the stack names.

    Attributes:
        what: what it is, as the beginning of a help text.
        output: the stack's output that holds its name.
    """

    option: str
    variable: str
    what: str
    output: str

    def required(self) -> Any:  # noqa: ANN401 (typer's)
        """Return the option of a command that needs it: by default it is the stack's."""
        return typer.Option(
            self.option,
            envvar=self.variable,
            help=f"{self.what}; default: the stack's output {self.output}.",
            default_factory=str,
            show_default=False,
            callback=output_of_stack(self.output),
        )

    def optional(self, purpose: str, condition: str = "") -> Any:  # noqa: ANN401 (typer's)
        """Return the option of a command that looks up the stack's itself, under a condition."""
        default = f"default, {condition}" if condition else "default"
        return typer.Option(
            self.option,
            envvar=self.variable,
            help=f"{self.what}, {purpose}; {default}: the stack's output {self.output}.",
            show_default=False,
        )


LEDGER: Final = HubPart("--ledger", "STUDIO_HUB_LEDGER_TABLE", "The ledger table", "LedgerTable")
MAPPINGS_TABLE: Final = HubPart(
    "--table", "STUDIO_HUB_MAPPINGS_TABLE", "The mappings table", "MappingsTable"
)
IDENTITY_STORE: Final = HubPart(
    "--identity-store", "STUDIO_HUB_IDENTITY_STORE_ID", "The identity store", "IdentityStoreId"
)
_DELAYED_QUEUE: Final = HubPart(
    "--delayed-queue",
    "STUDIO_HUB_DELAYED_QUEUE_URL",
    "The URL of the delayed queue",
    "DelayedQueueUrl",
)
# As `part_beside_table` looks for it.
_UNLESS_TABLE_IS_NAMED: Final = "unless --table or its variable is given"

Ledger = Annotated[str, LEDGER.required()]
LedgerIfKnown = Annotated[
    str | None,
    LEDGER.optional("for the audit trail and to see whom it concerns", _UNLESS_TABLE_IS_NAMED),
]
LedgerOfState = Annotated[
    str | None, LEDGER.optional("to see whether the hub is paused", _UNLESS_TABLE_IS_NAMED)
]
DelayedQueue = Annotated[str, _DELAYED_QUEUE.required()]
MappingsTable = Annotated[str, MAPPINGS_TABLE.required()]
TableOfTargets = Annotated[
    str | None,
    MAPPINGS_TABLE.optional("read for what the hub does not know yet"),
]
Directory = Annotated[str, IDENTITY_STORE.required()]
DirectoryIfKnown = Annotated[
    str | None, IDENTITY_STORE.optional("where groups are looked up", _UNLESS_TABLE_IS_NAMED)
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
OnlyUser = Annotated[
    str | None,
    typer.Option("--user", help="Only this user: a user id, or a user name in the ledger."),
]
ANY_USER: Final[Any] = typer.Argument(
    metavar="USER",
    help="A user id, or a user name in the directory or the ledger.",
    show_default=False,
)
TargetText = Annotated[
    str, typer.Option("--target", help="<account>/<region>/<domain id> of a Studio domain.")
]
OnlyTarget = Annotated[
    str | None,
    typer.Option("--target", help="Only this target: <account>/<region>/<domain id>."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the same as JSON.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why, for the audit trail.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Apply it; without, only show what would change.")]
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

_Own = ParamSpec("_Own")
_First = TypeVar("_First")


def with_argument_of(
    make: Callable[..., _First],
) -> Callable[[Callable[Concatenate[_First, _Own], None]], Callable[..., None]]:
    """Return a decorator for commands whose first argument is made from options.

    The options are the parameters of `make`. A command has its own options first, then these. One
    that has a parameter of the same name receives that value too.
    """
    of_make = signature(make).parameters

    def decorate(command: Callable[Concatenate[_First, _Own], None]) -> Callable[..., None]:
        _, *own = signature(command).parameters.values()
        names = {each.name for each in own}
        others = [each for each in of_make.values() if each.name not in names]

        @wraps(command)
        def run(**given: Any) -> None:  # noqa: ANN401 (the command's own options)
            first = make(**{name: given[name] for name in of_make})
            rest = {name: value for name, value in given.items() if name in names}
            command(first, **rest)  # type: ignore[call-arg]

        # Typer reads the options of a command from its signature.
        run.__signature__ = Signature(  # type: ignore[attr-defined]
            [each.replace(kind=Parameter.KEYWORD_ONLY) for each in (*own, *others)]
        )
        return run

    return decorate


def _hub_client(ledger: Ledger, delayed_queue: DelayedQueue, *, region: Region = None) -> HubClient:
    return open_hub_client(ledger, delayed_queue, region)


# For commands that find the hub by its options, and get a client of it.
with_hub_client = with_argument_of(_hub_client)


def require_yes(now: str, *, yes: bool) -> None:
    """Print how it is now; exit 2 if --yes is missing."""
    typer.echo(now, err=True)
    if not yes:
        typer.echo("Nothing was changed. Repeat with --yes to apply.", err=True)
        raise typer.Exit(SOMETHING_TO_DO)
