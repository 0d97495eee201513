"""Decides after how many seconds a request that is not finished is requeued, and until when."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final, TypeVar, assert_never

from shared.requests import ReconcileRequest, Request, ScanRequest

# Seconds. Source: SQS's longest delay is 900; five minutes keep a waiting change visible.
_FIRST: Final = 10
LONGEST: Final = 300
# Until a user's sign-in and role are taken, a transient error waits no longer than this.
LONGEST_OF_LEAVER: Final = 60
# A Studio operation in progress is checked every ten seconds for two minutes, then less often.
_SOON, _SOONS, _LESS_OFTEN = 10, 12, 30
_RECHECK_AFTER: Final = 30
# More than the hour between two sweeps: the next sweep starts a new chain then.
_LONGEST_CHAIN: Final = timedelta(minutes=75)
_Either = TypeVar("_Either", ReconcileRequest, ScanRequest)


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


def backoff(tries: int, longest: int = LONGEST) -> timedelta:
    """Return the delay after this many tries: ten seconds, doubling up to `longest` seconds."""
    return timedelta(seconds=min(_FIRST * 2 ** min(tries, 10), longest))


def requeue(
    request: _Either,
    enqueued_at: datetime,
    policy: RequeuePolicy = RequeuePolicy.BACKING_OFF,
    due: datetime | None = None,
) -> tuple[_Either, int]:
    """Return the request for its next attempt, and after how many seconds that is due.

    It is due no later than `due`, if given. It gets a new `enqueued_at`, so that reads for this
    attempt are stale for the next.
    """
    match policy:
        case RequeuePolicy.BUSY:
            seconds = _SOON if request.attempt < _SOONS else _LESS_OFTEN
        case RequeuePolicy.URGENT:
            seconds = backoff(request.attempt, LONGEST_OF_LEAVER).seconds
        case RequeuePolicy.BACKING_OFF:
            seconds = backoff(request.attempt).seconds
        case RequeuePolicy.PATIENT:
            seconds = LONGEST
        case _:
            assert_never(policy)
    if due is not None:
        seconds = max(1, min(seconds, ceil((due - enqueued_at).total_seconds())))
    started_at = request.started_at or enqueued_at
    return request._replace(
        attempt=request.attempt + 1, enqueued_at=enqueued_at, started_at=started_at
    ), seconds


def recheck(request: _Either, enqueued_at: datetime) -> tuple[_Either, int]:
    """Return the request to check again from the beginning, and its delay in seconds."""
    again = request._replace(is_recheck=True, attempt=0, enqueued_at=enqueued_at, started_at=None)
    if isinstance(again, ScanRequest):
        again = again._replace(part=0)
    return again, _RECHECK_AFTER


def is_exhausted(request: Request, now: datetime) -> bool:
    """Return whether a request was requeued for so long that the next sweep takes over.

    Every sweep starts a new chain for each unfinished user, so no chain outlives a sweep for long.
    """
    return request.started_at is not None and now >= request.started_at + _LONGEST_CHAIN
