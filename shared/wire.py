"""What travels in queues and lies in tables: the words that writers and readers share."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from shared.errors import UnreadableMessageError
from shared.hints import UserHint
from shared.model import UserId

# Key attributes of the two tables, and the ledger's index of everybody in one target.
MAPPINGS_KEY: Final = ("group", "target")
LEDGER_KEY: Final = ("pk", "sk")
LEDGER_BY_TARGET: Final = "by-target"
LEDGER_BY_TARGET_KEY: Final = ("target", "pk")

# Metrics: one namespace, one service dimension.
METRICS_NAMESPACE: Final = "StudioHub"

# Seconds. Source: SQS's longest delay is 900; five minutes keep a waiting change visible.
_FIRST_WAIT = 10
_LONGEST_WAIT = 300
SECOND_LOOK = 30
# Ten seconds doubling to five minutes: a day of tries. After that the next sweep tries again.
LAST_ATTEMPT = 290


def encode(hint: UserHint) -> str:
    """Return a hint as a message body."""
    return json.dumps(asdict(hint), default=datetime.isoformat, sort_keys=True)


def decode(body: str) -> UserHint:
    """Return the hint in a message body.

    Raises:
        UnreadableMessageError: the body is no hint.
    """
    try:
        plain = json.loads(body)
        return UserHint(
            user_id=UserId(_text(plain["user_id"])),
            made_at=_time(plain["made_at"]),
            event_id=_text(plain["event_id"]),
            event_at=_time(plain["event_at"]),
            attempt=_count(plain["attempt"]),
            again=bool(plain["again"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableMessageError(f"no hint: {error!r}") from error


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


def deduplication_id(hint: UserHint) -> str:
    """Return the id by which SQS knows a hint that was sent twice.

    It holds the event's id and never the user's alone: SQS remembers an id for five minutes and
    would swallow the next real change.
    """
    parts = (hint.event_id, hint.user_id, str(hint.attempt), str(hint.again))
    return sha256("|".join(parts).encode()).hexdigest()


def put_off(hint: UserHint, made_at: datetime) -> tuple[UserHint, int]:
    """Return the hint for its next attempt, and after how many seconds that is due.

    It is made anew, so that what was read for this attempt is stale for the next.
    """
    return replace(hint, attempt=hint.attempt + 1, made_at=made_at), min(
        _FIRST_WAIT * 2 ** min(hint.attempt, 10), _LONGEST_WAIT
    )


def second_look(hint: UserHint, made_at: datetime) -> tuple[UserHint, int]:
    """Return the hint that looks once more at what did not change, and its delay in seconds."""
    return replace(hint, again=True, attempt=0, made_at=made_at), SECOND_LOOK
