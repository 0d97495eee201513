"""Carries out a plan: every change is started before any is waited for, each target on its own."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import assert_never

from hub.runtime.world import ConvergeWorld
from shared.actions import Action, ChangeRole, Create, Delete
from shared.errors import PermanentError, RefusedError, RetryableError
from shared.model import ObservedProfile, ProfileStatus
from shared.outcome import Applied, Deferred, Failed, Outcome, Pending

# Source: AWS's Studio workshop shows a profile in service after about two seconds.
_POLL_EVERY = 3.0
_PATIENCE = timedelta(seconds=15)
# Source: the SageMaker API model's error of Create-, Update- and DeleteUserProfile.
_IN_USE = "ResourceInUse"
_UNDER_WAY = frozenset({ProfileStatus.PENDING, ProfileStatus.UPDATING, ProfileStatus.DELETING})


def apply(
    actions: Iterable[Action],
    world: ConvergeWorld,
    deadline: datetime,
    *,
    announce: Callable[[Action], None],
) -> tuple[Outcome, ...]:
    """Return what became of each action; each is announced before it is begun.

    Whatever is not finished after a few seconds is left Pending, and whatever is not begun before
    the deadline is Deferred: both are looked at again later.
    """
    outcomes: list[Outcome] = []
    begun: list[Action] = []
    for action in actions:
        refused = _begin(action, world, deadline, announce)
        if refused is None:
            begun.append(action)
        else:
            outcomes.append(refused)
    return (*outcomes, *_wait_for(begun, world, deadline))


def _begin(
    action: Action,
    world: ConvergeWorld,
    deadline: datetime,
    announce: Callable[[Action], None],
) -> Outcome | None:
    """Start one action; return its outcome if it could not be started."""
    if world.clock.now() >= deadline:
        return Deferred(action, "the function's time was up")
    target, name = action.target, action.profile_name
    try:
        announce(action)
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


def _wait_for(begun: list[Action], world: ConvergeWorld, deadline: datetime) -> Iterable[Outcome]:
    outcomes: list[Outcome] = []
    until = min(world.clock.now() + _PATIENCE, deadline)
    waiting = begun
    while waiting and world.clock.now() + timedelta(seconds=_POLL_EVERY) <= until:
        world.clock.sleep(_POLL_EVERY)
        seen = [(action, _poll(action, world)) for action in waiting]
        outcomes += [outcome for _, outcome in seen if outcome]
        waiting = [action for action, outcome in seen if outcome is None]
    return [*outcomes, *(Pending(action, "Studio is still at it") for action in waiting)]


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
