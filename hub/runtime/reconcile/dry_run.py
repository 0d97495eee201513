"""Reports the actions that report mode withholds, and resolves those that are obsolete."""

from collections.abc import Iterable

from hub.runtime import reporter
from hub.runtime.decisions.actions import Plan, describe
from hub.runtime.ports import Ledger
from hub.runtime.problems import users
from shared.model import Target, UserId


def report(todo: Plan) -> frozenset[str]:
    """Report each action that report mode withholds; return them as `kind subject`."""
    found = set()
    for action in todo.actions:
        user = action.person
        problem = users.dry_run(
            user.name or user.id, user.id, action.target, action.kind, describe(action)
        )
        reporter.report(problem)
        found.add(f"{problem.kind.name} {problem.subject}")
    return frozenset(found)


def close(
    reported: frozenset[str], user_id: UserId, ledger: Ledger, inconclusive: Iterable[Target]
) -> None:
    """Log earlier reports of a user that are resolved, and store those that are still open.

    The reports of a target stay open where this run was `inconclusive`. A target that no mapping
    grants any more has no action left.

    Raises:
        RetryableError, PermanentError: the stored reports cannot be read or written.
    """
    before = ledger.dry_run(user_id)
    of_inconclusive = tuple(f" in {target}" for target in inconclusive)
    kept = {text for text in before if text.endswith(of_inconclusive)}
    for text in sorted(before - reported - kept):
        reporter.resolved(*text.split(" ", 1))
    if reported | kept != before:
        ledger.save_dry_run(user_id, reported | kept)
