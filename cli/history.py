"""What happened: the events of profiles and the actions of operators, merged by time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from heapq import merge
from itertools import islice
from typing import Any, TypeVar

from cli.hub_client import HubClient
from cli.progress import counting
from hub.runtime.decisions.audit import AuditEntry
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType, describe_event
from shared.model import Target, UserId

_T = TypeVar("_T")
# How many users and targets of one action are named on a line.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event of a profile, or one action of an operator.

    Attributes:
        at: UTC.
        by: the ARN of the operator; empty for the hub.
        text: what happened, as the end of a sentence.
        plain: the same as JSON.
    """

    at: datetime
    what: str
    by: str
    text: str
    plain: Mapping[str, Any]


def read_history(
    hub_client: HubClient,
    since: datetime,
    until: datetime,
    limit: int,
    user: UserId | None = None,
    target: Target | None = None,
) -> tuple[HistoryEntry, ...]:
    """Return the last entries between two times, at most `limit`, the newest last.

    A user's events are read from the user's partition, all others from the index by month. Either
    is read from its end, and no further than needed. The text of an action names its users as the
    ledger does.
    """
    name_of = cache(lambda of: _name(hub_client, of))
    actions = (
        _of_action(entry, name_of)
        for entry in hub_client.audit.entries(since, until)
        if entry.concerns(user, target)
    )
    events = map(_of_event, _events(hub_client, since, until, user, target))
    newest_first = merge(events, actions, key=lambda each: each.at, reverse=True)
    return tuple(reversed([*islice(counting(newest_first, "the history"), limit)]))


def _events(
    hub_client: HubClient,
    since: datetime,
    until: datetime,
    user: UserId | None,
    target: Target | None,
) -> Iterator[Mapping[str, str]]:
    if user is None:
        yield from hub_client.ledger.events(since, until, target)
        return
    for event in hub_client.ledger.history(user):
        if event["at"] < since.isoformat():
            return
        if target is None or event["where"] == str(target):
            yield event


def _of_event(event: Mapping[str, str]) -> HistoryEntry:
    profile = ProfileEvent(
        what=ProfileEventType(event["what"]),
        at=datetime.fromisoformat(event["at"]),
        user_id=UserId(event["user_id"]),
        user_name=event.get("user_name", ""),
        target=Target.parse(event["where"]),
        profile_name=event.get("profile_name", ""),
        role_arn=event.get("role_arn", ""),
        old_role_arn=event.get("old_role_arn", ""),
        because=event.get("because", ""),
        reason=event.get("reason", ""),
        event_id=event.get("event_id", ""),
    )
    plain = {
        "at": event["at"],
        "kind": "profile",
        "what": event["what"],
        "by": None,
        "users": [profile.user_id],
        "user": profile.user_name or None,
        "targets": [event["where"]],
        "profile": profile.profile_name or None,
        "role_arn": profile.role_arn or None,
        "old_role_arn": profile.old_role_arn or None,
        "because": profile.because or None,
        "reason": profile.reason or None,
        "event_id": profile.event_id or None,
    }
    text = f"{describe_event(profile)}; in {profile.target}"
    return HistoryEntry(profile.at, event["what"], "", text, plain)


def _of_action(entry: AuditEntry, name_of: Callable[[UserId], str]) -> HistoryEntry:
    plain = {
        "at": entry.at.isoformat(),
        "kind": "operator",
        "what": str(entry.what),
        "by": entry.by,
        "users": list(entry.users),
        "targets": [str(target) for target in entry.targets],
        "subject": entry.subject or None,
        "reason": entry.reason or None,
        "outcome": entry.outcome or None,
    }
    return HistoryEntry(entry.at, str(entry.what), entry.by, _described(entry, name_of), plain)


def _described(entry: AuditEntry, name_of: Callable[[UserId], str]) -> str:
    """Return whom and what an action concerned, why, and what became of it."""
    # A hold names its target itself.
    targets = [text for text in map(str, entry.targets) if text not in entry.subject]
    parts = [
        entry.subject,
        _shortened(entry.users, name_of),
        f"in {_shortened(targets, str)}" if targets else "",
        f"because: {entry.reason}" if entry.reason else "",
        "" if entry.outcome in ("", "done") else entry.outcome,
    ]
    return "; ".join(part for part in parts if part)


def _shortened(items: Sequence[_T], name_of: Callable[[_T], str]) -> str:
    """Return the names of the first items, and how many more there are."""
    more = len(items) - _NAMED
    return ", ".join(map(name_of, items[:_NAMED])) + (f" and {more} more" if more > 0 else "")


def _name(hub_client: HubClient, user: UserId) -> str:
    """Return the user name that the ledger has last, or the id if it has none."""
    names = (each.user_name for each in hub_client.ledger.records(user).values())
    return next(filter(None, names), user)
