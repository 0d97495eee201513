"""Decides when something that did not work is retried: after a delay, by a scan, or on a change.

A transient error, or an operation that failed in Studio, is retried after a delay that doubles. A
refused or blocked action is retried only by the target's scan, or when the decision changes.
"""

from datetime import datetime, timedelta
from typing import Final

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.record import Record, State
from shared.conventions import SystemRole
from shared.naming import same_name

# Seconds. The first retry follows soon; a waiting change stays visible.
_FIRST: Final = 10
LONGEST: Final = 300
# A leaver loses access within a minute once AWS accepts the call.
LONGEST_OF_LEAVER: Final = 60


def backoff(tries: int, longest: int = LONGEST) -> timedelta:
    """Return the delay after this many tries: ten seconds, doubling up to `longest` seconds."""
    return timedelta(seconds=min(_FIRST * 2 ** min(tries, 10), longest))


def is_due(decision: Decision, record: Record | None, now: datetime) -> bool:
    """Return whether an ordinary request, one without `force_observe`, may try a target now.

    It may not while a retry is scheduled, nor where only the target's scan retries. A changed
    decision is due at once.
    """
    if (
        isinstance(decision, Undecided)
        or record is None
        or not calls_for_the_same(decision, record)
    ):
        return True
    if waits(record, now):
        return False
    return not record.is_blocked or (isinstance(decision, Removal) and _may_use(decision, record))


def _may_use(removal: Removal, record: Record) -> bool:
    """Return whether a leaver may still use something that can be taken or stopped.

    The owner of a shared space is suspended like other users, and apps that they start are stopped.
    """
    suspended_role = SystemRole.SUSPENDED.arn(removal.target.account, removal.target.region)
    return record.state is State.HELD or record.role_arn not in {"", suspended_role}


def must_wait(decision: DesiredProfile | Removal, record: Record | None) -> bool:
    """Return whether an operation that failed in Studio was for this decision and has not waited.

    With a `retry_at` it has waited: the caller has already checked that this time is over.
    """
    return record is not None and record.retry_at is None and calls_for_the_same(decision, record)


def waits(record: Record, now: datetime) -> bool:
    """Return whether a retry is scheduled and not due yet."""
    return record.retry_at is not None and now < record.retry_at


def calls_for_the_same(decision: DesiredProfile | Removal, record: Record) -> bool:
    """Return whether the decision is the same as when the record was written."""
    if record.user_status is not decision.person.user_status:
        return False
    if isinstance(decision, Removal):
        return record.is_leaving
    return (
        not record.is_leaving
        and record.because == decision.because.grants
        and same_name(record.profile_name, decision.profile_name)
    )
