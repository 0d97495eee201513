"""`studio-hub holds`: lists pending approvals, and approves or rejects them.

Approving and rejecting need no --yes: the digest names exactly the set that the operator saw.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Annotated, Any, assert_never

import typer

from cli import hold_decisions as decide
from cli.held_items import Wait, holds, of_hold, waits
from cli.hub_client import HubClient, now, open_hub_client
from cli.options import REFUSED, Json, Later, Ledger, Region
from cli.output import print_table, row, say, table, wide_console
from hub.runtime.decisions.holds import APPROVED_FOR, Hold

app = typer.Typer(
    name="holds",
    help="List, show, approve and reject pending disruptions. A digest names exactly one set.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Digest = Annotated[
    str, typer.Argument(help="The digest of a hold, as `holds list` shows it.", show_default=False)
]
Word = Callable[[HubClient, Hold], decide.Changed | None]


@app.command("list")
def list_holds(
    ledger: Ledger,
    delayed_queue: Later,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was rejected; it may be approved after all.")
    ] = False,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Show all that waits: holds with their digests, then people in whose way something stands."""
    hub_client = open_hub_client(ledger, delayed_queue, region)
    found = waits(hub_client, now(), rejected=everything)
    _remember(hub_client, found)
    if as_json:
        typer.echo(json.dumps([_plain(wait) for wait in found], indent=2))
    elif found:
        out = table("Digest", "Target", "People", "Why", long=("Why",))
        for wait in found:
            who = str(len(wait.people)) if wait.hold else wait.people[0].user
            row(out, wait.digest or "-", str(wait.target), who, wait.reason)
        print_table(wide_console(), out)
    _say(_next(found))


@app.command("show")
def show(
    digest: Digest,
    ledger: Ledger,
    delayed_queue: Later,
    *,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Show whom a hold holds, and why."""
    hub_client = open_hub_client(ledger, delayed_queue, region)
    hold = _hold(hub_client, digest, as_json=as_json)
    _remember(hub_client, [of_hold(hold)])
    _print(hold, as_json=as_json)
    _say(of_hold(hold).remedy)


@app.command("approve")
def approve(
    digest: Digest,
    ledger: Ledger,
    delayed_queue: Later,
    *,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Let exactly these removals begin, within 72 hours. Exits 3 when the set has changed."""
    hours = int(APPROVED_FOR.total_seconds() // 3600)
    done = (
        f"Approved for {hours} hours, and queued. What becomes of it:  studio-hub show USER, or "
        "the CHANGE lines in the log of the functions"
    )
    _give(
        decide.approve,
        digest,
        open_hub_client(ledger, delayed_queue, region),
        done,
        as_json=as_json,
    )


@app.command("reject")
def reject(
    digest: Digest,
    ledger: Ledger,
    delayed_queue: Later,
    *,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Let these people keep what they have. Exits 3 when the set has changed."""
    done = (
        "Rejected: they keep what they have until they are called for, or until this is approved "
        "after all:  studio-hub holds list --all"
    )
    _give(
        decide.reject, digest, open_hub_client(ledger, delayed_queue, region), done, as_json=as_json
    )


def _give(word: Word, digest: str, hub_client: HubClient, done: str, *, as_json: bool) -> None:
    hold = _hold(hub_client, digest, as_json=as_json)
    differs = word(hub_client, hold)
    if differs is not None:
        _refuse(differs, as_json=as_json)
    _print(hold, as_json=as_json)
    _say(done)


def _hold(hub_client: HubClient, digest: str, *, as_json: bool) -> Hold:
    """Return the hold of a digest; if there is none, print what became of it and exit."""
    hold = decide.find(hub_client, digest)
    if hold is not None:
        return hold
    differs = decide.changed(hub_client, digest)
    if differs is not None:
        _refuse(differs, as_json=as_json)
    digests = ", ".join(hold.digest for hold in holds(hub_client, now())) or "none"
    _say(f"error: no hold has the digest {digest!r}; open are: {digests}")
    _say("See them:  studio-hub holds list")
    raise typer.Exit(1)


def _refuse(differs: decide.Changed, *, as_json: bool) -> None:
    """Show how a set has changed and exit: nobody has decided on the new set."""
    new = differs.now.digest if differs.now else None
    if as_json:
        plain = asdict(differs) | {"target": str(differs.target), "now": new}
        typer.echo(json.dumps(plain, indent=2))
    else:
        out = wide_console()
        for mark, names, what in (
            ("+", differs.joined, "came"),
            ("-", differs.left, "waits no more"),
            ("·", differs.decided, "was decided already"),
        ):
            for name in names:
                out.print(f"  {mark} {name}  {what}")
    what, what_next = _record_outcome(differs)
    _say(f"Refused: {differs.digest} {what} in {differs.target}.")
    _say(what_next)
    raise typer.Exit(REFUSED)


def _record_outcome(differs: decide.Changed) -> tuple[str, str]:
    """Return what became of a digest, and what to do next."""
    if differs.now:
        return (
            "stood for another set of users",
            f"Look at it as it is now:  studio-hub holds show {differs.now.digest}",
        )
    match differs.word:
        case "approved":
            return "is approved already", "What becomes of it:  studio-hub show USER"
        case "rejected":
            return "was rejected", "With its digest as it is now:  studio-hub holds list --all"
        case "":
            return (
                "stood for users who do not wait for that any more",
                "What waits now:  studio-hub holds list",
            )
        case _:
            assert_never(differs.word)


def _print(hold: Hold, *, as_json: bool) -> None:
    wait = of_hold(hold)
    if as_json:
        typer.echo(json.dumps(_plain(wait), indent=2))
        return
    out = wide_console()
    out.print(f"{hold.digest}  {hold}\n")
    people = table("User", "Profile", "What", "Reason", "Since (UTC)", long=("Reason",))
    for each in wait.people:
        since = f"{each.since:%Y-%m-%d %H:%M}" if each.since else ""
        row(people, each.user or each.user_id, each.profile, each.kind, each.reason, since)
    print_table(out, people)


def _plain(wait: Wait) -> dict[str, Any]:
    """Return the JSON form of a scenario's result, with the remedy and each user's id and time."""
    plain = wait.plain()
    for shown, each in zip(plain["people"], wait.people, strict=True):
        since = each.since.isoformat() if each.since else None
        shown |= {"user_id": each.user_id, "since": since}
    return plain | {"remedy": wait.remedy}


def _remember(hub_client: HubClient, found: Iterable[Wait]) -> None:
    """Store the holds that were shown, so that a later difference can be reported."""
    for wait in found:
        if wait.hold is not None:
            hub_client.limits.remember(wait.hold)


def _next(found: tuple[Wait, ...]) -> str:
    first = next((wait for wait in found if wait.digest), None)
    if first is not None:
        return f"Whom one holds, and why:  studio-hub holds show {first.digest}"
    if found:
        return f"None of it can be approved. The first one's remedy: {found[0].remedy}"
    return "Nothing waits. What was rejected:  studio-hub holds list --all"


def _say(text: str) -> None:
    say(text, err=True)
