"""When something that did not work is tried again: after a while, by a scan, or by a change.

What passes by itself, and what Studio ended as failed, is tried again after a delay that doubles.
What was refused, or is in the way, is tried again by the target's scan alone, and when something
else is called for.
"""

from datetime import datetime, timedelta
from typing import Final

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.record import Record, State
from shared.conventions import suspended_role_arn
from shared.naming import same_name

# Seconds. The first try follows soon; a waiting change stays visible.
_FIRST: Final = 10
LONGEST: Final = 300
# Whoever leaves loses their access within the minute once AWS takes the call.
LONGEST_OF_LEAVER: Final = 60


def backoff(tries: int, longest: int = LONGEST) -> timedelta:
    """Return how long to wait after so many tries: ten seconds, doubling to `longest` seconds."""
    return timedelta(seconds=min(_FIRST * 2 ** min(tries, 10), longest))


def is_due(decision: Decision, record: Record | None, now: datetime) -> bool:
    """Return whether a look that has no reason of its own to try may try a target now.

    It may not while another try is under way to it, nor where only the target's scan tries again.
    Whatever is called for differently is due at once.
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
    """Return whether whoever leaves may still use something that can be taken, or stopped.

    Whoever owns a shared space is suspended like others, and what they start is stopped.
    """
    suspended_role = suspended_role_arn(removal.target.account, removal.target.region)
    return record.state is State.HELD or record.role_arn not in {"", suspended_role}


def must_wait(decision: DesiredProfile | Removal, record: Record | None) -> bool:
    """Return whether what Studio ended as failed was begun for this verdict, and just now.

    What has waited is due: whoever asks has looked whether that wait is over.
    """
    return record is not None and record.retry_at is None and calls_for_the_same(decision, record)


def waits(record: Record, now: datetime) -> bool:
    """Return whether the next try of what did not work is still to come."""
    return record.retry_at is not None and now < record.retry_at


def calls_for_the_same(decision: DesiredProfile | Removal, record: Record) -> bool:
    """Return whether what is decided is what the record was about when it was written."""
    if record.user_status is not decision.person.user_status:
        return False
    if isinstance(decision, Removal):
        return record.is_leaving
    return (
        not record.is_leaving
        and record.because == decision.because.grants
        and same_name(record.profile_name, decision.profile_name)
    )
