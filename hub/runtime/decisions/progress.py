"""Tells what the ledger says of a decision: carried out, to be retried later, or due now.

A transient error, or an operation that failed in Studio, is retried after a delay that doubles. A
refused or blocked action is retried only by the target's scan, or when the decision changes.
"""

from datetime import datetime
from typing import assert_never

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.record import MAY_ENTER, Record, State
from shared.naming import same_name


def is_in_sync(decision: Decision, record: Record | None) -> bool:
    """Return whether the ledger says that the decision is carried out already."""
    match decision:
        case DesiredProfile():
            return (
                record is not None
                and record.state is State.ACTIVE
                and record.role_arn == decision.role_arn
                and record.access in MAY_ENTER
                # A scheduled retry means that the target is not in sync.
                and record.retry_at is None
                and not has_lapsed(decision, record)
            )
        case Removal():
            return record is None or record.state is State.REMOVED or record.is_untouched
        case Undecided():
            return False
        case _:
            assert_never(decision)


def is_due(decision: Decision | None, record: Record | None, now: datetime) -> bool:
    """Return whether an ordinary request, one without `force_observe`, may try a target now.

    It may not while a retry is scheduled, nor where only the target's scan retries. A changed
    decision is due at once.
    """
    if record is None or not is_unchanged(decision, record):
        return True
    if record.retry_at is not None and now < record.retry_at:
        return False
    if not record.is_blocked:
        return True
    # A leaver may still use something that can be taken or stopped. The owner of a shared space is
    # suspended like other users, and apps that they start are stopped.
    may_use = record.state is State.HELD or record.loses_role_to("")
    return isinstance(decision, Removal) and may_use


def must_wait(decision: DesiredProfile | Removal, record: Record | None) -> bool:
    """Return whether an operation that failed in Studio was for this decision and has not waited.

    With a `retry_at` it has waited: the caller has already checked that this time is over.
    """
    return record is not None and record.retry_at is None and is_unchanged(decision, record)


def is_unchanged(decision: Decision | None, record: Record) -> bool:
    """Return whether the decision is the same as when the record was written.

    An undecided user, or one whom the target does not concern any more, has no earlier decision.
    """
    match decision:
        case DesiredProfile():
            return (
                record.user_status is decision.person.user_status
                and not record.is_leaving
                and record.because == decision.because
                and same_name(record.profile_name, decision.profile_name)
            )
        case Removal():
            return record.user_status is decision.person.user_status and record.is_leaving
        case Undecided() | None:
            return False
        case _:
            assert_never(decision)


def has_lapsed(decision: DesiredProfile, record: Record | None) -> bool:
    """Return whether apps may still run with a kept role that no row grants any more."""
    kept = record.kept_role if record else ""
    return bool(kept) and kept not in {grant.role_arn for grant in decision.because}
