"""What report mode reports: the actions that it keeps from being done, until they are over."""

from collections.abc import Container

from hub.runtime import telemetry
from hub.runtime.decisions.actions import Plan
from hub.runtime.decisions.describe import describe
from hub.runtime.ports import Ledger
from hub.runtime.reconcile.reports import subject_of
from shared.model import UserId


def report(todo: Plan) -> frozenset[str]:
    """Report each action that report mode keeps from being done; return them as `kind subject`."""
    found = set()
    for action in todo.actions:
        kind = f"would-{type(action).__name__.lower()}"
        subject = subject_of(action.person, action.target)
        telemetry.problem(
            kind,
            subject,
            f"would {describe(action)}",
            "deploy with mode: apply",
            user_id=action.person.id,
            target=str(action.target),
        )
        found.add(f"{kind} {subject}")
    return frozenset(found)


def close(
    reported: frozenset[str], user_id: UserId, ledger: Ledger, unjudged: Container[str]
) -> None:
    """Log what was reported of a person before and is over; keep what is not.

    A target that could not be judged keeps what was reported of it. A target that nothing calls
    for any more has nothing left to do.

    Raises:
        RetryableError, PermanentError: what was reported before cannot be read or written.
    """
    before = ledger.dry_run(user_id)
    kept = {text for text in before if text.rpartition(" in ")[2] in unjudged}
    for text in sorted(before - reported - kept):
        telemetry.resolved(*text.split(" ", 1))
    if reported | kept != before:
        ledger.save_dry_run(user_id, reported | kept)
