"""`studio-hub show`: what a user has, where and why, and the user's history."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import typer

from cli.hub_client import HubClient, now
from cli.options import Json, User, with_hub_client
from cli.output import print_table, row, table, wide_console
from cli.people import find_user
from hub.runtime.decisions.holds import Hold, holds_of
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.protection import protected_profile
from hub.runtime.decisions.record import Record, State
from shared.model import Because, UserId
from shared.naming import role_name

_HISTORY_FIELDS: Final = (
    "at",
    "what",
    "where",
    "profile_name",
    "role_arn",
    "old_role_arn",
    "because",
    "reason",
    "event_id",
)


@with_hub_client
def show(hub_client: HubClient, user: User, *, as_json: Json = False) -> None:
    """Show what a user has in each target and why, and the history.

    Holds, protection and retention are shown too. The history begins with the newest event.
    """
    user_id = find_user(hub_client, user)
    records = [record for _, record in sorted(hub_client.ledger.records(user_id).items())]
    history = hub_client.ledger.history(user_id)
    state = hub_client.state()
    is_protected = user_id in state.kept or user_id in state.protected
    if not (records or history or is_protected):
        typer.echo(f"error: the ledger knows nothing of the user {user_id}", err=True)
        typer.echo(f"Reconcile this user now:  studio-hub sweep --user {user_id}", err=True)
        raise typer.Exit(1)
    holds = {record.target: hold for record in records if (hold := _hold(hub_client, record))}
    if as_json:
        plain = {
            "user_id": user_id,
            "user": records[0].user_name if records else None,
            "kept_until": _iso(state.kept.get(user_id)),
            "protected": user_id in state.protected,
            "targets": [_plain(each, holds.get(each.target), state) for each in records],
            "history": [{name: event.get(name) for name in _HISTORY_FIELDS} for event in history],
        }
        typer.echo(json.dumps(plain, indent=2))
    else:
        _print(user_id, records, holds, history, state)
    typer.echo(_next(user_id, holds), err=True)


def _hold(hub_client: HubClient, record: Record) -> Hold | None:
    """Return the hold that a record's user is in; None if the user is not held there."""
    held = hub_client.limits.state(record.target).held
    found = holds_of(record.target, held.values(), now()) if record.user_id in held else ()
    return next((hold for hold in found if record.user_id in hold.users), None)


def _print(
    user_id: UserId,
    records: list[Record],
    holds: Mapping[Any, Hold],
    history: tuple[Mapping[str, str], ...],
    state: HubState,
) -> None:
    out = wide_console()
    name = records[0].user_name if records else ""
    kept = state.kept.get(user_id)
    notes = [f"kept until {kept:%Y-%m-%d %H:%M} UTC"] if kept else []
    notes += ["protected"] if user_id in state.protected else []
    out.print("  ".join(part for part in (name, user_id, *notes) if part))
    places = table(
        "Target", "State", "Profile", "Role", "Because", "Since (UTC)", "", long=("Because", "")
    )
    for each in records:
        row(
            places,
            str(each.target),
            str(each.state),
            each.profile_name,
            role_name(each.role_arn),
            _because(each),
            _day(each.since),
            "; ".join(_notes(each, holds.get(each.target), state)),
        )
    if records:
        out.print()
        print_table(out, places)
    events = table(
        "When (UTC)", "What", "Target", "Profile", "Role", "Because of", long=("Because of",)
    )
    for event in history:
        row(
            events,
            _day(datetime.fromisoformat(event["at"])),
            event["what"],
            event.get("where", ""),
            event.get("profile_name", ""),
            role_name(event.get("role_arn", "")),
            event.get("reason") or event.get("because", ""),
        )
    if history:
        out.print()
        print_table(out, events)


def _notes(record: Record, hold: Hold | None, state: HubState) -> list[str]:
    """Return the further notes on a record."""
    notes = [record.why] if record.why else []
    if hold is not None:
        notes.append(f"in the hold {hold.digest}")
    if protected_profile(record.target, record.profile_name) in state.protected:
        notes.append("the profile is protected")
    if record.retain_until and record.state is not State.REMOVED:
        notes.append(f"deleted after {_day(record.retain_until)} UTC")
    return notes


def _because(record: Record) -> str:
    return str(Because(record.because)) if record.because else ""


def _plain(record: Record, hold: Hold | None, state: HubState) -> dict[str, Any]:
    profile = protected_profile(record.target, record.profile_name)
    return {
        "target": str(record.target),
        "state": str(record.state),
        "access": str(record.access),
        "profile": record.profile_name,
        "role_arn": record.role_arn or None,
        "because": [asdict(grant) for grant in record.because],
        "reason": record.why or None,
        "hold": {"digest": hold.digest, "cause": hold.cause, "reason": hold.why} if hold else None,
        "protected": profile in state.protected,
        "since": _iso(record.since),
        "started": _iso(record.started),
        "retain_until": _iso(record.retain_until),
        "efs_uid": record.efs_uid or None,
        "deleted_spaces": list(record.spaces),
    }


def _next(user_id: UserId, holds: Mapping[Any, Hold]) -> str:
    if holds:
        digest = next(iter(holds.values())).digest
        return f"The users of the hold, and why:  studio-hub holds show {digest}"
    return f"Reconcile this user now:  studio-hub sweep --user {user_id}"


def _day(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time else ""


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
