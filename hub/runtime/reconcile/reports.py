"""Reports the problems of a reconcile to operators: constant messages, each problem once."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.actions import (
    UNREMARKABLE,
    Assign,
    ChangeRole,
    Create,
    DeleteSpace,
    Discard,
    Plan,
    Resume,
    Revoke,
    Skip,
    SkipKind,
    StopApp,
    describe,
)
from hub.runtime.decisions.decision import Decision, DesiredProfile
from hub.runtime.decisions.outcome import (
    Applied,
    Deferred,
    Failed,
    Found,
    ManualAction,
    Outcome,
    Pending,
    Started,
)
from hub.runtime.decisions.profile_events import ProfileEventType
from hub.runtime.decisions.record import Access, Record
from hub.runtime.problems import hub, mappings, targets, users
from hub.runtime.problems.kind import ProblemKind
from hub.runtime.problems.users import REFUSED
from hub.runtime.reconcile.observe import ObservationFailure
from shared.errors import PermanentError, RefusedError, RetryableError, TargetUnreachableError
from shared.model import Target, User
from shared.naming import same_name
from shared.requests import ReconcileRequest

# The target's quota is used up: one problem of the target, not one of each user.
_QUOTA = "ResourceLimitExceeded"
# Attempts before a waiting user is reported: about ten minutes.
_LONG = 6
_RESTARTS = 3
# Changes of parts. A written record gives the event for a change of a whole profile.
_PARTS = (Assign, Revoke, StopApp, DeleteSpace, Discard)
# Changes of a whole profile. Holds are reported where they are made.
WHOLE_CHANGES = {
    ProfileEventType.CREATED: "Create",
    ProfileEventType.ROLE_CHANGED: "ChangeRole",
    ProfileEventType.SUSPENDED: "Suspend",
    ProfileEventType.RESUMED: "Resume",
    ProfileEventType.REMOVED: "Delete",
}


def planned(todo: Plan, blocked: Iterable[ObservationFailure], request: ReconcileRequest) -> None:
    """Report the skips and the targets that cannot be observed; log what is in progress."""
    for skip in todo.skips:
        if skip.kind is SkipKind.FAILED:
            delayed(request, f"{skip.target}: {skip.reason}")
        elif skip.kind in UNREMARKABLE:
            _quietly(skip)
        else:
            problem = users.skipped(
                users.OF_SKIP[skip.kind],
                _name(skip.person),
                skip.person.id,
                skip.target,
                skip.reason,
                skip.remedy,
            )
            reporter.report(problem)
    for action in todo.actions:
        if (
            isinstance(action, Create | ChangeRole | Resume)
            # The groups of one pattern row cannot have other priorities: they are no tie.
            and len(
                {
                    each.pattern or each.group
                    for each in action.because
                    if each.priority == action.because[0].priority
                }
            )
            > 1
        ):
            reporter.report(mappings.tied(action.target, str(action.because)))
    for block in blocked:
        match block.error:
            case RetryableError():
                delayed(request, f"{block.decision.target}: {block.error}")
            case TargetUnreachableError():
                reporter.report(targets.unreachable(block.decision.target, str(block.error)))
            case PermanentError():
                code = block.error.code if isinstance(block.error, RefusedError) else ""
                _refused(block.decision.person, block.decision.target, code, str(block.error))
            case _:
                assert_never(block.error)


def report_outcome(outcome: Outcome, request: ReconcileRequest) -> None:
    """Report the outcome of an action once it is recorded."""
    action = outcome.action
    match outcome:
        case Applied() | Started():
            if isinstance(action, Create):
                reporter.checked(targets.QUOTA, subject=str(action.target))
            if isinstance(action, _PARTS):
                what = describe(action)
                telemetry.change(action.kind, action.target, action.profile_name, what)
        case Found():
            pass
        case ManualAction():
            reporter.report(targets.assign_by_hand(action.target))
        case Pending(reason=reason) if isinstance(action, ChangeRole) and action.keeps_apps:
            user, target = action.person, action.target
            reporter.report(users.apps_running(_name(user), user.id, target, reason))
        case Pending() | Deferred():
            delayed(request, f"{action.target}: {outcome.reason}")
        case Failed():
            error = RefusedError(outcome.code, outcome.reason) if outcome.code else None
            text = str(error or outcome.reason)
            _refused(action.person, action.target, outcome.code, text, outcome.remedy, outcome.kind)
        case _:
            assert_never(outcome)


def of_records(
    user: User,
    records: Mapping[Target, Record],
    decisions: Iterable[Decision],
    *,
    is_dry_run: bool = False,
) -> None:
    """Report what a user's records show that only the user or an operator can change.

    That is a profile that was made for an old user name, apps that the user restarts, and access of
    a leaver that ends by hand. User names are compared without case.
    """
    desired = {each.target for each in decisions if isinstance(each, DesiredProfile)}
    for target, record in sorted(records.items()):
        is_renamed = target in desired and not same_name(record.user_name, user.name)
        if is_renamed and record.is_made:
            problem = users.renamed(
                _name(user),
                user.id,
                target,
                profile_name=record.profile_name,
                old_user_name=record.user_name,
            )
            reporter.report(problem)
        if is_dry_run:
            # Without a record that says what is open, these would be reported anew each time.
            continue
        if record.restarts >= _RESTARTS:
            reporter.report(users.restarts(record.user_name, user.id, target, record.restarts))
        if record.is_leaving and record.access is Access.BY_HAND:
            reporter.report(users.end_sign_in_by_hand(record.user_name, user.id, target))


def delayed(request: ReconcileRequest, reason: str) -> None:
    """Log that a user is requeued, and report one that has waited long."""
    telemetry.logger.info(
        "REQUEUED", extra={"user_id": request.user_id, "attempt": request.attempt, "reason": reason}
    )
    telemetry.count("Requeued")
    if request.attempt >= _LONG:
        reporter.report(hub.waiting(request.user_id, request.attempt, reason))


def unreadable(request: ReconcileRequest, error: PermanentError) -> None:
    """Report that the directory, the mappings or the ledger refuse a read."""
    reporter.report(hub.unreadable(hub.DIRECTORY_AND_TABLES, str(error), request.user_id))
    telemetry.count("ReadsRefused")


def gave_up(request: ReconcileRequest, reasons: Iterable[str]) -> None:
    """Report that retries ended after over an hour; the next sweep or event tries again."""
    subject = f"user {request.user_id}"
    reporter.report(hub.gave_up(subject, request.attempt, "; ".join(reasons)))


def _refused(
    user: User, target: Target, code: str, text: str, remedy: str = "", kind: ProblemKind = REFUSED
) -> None:
    if code == _QUOTA:
        reporter.report(targets.quota(target, user.id, text))
        return
    remedy = remedy or users.refused_remedy(code, user.id)
    if kind is REFUSED:
        reporter.report(users.refused(_name(user), user.id, target, text, remedy))
    else:
        reporter.report(users.skipped(kind, _name(user), user.id, target, text, remedy))


def _quietly(skip: Skip) -> None:
    telemetry.logger.info(
        "SKIP",
        extra={"kind": skip.kind, "target": str(skip.target), "reason": skip.reason},
    )


def _name(user: User) -> str:
    return user.name or user.id
