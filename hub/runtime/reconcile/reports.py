"""Reports the problems of a reconcile to operators: constant messages, each problem once."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from hub.runtime import access_reports, open_problems, telemetry
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
)
from hub.runtime.decisions.describe import describe, story
from hub.runtime.decisions.outcome import (
    Applied,
    Deferred,
    Failed,
    ManualAction,
    Outcome,
    Pending,
    Started,
)
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType
from hub.runtime.decisions.record import Access, Record
from hub.runtime.reconcile.observe import ObservationFailure
from shared.errors import PermanentError, RefusedError, RetryableError, TargetUnreachableError
from shared.model import Target, User
from shared.naming import same_user
from shared.requests import ReconcileRequest

# The target's quota is used up: one problem of the target, not one of each user.
_QUOTA = "ResourceLimitExceeded"
_WAYS_OUT = {
    _QUOTA: "raise the account's quota of Studio user profiles",
    "ResourceInUse": "find the domain's profile with this user name, and delete it if it is not "
    "needed; the next hourly sweep tells whose it is, and tries again",
    "AccessDeniedException": "compare the spoke stack in the account with this version's",
}
# Attempts before a waiting user is reported: about ten minutes.
_LONG = 6
_RESTARTS = 3
# What every reconcile reads before it decides anything.
THE_TRUTH = "the directory and the tables"
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
_BUS = "the hub's event bus"


def planned(todo: Plan, blocked: Iterable[ObservationFailure], request: ReconcileRequest) -> None:
    """Report the skips and the targets that cannot be observed; log what is in progress."""
    for skip in todo.skips:
        if skip.kind is SkipKind.FAILED:
            delayed(request, f"{skip.target}: {skip.reason}")
        elif skip.kind in UNREMARKABLE:
            _quietly(skip)
        else:
            telemetry.problem(
                skip.kind,
                subject_of(skip.person, skip.target),
                skip.reason,
                skip.remedy,
                user_id=skip.person.id,
                target=str(skip.target),
            )
    for action in todo.actions:
        if isinstance(action, Create | ChangeRole | Resume) and action.because.is_tied:
            telemetry.problem(
                "equal-priority",
                f"mappings of {action.target}",
                f"equal priorities: {action.because}; the lower group name wins",
                "give one of the rows a lower number",
                target=str(action.target),
            )
    for block in blocked:
        match block.error:
            case RetryableError():
                delayed(request, f"{block.decision.target}: {block.error}")
            case TargetUnreachableError():
                telemetry.problem(
                    "unreachable",
                    str(block.decision.target),
                    str(block.error),
                    "deploy the spoke stack in the account, or correct its parameters",
                )
            case PermanentError():
                _refused(block.decision.person, block.decision.target, block.error)
            case _:
                assert_never(block.error)


def report_outcome(outcome: Outcome, request: ReconcileRequest) -> None:
    """Report the outcome of an action once it is recorded."""
    action = outcome.action
    match outcome:
        case Applied() | Started():
            if isinstance(action, Create):
                open_problems.judged("quota", subject=str(action.target))
            if isinstance(action, _PARTS):
                kind = type(action).__name__
                telemetry.change(kind, action.target, action.profile_name, describe(action))
        case ManualAction():
            access_reports.no_application(action.target)
        case Pending(reason=reason) if isinstance(action, ChangeRole) and action.keeps_apps:
            _apps_keep_role(action, reason)
        case Pending() | Deferred():
            delayed(request, f"{action.target}: {outcome.reason}")
        case Failed():
            error = RefusedError(outcome.code, outcome.reason)
            _refused(action.person, action.target, error, outcome.remedy)
        case _:
            assert_never(outcome)


def changed(event: ProfileEvent) -> None:
    """Log the change of a whole profile once its record is written."""
    action = WHOLE_CHANGES.get(event.what)
    if action is not None:
        telemetry.change(action, event.target, event.profile_name, story(event))


def published() -> None:
    """Note that the bus took the events of a reconcile."""
    open_problems.judged("event-not-published", subject=_BUS)


def not_published(events: int, error: RetryableError | PermanentError) -> None:
    """Report that the bus did not take the events of a reconcile."""
    telemetry.problem(
        "event-not-published",
        _BUS,
        f"{events} events were not taken: {error}",
        "nothing is lost but the events: the ledger's history has what they told",
    )


def restarted(records: Iterable[Record]) -> None:
    """Report users who repeatedly restart apps that a role change stopped."""
    for record in records:
        if record.restarts >= _RESTARTS:
            telemetry.problem(
                "restarts",
                f"{record.user_name} in {record.target}",
                f"a role change stopped their apps, and they started them again {record.restarts} "
                "times: the old role is still in use",
                "ask the user to leave their apps stopped for two minutes",
                user_id=record.user_id,
                target=str(record.target),
            )


def still_assigned(records: Iterable[Record]) -> None:
    """Report leavers whose access only an operator can end, by hand."""
    for record in records:
        if record.is_leaving and record.access is Access.BY_HAND:
            target = record.target
            telemetry.problem(
                "end-sign-in-by-hand",
                f"{record.user_name} in {target}",
                "the user leaves, and the domain shows no application to take them off",
                f"console of account {target.account}: SageMaker AI > Admin configurations > "
                f"Domains > {target.domain_id} > User profiles: remove the assignment",
                user_id=record.user_id,
                target=str(target),
            )


def renamed(person: User, records: Mapping[Target, Record]) -> None:
    """Report profiles that were made for a user name that the user no longer has.

    Names are compared without case.
    Source: the SageMaker API model: UpdateUserProfile cannot change SingleSignOnUserValue.
    """
    for target, record in sorted(records.items()):
        if same_user(record.user_name, person.name):
            continue
        telemetry.problem(
            "renamed",
            subject_of(person, target),
            f"the profile {record.profile_name} was made for {record.user_name}, and Studio cannot "
            f"change that: {person.name} may not get in",
            "let the user save their files elsewhere, then delete the profile by hand: they get "
            "a new one with the next sweep",
            user_id=person.id,
            target=str(target),
        )


def delayed(request: ReconcileRequest, reason: str) -> None:
    """Log that a user is requeued, and report one that has waited long."""
    telemetry.logger.info(
        "REQUEUED", extra={"user_id": request.user_id, "attempt": request.attempt, "reason": reason}
    )
    telemetry.count("Requeued")
    if request.attempt >= _LONG:
        telemetry.problem(
            "waiting",
            f"user {request.user_id}",
            f"not finished after {request.attempt} attempts: {reason}",
            "read the reason; it is tried again within minutes, and with each sweep",
        )


def unreadable(request: ReconcileRequest, error: PermanentError) -> None:
    """Report that the directory, the mappings or the ledger refuse a read."""
    telemetry.problem(
        "unreadable",
        THE_TRUTH,
        str(error),
        "see the hub's role, and the key that Identity Center is encrypted with",
        user_id=request.user_id,
    )
    telemetry.count("ReadsRefused")


def gave_up(request: ReconcileRequest, reasons: Iterable[str]) -> None:
    """Report that retries ended after over an hour; the next sweep or event tries again."""
    why = "; ".join(reasons)
    telemetry.problem(
        "gave-up",
        f"user {request.user_id}",
        f"not finished after {request.attempt} attempts" + (f": {why}" if why else ""),
        "remove the cause; the next sweep tries again",
    )


def finished(request: ReconcileRequest) -> None:
    """Note that nothing of a user is waiting any more."""
    open_problems.judged("waiting", "gave-up", subject=f"user {request.user_id}")


def _refused(person: User, target: Target, error: PermanentError, remedy: str = "") -> None:
    code = error.code if isinstance(error, RefusedError) else ""
    telemetry.problem(
        "quota" if code == _QUOTA else "refused",
        str(target) if code == _QUOTA else subject_of(person, target),
        str(error),
        remedy or _WAYS_OUT.get(code, "remove the cause; the next hourly sweep tries again"),
        user_id=person.id,
        target=str(target),
    )


def _quietly(skip: Skip) -> None:
    telemetry.logger.info(
        "SKIP",
        extra={"kind": skip.kind, "target": str(skip.target), "reason": skip.reason},
    )


def subject_of(person: User, target: Target) -> str:
    """Return the subject of a problem of one user in one target."""
    return f"{person.name or person.id} in {target}"


def _apps_keep_role(action: ChangeRole, reason: str) -> None:
    telemetry.problem(
        "apps-running",
        subject_of(action.person, action.target),
        f"the better role waits for running apps, which may go on with the old one: {reason}",
        "ask the user to stop their apps; it is tried again with every sweep",
        user_id=action.person.id,
        target=str(action.target),
    )
