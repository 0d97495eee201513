"""What report mode tells: what it keeps from being done, and where there is nothing to do."""

from collections.abc import Iterable

from hub.runtime import telemetry
from hub.runtime.reports import subject_of
from shared.actions import (
    Assign,
    ChangeRole,
    Create,
    Delete,
    DeleteSpace,
    Discard,
    Plan,
    Resume,
    Revoke,
    StopApp,
    Suspend,
)
from shared.render import sentence
from shared.verdicts import DesiredProfile, Removal

# What a verdict may call for.
_TO_GIVE = (Create, Assign, ChangeRole, Resume, StopApp, Discard)
_TO_TAKE = (Revoke, Suspend, StopApp, DeleteSpace, Delete, Discard)


def would(todo: Plan) -> None:
    """Report what report mode keeps from being done."""
    for action in todo.actions:
        telemetry.problem(
            f"would-{type(action).__name__.lower()}",
            subject_of(action.person, action.target),
            f"would {sentence(action)}",
            "deploy with mode: apply",
            user_id=action.person.id,
            target=str(action.target),
        )


def would_not(verdicts: Iterable[DesiredProfile | Removal]) -> None:
    """Report that report mode keeps nothing from being done where all is as it should be."""
    for verdict in verdicts:
        kinds = _TO_GIVE if isinstance(verdict, DesiredProfile) else _TO_TAKE
        for kind in kinds:
            telemetry.resolved(
                f"would-{kind.__name__.lower()}", subject_of(verdict.person, verdict.target)
            )
