"""Carries out a plan: targets in parallel, the actions of one target in sequence.

The first change of every target starts before the hub waits for any of them, so a slow target
delays no other.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
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
    Found,
    ManualAction,
    Outcome,
    Pending,
    Started,
)
from hub.runtime.ports import Clock
from hub.runtime.problems.users import IN_USE
from hub.runtime.studio_ports import ApplicationAccess, Studio
from shared.errors import (
    NotYetPropagatedError,
    PermanentError,
    RefusedError,
    RetryableError,
)
from shared.model import Target

# Source: AWS's Studio workshop shows a profile in service after about two seconds.
_POLL_EVERY = timedelta(seconds=3)
_PATIENCE = timedelta(seconds=15)
# A deletion is read in every second poll only: it takes longer. Studio documents no time.
_DELETION_TAKES = 2
# Sources: others report it of DeleteSpace on a space that is still being made. The SageMaker
# developer guide says that the deletion of a failed app gives an error.
_INVALID = "ValidationException"
# A read that follows the opposite change sooner may still return the old state. No source documents
# how long a change takes to propagate: this is about five tries.
_SETTLES = timedelta(minutes=3)
_UNDER_WAY = frozenset({ProfileStatus.PENDING, ProfileStatus.UPDATING, ProfileStatus.DELETING})
_Polled = Create | ChangeRole | Resume | Suspend | Delete | Discard


class ActionRecorder(Protocol):
    """Records each change before it starts and when its outcome is known."""

    def begin(self, actions: Iterable[Action]) -> Mapping[Target, str]:
        """Record the actions that are about to start; return why a target's record was refused."""

    def record_outcome(self, outcome: Outcome) -> None:
        """Record the outcome of an action; the record is written with the next one."""

    def flush(self, deferrable: Collection[Target] = ()) -> Mapping[Target, str]:
        """Write the records that wait; return why some were refused, by target.

        `deferrable` are the targets in which the caller can defer the action of a refused record.

        Raises:
            RetryableError: the record of any other target was refused.
        """

    def wanted_since(self, action: Action) -> datetime:
        """Return since when (UTC) no opposite action was started."""


@dataclass(slots=True)
class _TargetRun:
    """The remaining actions of one target, and the action that is being polled."""

    left: deque[Action]
    is_read: bool
    polled: _Polled | None = None

    def note(self, outcome: Outcome, recorder: ActionRecorder, outcomes: list[Outcome]) -> None:
        """Record an outcome, and drop the actions that may not follow it."""
        recorder.record_outcome(outcome)
        outcomes.append(outcome)
        action = outcome.action
        if isinstance(outcome, Applied | Started | ManualAction):
            return
        if isinstance(action, Revoke) and isinstance(outcome, Deferred | Failed):
            # The user may still sign in. Suspend and stop all the same, but delete nothing.
            self.left = deque(each for each in self.left if isinstance(each, Suspend | StopApp))
        # Apps are stopped whatever the outcome of the suspension: they may even block it. One
        # app that cannot be stopped does not keep the others from being stopped.
        elif not isinstance(action, Suspend | StopApp):
            self.left.clear()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Applier:
    """Carries out plans with three ports: Studio, the assignments and the clock."""

    studio: Studio
    access: ApplicationAccess
    clock: Clock

    def apply(
        self,
        todo: Plan,
        deadline: datetime,
        recorder: ActionRecorder,
        unread: Collection[Target] = (),
    ) -> tuple[Outcome, ...]:
        """Return the outcome of each action; each action is recorded before and after it runs.

        In the targets in `unread` no profile was read: a suspension that is refused there is Found.
        An action is Pending if it does not finish within a few seconds or cannot start before the
        deadline. Actions behind an unsuccessful one are left to the next reconcile.
        """
        outcomes: list[Outcome] = []
        targets = dict.fromkeys(action.target for action in todo.actions)
        runs = [_TargetRun(deque(todo.of(each)), each not in unread) for each in targets]
        self._advance(runs, deadline, recorder, outcomes)
        until = min(self.clock.now() + _PATIENCE, deadline)
        for tick in count(1):
            if not any(run.polled for run in runs) or self.clock.now() + _POLL_EVERY > until:
                break
            self.clock.sleep(_POLL_EVERY.total_seconds())
            for run in runs:
                early = isinstance(run.polled, Delete | Discard) and tick % _DELETION_TAKES
                if run.polled is None or early or self.clock.now() >= deadline:
                    continue
                outcome = self._poll(run.polled)
                if outcome is not None:
                    run.polled = None
                    run.note(outcome, recorder, outcomes)
            self._advance(runs, deadline, recorder, outcomes)
        for run in runs:
            if run.polled:
                run.note(Pending(run.polled, "Studio operation in progress"), recorder, outcomes)
        if refused := recorder.flush(targets):
            outcomes += _unwritten(outcomes, refused)
        return tuple(outcomes)

    def _advance(
        self,
        runs: Iterable[_TargetRun],
        deadline: datetime,
        recorder: ActionRecorder,
        outcomes: list[Outcome],
    ) -> None:
        """Start actions of all targets until each has one to poll, or no more.

        The next actions of all targets are recorded together.
        """
        while ready := [run for run in runs if run.left and run.polled is None]:
            actions = [run.left.popleft() for run in ready]
            # Nothing starts when the time is up, so nothing is recorded either.
            refused = recorder.begin(actions) if self.clock.now() < deadline else {}
            begun = {action.target for action in actions}
            if earlier := {t: refused[t] for t in refused if t not in begun}:
                outcomes += _unwritten(outcomes, earlier)
            for run, action in zip(ready, actions, strict=True):
                outcome: Outcome | None
                if self.clock.now() >= deadline:
                    outcome = Pending(action, "the function's time was up")
                elif action.target in refused:
                    outcome = Deferred(action, refused[action.target])
                else:
                    outcome = self._start(action, recorder, is_read=run.is_read)
                if outcome is not None:
                    run.note(outcome, recorder, outcomes)
                elif isinstance(action, _Polled):
                    run.polled = action

    def _start(self, action: Action, recorder: ActionRecorder, *, is_read: bool) -> Outcome | None:
        """Start one action; return its outcome, or None if it must be polled."""
        try:
            return self._call(action, recorder)
        except NotYetPropagatedError as error:
            return Deferred(action, str(error), not_propagated=True)
        except RetryableError as error:
            return Deferred(action, str(error))
        except PermanentError as error:
            is_taken = isinstance(error, RefusedError) and error.code == IN_USE
            if isinstance(action, Suspend) and not (is_read or is_taken):
                return Found(action)
            found = self._find(action) if is_taken and isinstance(action, Create) else None
            return found or _failed(action, error)

    def _find(self, action: Create) -> Outcome | None:
        """Return what to do about a name that is taken; None if no profile has it."""
        try:
            there = self.studio.watch(action.target, action.profile_name)
        except RetryableError as error:
            return Deferred(action, str(error))
        except PermanentError:
            return None
        return Found(action) if there else None

    def _call(self, action: Action, recorder: ActionRecorder) -> Outcome | None:
        target, name = action.target, action.profile_name
        match action:
            case Create():
                self.studio.create(target, name, action.person, action.role_arn)
            case ChangeRole() | Resume() | Suspend():
                self.studio.change_role(target, name, action.role_arn)
            case Delete() | Discard():
                self.studio.delete(target, name)
            case StopApp():
                self.studio.stop_app(target, name, action.app)
                return Started(action)
            case DeleteSpace():
                self.studio.delete_space(target, action.space)
                return Started(action)
            case Assign() | Revoke():
                return self._change_access(action, recorder)
            case _:
                assert_never(action)
        return None

    def _change_access(self, action: Assign | Revoke, recorder: ActionRecorder) -> Outcome:
        """Create or delete the assignment.

        If an earlier change has not propagated, read the assignment back. Do so only after
        `_SETTLES`: until then a read may return the state before that change.
        """
        application = self.studio.domain(action.target).application_arn
        if not application:
            return ManualAction(action)
        access, wanted = self.access, isinstance(action, Assign)
        change = access.assign if wanted else access.revoke
        try:
            change(application, action.person.id)
        except NotYetPropagatedError:
            if self.clock.now() < recorder.wanted_since(action) + _SETTLES:
                raise
            if access.is_assigned(application, action.person.id) is not wanted:
                raise
        return Applied(action)

    def _poll(self, action: _Polled) -> Outcome | None:
        """Return the outcome of a started action, or None while Studio works on it."""
        try:
            profile = self.studio.watch(action.target, action.profile_name)
        except RetryableError as error:
            return Deferred(action, str(error))
        except PermanentError as error:
            return _failed(action, error)
        if isinstance(action, Delete | Discard):
            return _unfinished(action, profile) if profile else Applied(action)
        if profile is None:
            return Deferred(action, "the profile disappeared while it was being changed")
        if profile.status is ProfileStatus.IN_SERVICE and profile.role_arn == action.role_arn:
            return Applied(action, profile)
        return _unfinished(action, profile)


def _unwritten(outcomes: Iterable[Outcome], refused: Mapping[Target, str]) -> list[Outcome]:
    """Return the last action of each target whose record was refused, as Deferred."""
    last = {outcome.action.target: outcome.action for outcome in outcomes}
    return [Deferred(last[target], refused[target]) for target in refused if target in last]


def _unfinished(action: Action, profile: ObservedProfile) -> Outcome | None:
    if profile.status in _UNDER_WAY or profile.status is ProfileStatus.IN_SERVICE:
        return None
    # The next reconcile sees this status and plans for it.
    return Deferred(action, f"{profile.status}: {profile.failure or 'Studio gives no reason'}")


def _failed(action: Action, error: PermanentError) -> Outcome:
    if not isinstance(error, RefusedError):
        return Failed(action, "", str(error))
    if error.code == IN_USE and not isinstance(action, Create):
        # Apps or spaces block the change; they may have started after the observation.
        return Pending(action, str(error))
    if error.code == _INVALID and isinstance(action, DeleteSpace | StopApp):
        return Pending(action, str(error))
    return Failed(action, error.code, error.text)
