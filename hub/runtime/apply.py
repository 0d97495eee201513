"""Carries out a plan: every change is started before any is waited for, each target on its own."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, assert_never

from hub.runtime.world import ConvergeWorld
from shared.actions import Action, ChangeRole, Create, Delete
from shared.errors import PermanentError, RefusedError, RetryableError
from shared.model import ObservedProfile, ProfileStatus
from shared.outcome import Applied, Deferred, Failed, Outcome, Pending

# Source: AWS's Studio workshop shows a profile in service after about two seconds.
_POLL_EVERY = timedelta(seconds=3)
_PATIENCE = timedelta(seconds=15)
# Source: the SageMaker API model's error of Create-, Update- and DeleteUserProfile.
_IN_USE = "ResourceInUse"
_UNDER_WAY = frozenset({ProfileStatus.PENDING, ProfileStatus.UPDATING, ProfileStatus.DELETING})


class Register(Protocol):
    """Where each change is written down, before it is begun and when its end is known."""

    def begin(self, action: Action) -> None:
        """Write what is about to happen."""

    def became(self, outcome: Outcome) -> None:
        """Write what became of it."""


def apply(
    actions: Iterable[Action], world: ConvergeWorld, deadline: datetime, register: Register
) -> tuple[Outcome, ...]:
    """Return what became of each action; each is written down before and after.

    What is not finished after a few seconds, or not begun before the deadline, is Pending.
    """
    outcomes: list[Outcome] = []
    begun: list[Action] = []
    for action in actions:
        outcome = _begin(action, world, deadline, register)
        if outcome is None:
            begun.append(action)
        else:
            outcomes += _written(outcome, register)
    until = min(world.clock.now() + _PATIENCE, deadline)
    while begun and world.clock.now() + _POLL_EVERY <= until:
        world.clock.sleep(_POLL_EVERY.total_seconds())
        waiting, begun = begun, []
        for action in waiting:
            outcome = _poll(action, world) if world.clock.now() < deadline else None
            if outcome is None:
                begun.append(action)
            else:
                outcomes += _written(outcome, register)
    return (*outcomes, *(Pending(action, "Studio is still at it") for action in begun))


def _written(outcome: Outcome, register: Register) -> tuple[Outcome, ...]:
    """Return an outcome that was written down; one that could not be is looked at again."""
    try:
        register.became(outcome)
    except RetryableError as error:
        return outcome, Pending(outcome.action, str(error))
    return (outcome,)


def _begin(
    action: Action, world: ConvergeWorld, deadline: datetime, register: Register
) -> Outcome | None:
    """Start one action; return its outcome if it could not be started."""
    if world.clock.now() >= deadline:
        return Pending(action, "the function's time was up")
    target, name = action.target, action.profile_name
    try:
        register.begin(action)
    except RetryableError as error:
        return Pending(action, str(error))
    try:
        match action:
            case Create():
                world.studio.create(target, name, action.person, action.role_arn)
            case ChangeRole():
                world.studio.change_role(target, name, action.role_arn)
            case Delete():
                world.studio.delete(target, name)
            case _:
                assert_never(action)
    except RetryableError as error:
        return Deferred(action, str(error))
    except PermanentError as error:
        return _failed(action, error)
    return None


def _poll(action: Action, world: ConvergeWorld) -> Outcome | None:
    """Return what became of an action that was begun, or None while Studio is at it."""
    try:
        profile = world.studio.watch(action.target, action.profile_name)
    except RetryableError as error:
        return Pending(action, str(error))
    except PermanentError as error:
        return _failed(action, error)
    if isinstance(action, Delete):
        return Applied(action, None) if profile is None else _unfinished(action, profile)
    if profile is None:
        return Failed(action, "ResourceNotFound", "the profile went while it was being changed")
    if profile.status is ProfileStatus.IN_SERVICE and profile.role_arn == action.role_arn:
        return Applied(action, profile)
    return _unfinished(action, profile)


def _unfinished(action: Action, profile: ObservedProfile) -> Outcome | None:
    if profile.status in _UNDER_WAY or profile.status is ProfileStatus.IN_SERVICE:
        return None
    return Failed(action, profile.status, profile.failure or "Studio gives no reason")


def _failed(action: Action, error: PermanentError) -> Outcome:
    if not isinstance(error, RefusedError):
        return Failed(action, "", str(error))
    if error.code == _IN_USE and not isinstance(action, Create):
        # Apps or spaces came between the look and the change: the next look sees them.
        return Deferred(action, str(error))
    return Failed(action, error.code, error.text)
