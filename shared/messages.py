"""Queue messages, table keys and metric names that writers and readers share."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import ceil
from typing import Any, Final, TypeVar, assert_never

from shared.errors import UnreadableMessageError
from shared.message_fields import (
    MessageFields,
    count,
    digest,
    directory_id,
    empty,
    flag,
    moment,
    shown,
    target,
    target_or_nothing,
    text,
)
from shared.model import UserId
from shared.requests import (
    DAILY,
    EVERY_TARGET,
    HOURLY,
    TARGETS,
    ReconcileRequest,
    Request,
    ScanRequest,
    Subject,
)

# Key attributes of the two tables, and the ledger's indexes: of all users in one target, and of
# memberships by their id.
MAPPINGS_KEY: Final = ("group", "target")
LEDGER_KEY: Final = ("pk", "sk")
LEDGER_BY_TARGET: Final = "by-target"
LEDGER_BY_TARGET_KEY: Final = ("target", "pk")
LEDGER_BY_MEMBERSHIP: Final = "by-membership"
LEDGER_BY_MEMBERSHIP_KEY: Final = ("membership_id", "pk")

# Metrics: one namespace, one service dimension.
METRICS_NAMESPACE: Final = "StudioHub"

# The source of the events on the hub's event bus.
BUS_SOURCE: Final = "studio-hub"

# Seconds. Source: SQS's longest delay is 900; five minutes keep a waiting change visible.
_FIRST_WAIT = 10
_LONGEST_WAIT = 300
# Until a user's sign-in and role are taken, a transient error waits no longer than this.
_LONGEST_URGENT_WAIT = 60
# A Studio operation in progress is checked every ten seconds for two minutes, then less often.
_SOON, _SOONS, _LESS_OFTEN = 10, 12, 30
RECHECK_AFTER = 30
# More than the hour between two sweeps: the next sweep starts a new chain then.
_LONGEST_CHAIN = timedelta(minutes=75)

_USER: Final = "user"
_Either = TypeVar("_Either", ReconcileRequest, ScanRequest)


def encode(request: Request) -> str:
    """Return a request as a message body."""
    kind = {"subject": _USER} if isinstance(request, ReconcileRequest) else {}
    said = {name: value for name, value in asdict(request).items() if value is not None}
    return json.dumps(said | kind, default=datetime.isoformat, sort_keys=True)


def decode(body: str) -> Request:
    """Return the request in a message body; fields that it leaves out have their defaults.

    Raises:
        UnreadableMessageError: the body is no request, or holds what nobody here could send.
    """
    fields = MessageFields(body)
    enqueued_at = fields.required("enqueued_at", moment)
    common: dict[str, Any] = {
        "enqueued_at": enqueued_at,
        "event_id": fields.required("event_id", text),
        "event_at": fields.optional("event_at", moment, enqueued_at),
        "attempt": fields.optional("attempt", count, 0),
        "is_recheck": fields.optional("is_recheck", flag, default=False),
        "started_at": fields.optional("started_at", moment, None),
    }
    subject = fields.optional("subject", _subject, _USER)
    if isinstance(subject, Subject):
        return _scan_request(fields, subject, common)
    return ReconcileRequest(
        UserId(fields.required("user_id", directory_id)),
        **common,
        force_observe=fields.optional("force_observe", _force_observe, ""),
        source_scan=fields.optional("source_scan", digest, ""),
    )


def decode_reconcile_request(body: str) -> ReconcileRequest:
    """Return the reconcile request in a message body; UnreadableMessageError for any other."""
    request = decode(body)
    if not isinstance(request, ReconcileRequest):
        raise UnreadableMessageError(f"no reconcile request: {request}")
    return request


def decode_scan_request(body: str) -> ScanRequest:
    """Return the scan request in a message body; UnreadableMessageError for any other."""
    request = decode(body)
    if not isinstance(request, ScanRequest):
        raise UnreadableMessageError(f"no scan request: {request}")
    return request


def _scan_request(
    fields: MessageFields, subject: Subject, common: Mapping[str, Any]
) -> ScanRequest:
    named = subject not in {Subject.PEOPLE, Subject.GROUPS}
    key = fields.required("key", _KEYS[subject]) if named else fields.optional("key", empty, "")
    return ScanRequest(
        subject,
        key,
        **common,
        target=fields.optional("target", target_or_nothing, ""),
        event_driven=fields.optional("event_driven", flag, default=False),
        include_all=fields.optional("include_all", flag, default=False),
        part=fields.optional("part", count, 0),
    )


def _subject(value: object) -> str:
    if value == _USER:
        return _USER
    if value not in tuple(Subject):
        raise ValueError(f"{shown(value)} is no subject")
    return Subject(text(value))


def _force_observe(value: object) -> str:
    return EVERY_TARGET if value == EVERY_TARGET else target_or_nothing(value)


def _round(value: object) -> str:
    sweeps = (HOURLY, DAILY, TARGETS)
    if value not in sweeps:
        raise ValueError(f"{shown(value)} is no round: there are {', '.join(sweeps)}")
    return str(value)


# What the key of a scan request must be, for each subject that has one.
_KEYS: Final[Mapping[Subject, Callable[[object], str]]] = {
    Subject.ROUND: _round,
    Subject.GROUP: directory_id,
    Subject.NAME: text,
    Subject.TARGET: target,
    Subject.ACCESS: target,
}


def message_group(request: Request) -> str:
    """Return what a queue keeps in order: one user, or one thing to scan."""
    if isinstance(request, ReconcileRequest):
        return request.user_id
    # Source: the SQS API: at most 128 characters, and of a name's only letters, digits and
    # punctuation.
    key = name_digest(request.key) if request.subject is Subject.NAME else request.key
    return f"{request.subject}#{key}"


def name_digest(name: str) -> str:
    """Return the digest of a name for use in a key: 64 hex digits, whatever the name holds.

    Source: the DynamoDB API: a sort key has at most 1,024 bytes, a partition key 2,048; a group's
    display name has up to 1,024 characters of up to four bytes.
    """
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def deduplication_id(request: Request) -> str:
    """Return the id by which SQS recognizes a request that was sent twice.

    It holds the event's id and never the user's alone. SQS remembers an id for five minutes and
    would drop the next real change. The id also holds the scan that found the user, because one
    event may cause several scans.
    """
    parts = [
        request.event_id,
        message_group(request),
        str(request.attempt),
        str(request.is_recheck),
    ]
    if isinstance(request, ScanRequest):
        parts.append(str(request.part))
    else:
        parts += [request.force_observe, request.source_scan]
    return sha256("|".join(parts).encode()).hexdigest()


def scan_chain(request: ScanRequest) -> str:
    """Return the id that all parts of one listing share, and that no other listing has."""
    parts = [request.event_id, message_group(request), request.target]
    parts += [str(flag) for flag in (request.is_recheck, request.event_driven, request.include_all)]
    return sha256("|".join(parts).encode()).hexdigest()


def is_exhausted(request: Request, now: datetime) -> bool:
    """Return whether a request was requeued for so long that the next sweep takes over.

    Every sweep starts a new chain for each unfinished user, so no chain outlives a sweep for long.
    """
    return request.started_at is not None and now >= request.started_at + _LONGEST_CHAIN


class RequeuePolicy(StrEnum):
    """How often a waiting request is tried again."""

    # A Studio operation is in progress, or a user may start it again: soon.
    BUSY = "busy"
    # A removal is due, or two changes of an assignment conflicted: ten seconds, doubling to a
    # minute.
    URGENT = "urgent"
    # Throttled, or failed for now: ten seconds, doubling to five minutes.
    BACKING_OFF = "backing-off"
    # A person must act: every five minutes for an hour, then with each sweep.
    PATIENT = "patient"


def requeue(
    request: _Either,
    enqueued_at: datetime,
    pace: RequeuePolicy = RequeuePolicy.BACKING_OFF,
    due: datetime | None = None,
) -> tuple[_Either, int]:
    """Return the request for its next attempt, and after how many seconds that is due.

    It is due no later than `due`, if given. It gets a new `enqueued_at`, so that reads for this
    attempt are stale for the next.
    """
    match pace:
        case RequeuePolicy.BUSY:
            seconds = _SOON if request.attempt < _SOONS else _LESS_OFTEN
        case RequeuePolicy.URGENT:
            seconds = min(_FIRST_WAIT * 2 ** min(request.attempt, 10), _LONGEST_URGENT_WAIT)
        case RequeuePolicy.BACKING_OFF:
            seconds = min(_FIRST_WAIT * 2 ** min(request.attempt, 10), _LONGEST_WAIT)
        case RequeuePolicy.PATIENT:
            seconds = _LONGEST_WAIT
        case _:
            assert_never(pace)
    if due is not None:
        seconds = max(1, min(seconds, ceil((due - enqueued_at).total_seconds())))
    started_at = request.started_at or enqueued_at
    return replace(
        request, attempt=request.attempt + 1, enqueued_at=enqueued_at, started_at=started_at
    ), seconds


def recheck(request: _Either, enqueued_at: datetime) -> tuple[_Either, int]:
    """Return the request to check again from the beginning, and its delay in seconds."""
    again = replace(request, is_recheck=True, attempt=0, enqueued_at=enqueued_at, started_at=None)
    if isinstance(again, ScanRequest):
        again = replace(again, part=0)
    return again, RECHECK_AFTER
