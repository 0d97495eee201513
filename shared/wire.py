"""What travels in queues and lies in tables: the words that writers and readers share."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import ceil
from typing import Any, Final, TypeVar, assert_never

from shared.errors import UnreadableMessageError
from shared.hints import Hint, LookHint, Subject, UserHint
from shared.model import UserId

# Key attributes of the two tables, and the ledger's indices: of everybody in one target, and of
# memberships by their id.
MAPPINGS_KEY: Final = ("group", "target")
LEDGER_KEY: Final = ("pk", "sk")
LEDGER_BY_TARGET: Final = "by-target"
LEDGER_BY_TARGET_KEY: Final = ("target", "pk")
LEDGER_BY_MEMBERSHIP: Final = "by-membership"
LEDGER_BY_MEMBERSHIP_KEY: Final = ("membership_id", "pk")

# Metrics: one namespace, one service dimension.
METRICS_NAMESPACE: Final = "StudioHub"

# Who tells on the hub's event bus.
BUS_SOURCE: Final = "studio-hub"

# Seconds. Source: SQS's longest delay is 900; five minutes keep a waiting change visible.
_FIRST_WAIT = 10
_LONGEST_WAIT = 300
# Until somebody's sign-in and role are taken, an error that passes waits no longer than this.
_LONGEST_URGENT_WAIT = 60
# What Studio is at is looked for every ten seconds for two minutes, then less often.
_SOON, _SOONS, _LESS_OFTEN = 10, 12, 30
SECOND_LOOK = 30
# More than the hour between two sweeps: the next one begins anew then.
_LONGEST_CHAIN = timedelta(minutes=75)

_USER: Final = "user"
_Either = TypeVar("_Either", UserHint, LookHint)


def encode(hint: Hint) -> str:
    """Return a hint as a message body."""
    kind = {"subject": _USER} if isinstance(hint, UserHint) else {}
    return json.dumps(asdict(hint) | kind, default=datetime.isoformat, sort_keys=True)


def decode(body: str) -> Hint:
    """Return the hint in a message body; what it leaves out has its default.

    Raises:
        UnreadableMessageError: the body is no hint.
    """
    try:
        plain = json.loads(body)
        common: dict[str, Any] = {
            "made_at": _time(plain["made_at"]),
            "event_id": _text(plain["event_id"]),
            "event_at": _time(plain.get("event_at", plain["made_at"])),
            "attempt": _count(plain.get("attempt", 0)),
            "again": bool(plain.get("again")),
            "started_at": _time(plain["started_at"]) if plain.get("started_at") else None,
        }
        if plain.get("subject", _USER) == _USER:
            return UserHint(
                UserId(_text(plain["user_id"])),
                **common,
                doubt=str(plain.get("doubt", "")),
                found_by=str(plain.get("found_by", "")),
            )
        return _look_hint(plain, common)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise UnreadableMessageError(f"no hint: {error!r}") from error


def decode_user(body: str) -> UserHint:
    """Return the hint of a user in a message body; UnreadableMessageError for any other."""
    hint = decode(body)
    if not isinstance(hint, UserHint):
        raise UnreadableMessageError(f"no user's hint: {hint}")
    return hint


def decode_look(body: str) -> LookHint:
    """Return the hint of a look in a message body; UnreadableMessageError for any other."""
    hint = decode(body)
    if not isinstance(hint, LookHint):
        raise UnreadableMessageError(f"no look's hint: {hint}")
    return hint


def _look_hint(plain: Mapping[str, Any], common: Mapping[str, Any]) -> LookHint:
    subject = Subject(plain["subject"])
    key = str(plain.get("key", ""))
    if subject not in {Subject.PEOPLE, Subject.GROUPS}:
        _text(key)
    return LookHint(
        subject,
        key,
        **common,
        target=str(plain.get("target", "")),
        announced=bool(plain.get("announced")),
        everyone=bool(plain.get("everyone")),
        part=_count(plain.get("part", 0)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is no text")
    return value


def _time(value: object) -> datetime:
    time = datetime.fromisoformat(_text(value))
    if time.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return time


def _count(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def message_group(hint: Hint) -> str:
    """Return what a queue keeps in order: one user, or one thing to look through."""
    if isinstance(hint, UserHint):
        return hint.user_id
    # Source: the SQS API: at most 128 characters, and of a name's only letters, digits and
    # punctuation.
    key = name_digest(hint.key) if hint.subject is Subject.NAME else hint.key
    return f"{hint.subject}#{key}"


def name_digest(name: str) -> str:
    """Return what stands for a name of others in a key: 64 hex digits, whatever the name holds.

    Source: the DynamoDB API: a sort key has at most 1,024 bytes, a partition key 2,048; a group's
    display name has up to 1,024 characters of up to four bytes.
    """
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def deduplication_id(hint: Hint) -> str:
    """Return the id by which SQS knows a hint that was sent twice.

    It holds the event's id and never the user's alone: SQS remembers an id for five minutes and
    would swallow the next real change. Whom a look found is told apart by that look, of which the
    same event may have called for several.
    """
    parts = [hint.event_id, message_group(hint), str(hint.attempt), str(hint.again)]
    if isinstance(hint, LookHint):
        parts.append(str(hint.part))
    else:
        parts += [hint.doubt, hint.found_by]
    return sha256("|".join(parts).encode()).hexdigest()


def scan_chain(hint: LookHint) -> str:
    """Return the id that all parts of one listing share, and that no other listing has."""
    parts = [hint.event_id, message_group(hint), hint.target]
    parts += [str(flag) for flag in (hint.again, hint.announced, hint.everyone)]
    return sha256("|".join(parts).encode()).hexdigest()


def is_worn_out(hint: Hint, now: datetime) -> bool:
    """Return whether a hint came back for so long that the next sweep may go on instead.

    Every round begins a chain of its own for whoever is unfinished: none outlives it for long.
    """
    return hint.started_at is not None and now >= hint.started_at + _LONGEST_CHAIN


class Pace(StrEnum):
    """How often something that waits is looked at again."""

    # Studio is at it, or a person may start it anew: soon.
    BUSY = "busy"
    # Something is to be taken from somebody, or two changes of an assignment met: ten seconds,
    # doubling to a minute.
    URGENT = "urgent"
    # Throttled, or failed for now: ten seconds, doubling to five minutes.
    BACKING_OFF = "backing-off"
    # In a person's hands: every five minutes for an hour, then with each sweep.
    PATIENT = "patient"


def put_off(
    hint: _Either,
    made_at: datetime,
    pace: Pace = Pace.BACKING_OFF,
    due: datetime | None = None,
) -> tuple[_Either, int]:
    """Return the hint for its next attempt, and after how many seconds that is due.

    That is no later than `due`, where something is to be tried again then. The hint is made anew,
    so that what was read for this attempt is stale for the next.
    """
    match pace:
        case Pace.BUSY:
            seconds = _SOON if hint.attempt < _SOONS else _LESS_OFTEN
        case Pace.URGENT:
            seconds = min(_FIRST_WAIT * 2 ** min(hint.attempt, 10), _LONGEST_URGENT_WAIT)
        case Pace.BACKING_OFF:
            seconds = min(_FIRST_WAIT * 2 ** min(hint.attempt, 10), _LONGEST_WAIT)
        case Pace.PATIENT:
            seconds = _LONGEST_WAIT
        case _:
            assert_never(pace)
    if due is not None:
        seconds = max(1, min(seconds, ceil((due - made_at).total_seconds())))
    started_at = hint.started_at or made_at
    return replace(hint, attempt=hint.attempt + 1, made_at=made_at, started_at=started_at), seconds


def second_look(hint: _Either, made_at: datetime) -> tuple[_Either, int]:
    """Return the hint that looks once more, from the beginning, and its delay in seconds."""
    again = replace(hint, again=True, attempt=0, made_at=made_at, started_at=None)
    if isinstance(again, LookHint):
        again = replace(again, part=0)
    return again, SECOND_LOOK
