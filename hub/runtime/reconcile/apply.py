"""Carries out a plan: the targets side by side, the actions of each one after the other.

Every target's first change is begun before any is waited for, so that a target that takes its time
holds up no other.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, assert_never

from hub.runtime.decisions.actions import (
    Action,
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
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus
from hub.runtime.decisions.outcome import (
    Applied,
    Deferred,
    Failed,
    ManualAction,
    Outcome,
    Pending,
    Started,
)
from hub.runtime.reconcile.ports import ReconcilePorts
from shared.errors import (
    NotYetPropagatedError,
    PermanentError,
    RefusedError,
    RetryableError,
)

# Source: AWS's Studio workshop shows a profile in service after about two seconds.
_POLL_EVERY = timedelta(seconds=3)
_PATIENCE = timedelta(seconds=15)
# Source: the SageMaker API model's error of Create-, Update- and DeleteUserProfile.
_IN_USE = "ResourceInUse"
# Source: seen by others of DeleteSpace on a space that is still being made; and the SageMaker
# developer guide: to delete an app that failed gives an error.
_INVALID = "ValidationException"
# What is read sooner after the opposite change may be what was so before it. No source tells how
# long a change takes to count everywhere: this is about five tries.
_SETTLES = timedelta(minutes=3)
_UNDER_WAY = frozenset({ProfileStatus.PENDING, ProfileStatus.UPDATING, ProfileStatus.DELETING})
_Watched = Create | ChangeRole | Resume | Suspend | Delete | Discard


class ActionRecorder(Protocol):
    """Where each change is written down, before it is begun and when its end is known."""

    def begin(self, action: Action) -> None:
        """Write what is about to happen."""

    def record_outcome(self, outcome: Outcome) -> None:
        """Write what became of it."""

    def wanted_since(self, action: Action) -> datetime:
        """Return since when nothing was begun that the action undoes (UTC)."""


class _TargetRun:
    """The actions of one target that are still to be done, and the one that is waited for."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self.left = deque(actions)
        self.watched: _Watched | None = None


def apply(
    todo: Plan, world: ReconcilePorts, deadline: datetime, register: ActionRecorder
) -> tuple[Outcome, ...]:
    """Return what became of each action; each is written down before and after.

    What is not finished after a few seconds, or not begun before the deadline, is Pending. What
    was not begun because of the action before it is left to the next look.
    """
    outcomes: list[Outcome] = []
    targets = dict.fromkeys(action.target for action in todo.actions)
    courses = [_TargetRun(todo.of(target)) for target in targets]
    for run in courses:
        outcomes += _advance(run, world, deadline, register)
    until = min(world.clock.now() + _PATIENCE, deadline)
    while any(c.watched for c in courses) and world.clock.now() + _POLL_EVERY <= until:
        world.clock.sleep(_POLL_EVERY.total_seconds())
        for run in courses:
            if run.watched is None or world.clock.now() >= deadline:
                continue
            outcome = _poll(run.watched, world)
            if outcome is None:
                continue
            run.watched = None
            outcomes += _written(outcome, register)
            if isinstance(outcome, Applied) or isinstance(outcome.action, Suspend):
                outcomes += _advance(run, world, deadline, register)
    return (*outcomes, *_still(courses, register))


def _still(courses: Iterable[_TargetRun], register: ActionRecorder) -> tuple[Outcome, ...]:
    """Return what Studio is still at; written down as such, it is looked at again."""
    still = [Pending(c.watched, "Studio is still at it") for c in courses if c.watched]
    return tuple(each for outcome in still for each in _written(outcome, register))


def _advance(
    run: _TargetRun, world: ReconcilePorts, deadline: datetime, register: ActionRecorder
) -> tuple[Outcome, ...]:
    """Begin actions of one target until one must be waited for, or ends the course."""
    outcomes: list[Outcome] = []
    while run.left:
        action = run.left.popleft()
        outcome = _begin(action, world, deadline, register)
        if outcome is None:
            if isinstance(action, _Watched):
                run.watched = action
            return tuple(outcomes)
        outcomes += _written(outcome, register)
        if isinstance(outcome, Applied | Started | ManualAction):
            continue
        if isinstance(action, Revoke) and isinstance(outcome, Deferred | Failed):
            # Who may still sign in loses the role all the same, but nothing that is lost for good.
            run.left = deque(each for each in run.left if isinstance(each, Suspend | StopApp))
        # Whatever became of a suspension, what runs is stopped: it may even stand in its way. And
        # one app that cannot be stopped keeps no other from being stopped.
        elif not isinstance(action, Suspend | StopApp):
            return tuple(outcomes)
    return tuple(outcomes)


def _written(outcome: Outcome, register: ActionRecorder) -> tuple[Outcome, ...]:
    """Return an outcome that was written down; one that could not be is looked at again."""
    try:
        register.record_outcome(outcome)
    except RetryableError as error:
        return outcome, Deferred(outcome.action, str(error))
    return (outcome,)


def _begin(
    action: Action, world: ReconcilePorts, deadline: datetime, register: ActionRecorder
) -> Outcome | None:
    """Start one action; return its outcome, or None where it has to be waited for."""
    if world.clock.now() >= deadline:
        return Pending(action, "the function's time was up")
    try:
        register.begin(action)
    except RetryableError as error:
        return Deferred(action, str(error))
    try:
        return _do(action, world, register)
    except NotYetPropagatedError as error:
        return Deferred(action, str(error), not_propagated=True)
    except RetryableError as error:
        return Deferred(action, str(error))
    except PermanentError as error:
        return _failed(action, error)


def _do(action: Action, world: ReconcilePorts, register: ActionRecorder) -> Outcome | None:
    target, name = action.target, action.profile_name
    match action:
        case Create():
            world.studio.create(target, name, action.person, action.role_arn)
        case ChangeRole() | Resume() | Suspend():
            world.studio.change_role(target, name, action.role_arn)
        case Delete() | Discard():
            world.studio.delete(target, name)
        case StopApp():
            world.studio.stop_app(target, name, action.app)
            return Started(action)
        case DeleteSpace():
            world.studio.delete_space(target, action.space)
            return Started(action)
        case Assign() | Revoke():
            return _change_access(action, world, register)
        case _:
            assert_never(action)
    return None


def _change_access(
    action: Assign | Revoke, world: ReconcilePorts, register: ActionRecorder
) -> Outcome:
    """Assign or revoke.

    Where an earlier change stands in the way, what is so is read back, but not before that change
    must have come to count: a read shows what was so before it for as long.
    """
    application = world.studio.domain(action.target).application_arn
    if not application:
        return ManualAction(action)
    access, wanted = world.access, isinstance(action, Assign)
    change = access.assign if wanted else access.revoke
    try:
        change(application, action.person.id)
    except NotYetPropagatedError:
        if world.clock.now() < register.wanted_since(action) + _SETTLES:
            raise
        if access.is_assigned(application, action.person.id) is not wanted:
            raise
    return Applied(action)


def _poll(action: _Watched, world: ReconcilePorts) -> Outcome | None:
    """Return what became of an action that was begun, or None while Studio is at it."""
    try:
        profile = world.studio.watch(action.target, action.profile_name)
    except RetryableError as error:
        return Deferred(action, str(error))
    except PermanentError as error:
        return _failed(action, error)
    if isinstance(action, Delete | Discard):
        return _unfinished(action, profile) if profile else Applied(action)
    if profile is None:
        return Deferred(action, "the profile went while it was being changed")
    if profile.status is ProfileStatus.IN_SERVICE and profile.role_arn == action.role_arn:
        return Applied(action, profile)
    return _unfinished(action, profile)


def _unfinished(action: Action, profile: ObservedProfile) -> Outcome | None:
    if profile.status in _UNDER_WAY or profile.status is ProfileStatus.IN_SERVICE:
        return None
    # The next look sees the same, and does what its status calls for.
    return Deferred(action, f"{profile.status}: {profile.failure or 'Studio gives no reason'}")


def _failed(action: Action, error: PermanentError) -> Outcome:
    if not isinstance(error, RefusedError):
        return Failed(action, "", str(error))
    if error.code == _IN_USE and not isinstance(action, Create):
        # Apps or spaces are in the way, or came between the look and the change.
        return Pending(action, str(error))
    if error.code == _INVALID and isinstance(action, DeleteSpace | StopApp):
        return Pending(action, str(error))
    return Failed(action, error.code, error.text)
