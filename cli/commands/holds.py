"""`studio-hub holds`: lists what awaits an operator, and approves or rejects holds.

Approving and rejecting need no --yes: the digest names exactly the set that the operator saw.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Annotated, Any, assert_never

import typer

from cli import hold_decisions as decide
from cli.held_items import Wait, blocked, held, holds, of_hold
from cli.hub_client import HubClient, now
from cli.options import REFUSED, Json, Reason, with_hub_client
from cli.output import print_table, row, say, table, warn_if_paused, wide_console
from hub.runtime.decisions.holds import APPROVED_FOR, Hold
from shared.errors import RefusedError

app = typer.Typer(
    name="holds",
    help="Show, approve and reject held removals and role changes. A digest names exactly one set.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Digest = Annotated[
    str,
    typer.Argument(
        metavar="DIGEST", help="The digest of a hold, from `holds list`.", show_default=False
    ),
]


@app.command("list")
@with_hub_client
def list_holds(
    hub_client: HubClient,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Show rejected holds too; they can still be approved.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what awaits an operator: holds, then blocked users.

    Blocked users are shown only if you may read all records of the ledger.
    """
    found = held(hub_client, now(), rejected=everything)
    try:
        found += blocked(hub_client)
    except RefusedError as refused:
        say(f"note: blocked users are unknown: {refused}", err=True)
    _remember(hub_client, found)
    if as_json:
        typer.echo(json.dumps([_plain(wait) for wait in found], indent=2))
    elif found:
        out = table("Digest", "Target", "Users", "Why", long=("Why",))
        for wait in found:
            who = str(len(wait.people)) if wait.hold else wait.people[0].user
            row(out, wait.digest or "-", str(wait.target), who, wait.reason)
        print_table(wide_console(), out)
    warn_if_paused(hub_client.state())
    _say(_next(found))


@app.command("show")
@with_hub_client
def show(hub_client: HubClient, digest: Digest, *, as_json: Json = False) -> None:
    """Show the users of a hold, and why they are held."""
    hold = _hold(hub_client, digest, as_json=as_json)
    _remember(hub_client, [of_hold(hold)])
    _print(hold, as_json=as_json)
    warn_if_paused(hub_client.state())
    _say(of_hold(hold).remedy)


@app.command("approve")
@with_hub_client
def approve(
    hub_client: HubClient, digest: Digest, *, reason: Reason = "", as_json: Json = False
) -> None:
    """Approve a hold: what it holds may begin, for 72 hours.

    What it holds is exactly what `holds show` lists. Exits 3 if the set has changed since the
    digest was shown.
    """
    _decide(decide.approve, hub_client, digest, reason, as_json=as_json)
    hours = int(APPROVED_FOR.total_seconds() // 3600)
    _say(
        f"Approved for {hours} hours, and queued. The outcome:  studio-hub explain USER, or the "
        "CHANGE lines in the functions' logs"
    )


@app.command("reject")
@with_hub_client
def reject(
    hub_client: HubClient, digest: Digest, *, reason: Reason = "", as_json: Json = False
) -> None:
    """Reject a hold: its users keep what they have.

    Exits 3 if the set has changed since the digest was shown.
    """
    _decide(decide.reject, hub_client, digest, reason, as_json=as_json)
    _say(
        "Rejected: the users keep what they have, until a mapping grants it again. To approve it "
        "after all:  studio-hub holds list --all"
    )


def _decide(
    decision: Callable[[HubClient, Hold, str], decide.Changed | None],
    hub_client: HubClient,
    digest: str,
    reason: str,
    *,
    as_json: bool,
) -> None:
    """Write a decision and print the hold; print the difference and exit if it has changed."""
    hold = _hold(hub_client, digest, as_json=as_json)
    differs = decision(hub_client, hold, reason)
    if differs is not None:
        _refuse(differs, as_json=as_json)
    _print(hold, as_json=as_json)


def _hold(hub_client: HubClient, digest: str, *, as_json: bool) -> Hold:
    """Return the hold of a digest; if there is none, print why and exit."""
    hold = decide.find(hub_client, digest)
    if hold is not None:
        return hold
    differs = decide.changed(hub_client, digest)
    if differs is not None:
        _refuse(differs, as_json=as_json)
    digests = ", ".join(hold.digest for hold in holds(hub_client, now())) or "none"
    _say(f"error: no hold has the digest {digest!r}; open holds: {digests}")
    _say("See them:  studio-hub holds list")
    raise typer.Exit(1)


def _refuse(differs: decide.Changed, *, as_json: bool) -> None:
    """Print how a set has changed and exit: nobody has decided on the new set."""
    new = differs.now.digest if differs.now else None
    if as_json:
        plain = asdict(differs) | {"target": str(differs.target), "now": new}
        typer.echo(json.dumps(plain, indent=2))
    else:
        out = wide_console()
        for mark, names, what in (
            ("+", differs.joined, "joined the hold"),
            ("-", differs.left, "not held any more"),
            ("·", differs.decided, "already approved or rejected"),
        ):
            for name in names:
                out.print(f"  {mark} {name}  {what}")
    what, what_next = _what_became_of_it(differs)
    _say(f"Refused: {differs.digest} {what} in {differs.target}.")
    _say(what_next)
    raise typer.Exit(REFUSED)


def _what_became_of_it(differs: decide.Changed) -> tuple[str, str]:
    """Return what became of a digest, and what to do next."""
    if differs.now:
        return (
            "stood for another set of users",
            f"The set as it is now:  studio-hub holds show {differs.now.digest}",
        )
    match differs.approval:
        case "approved":
            return "is approved already", "The outcome:  studio-hub explain USER"
        case "rejected":
            return "was rejected", "Its digest now:  studio-hub holds list --all"
        case "":
            return (
                "stood for users who are not held for this any more",
                "What is held now:  studio-hub holds list",
            )
        case _:
            assert_never(differs.approval)


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
        return f"The users of one hold, and why:  studio-hub holds show {first.digest}"
    if found:
        return f"None of these can be approved. The remedy of the first: {found[0].remedy}"
    return "Nothing awaits an operator. Rejected holds:  studio-hub holds list --all"


def _say(text: str) -> None:
    say(text, err=True)
