"""Computes the ledger's record of a target that something keeps from its desired state.

The record names the obstacle: a transient error that is retried, a refusal, or what was found
there. A user without a record who is to have no profile gets none: the result is None.
"""

from dataclasses import replace
from datetime import datetime

from hub.runtime.decisions.actions import OF_OTHERS, STATE_AFTER, Create, Skip, SkipKind
from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.outcome import NO_DOMAIN, OBSTACLES, Failed
from hub.runtime.decisions.record import RETRIED, Access, Obstacle, Record, State
from hub.runtime.decisions.requeue import LONGEST, backoff
from hub.runtime.decisions.transitions import current, with_facts
from hub.runtime.problems.targets import UNREACHABLE
from hub.runtime.problems.users import REFUSED
from shared.conventions import Ownership
from shared.errors import PermanentError, RefusedError
from shared.naming import same_name


def retried(
    decision: DesiredProfile | Removal,
    record: Record | None,
    cause: str,
    now: datetime,
    longest: int = LONGEST,
) -> Record:
    """Return the record of what did not work and is retried after at most `longest` seconds."""
    record = with_facts(current(decision, record), decision, now)
    return replace(
        record,
        obstacle=Obstacle(RETRIED, cause),
        tries=record.tries + 1,
        retry_at=now + backoff(record.tries, longest),
    )


def refused(
    failed: Failed,
    decision: DesiredProfile | Removal,
    record: Record | None,
    before: Record | None,
    now: datetime,
) -> Record | None:
    """Return the record of a refused action; `before` is the record when the reconcile began."""
    is_creation = isinstance(failed.action, Create)
    if record and is_creation and failed.code == NO_DOMAIN and _had_nothing(before):
        # One that an earlier reconcile started stays recorded: its outcome may be unknown.
        record = replace(record, access=Access.UNTOUCHED)
    state = State.HELD if is_creation and failed.code in OBSTACLES else State.FAILED
    obstacle = Obstacle(failed.kind.name, failed.reason, failed.code)
    return _noted(decision, record, state, obstacle, now)


def unobserved(
    error: PermanentError,
    decision: DesiredProfile | Removal,
    record: Record | None,
    now: datetime,
) -> Record | None:
    """Return the record of a target that could not be observed; a hold stays."""
    obstacle = Obstacle(UNREACHABLE.name, str(error))
    if isinstance(error, RefusedError):
        obstacle = Obstacle(REFUSED.name, str(error), error.code)
    if record and record.hold:
        return _noted(decision, record, record.state, obstacle, now, hold=record.hold)
    return _noted(decision, record, State.FAILED, obstacle, now)


def skipped(
    skip: Skip,
    decision: DesiredProfile | Removal,
    record: Record | None,
    before: Record | None,
    profile: ObservedProfile | None,
    now: datetime,
) -> Record | None:
    """Return the record of a difference that was left unchanged; None also if it is no obstacle.

    `before` is the record when the reconcile began, `profile` what was observed there.
    """
    state = STATE_AFTER.get(skip.kind)
    if state is None:
        return None
    if record and skip.kind in OF_OTHERS:
        record = _of_others(skip.kind, decision, record, before)
    return _noted(
        decision, record, state, Obstacle(skip.kind, skip.reason), now, profile, skip.hold
    )


def _of_others(
    kind: SkipKind, decision: DesiredProfile | Removal, record: Record, before: Record | None
) -> Record:
    """Return a user's record where somebody else has the profile."""
    if isinstance(decision, Removal):
        # The profile is not ours any more.
        return replace(record, role_arn="", given_by="")
    if not record.is_made and (kind is SkipKind.NAME_TAKEN or _had_nothing(before)):
        # It never was: no assignment followed a creation that may have failed.
        return replace(record, access=Access.UNTOUCHED)
    return record


def _had_nothing(before: Record | None) -> bool:
    """Return whether a user had nothing in a target when the reconcile began."""
    return before is None or before.state is State.REMOVED or before.is_untouched


def _noted(
    decision: DesiredProfile | Removal,
    record: Record | None,
    state: State,
    obstacle: Obstacle,
    now: datetime,
    profile: ObservedProfile | None = None,
    hold: str = "",
) -> Record | None:
    """Return a record with a state, an obstacle and what was observed; the known role stays."""
    is_there = record is not None and record.state is not State.REMOVED
    if not is_there and isinstance(decision, Removal):
        return None
    record = with_facts(current(decision, record), decision, now)
    if profile is not None and same_name(profile.name, record.profile_name):
        record = replace(record, modified=profile.modified)
    if profile is not None and profile.ownership is not Ownership.OURS:
        record = replace(record, in_the_way=profile.name)
    if state in {State.HELD, State.FAILED}:
        # Once an operator has to act, the latency says nothing about the hub.
        record = replace(record, requested_at=None)
    return replace(record, state=state, obstacle=obstacle, hold=hold, retry_at=None)
