"""Tells what happened, in its order: CHANGE lines and metrics, and events on the hub's bus."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hub.runtime import open_problems, telemetry
from hub.runtime.decisions.actions import Action, Create
from hub.runtime.decisions.describe import story
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus
from hub.runtime.decisions.outcome import Applied, Failed, Outcome, Pending, namesake_in_the_way
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType
from hub.runtime.ports import Bus, Clock
from hub.runtime.reconcile import reports
from hub.runtime.reconcile.recorder import Recorder
from shared.errors import PermanentError, RetryableError
from shared.model import Target
from shared.ownership import Ownership
from shared.requests import ReconcileRequest

# Source: the SageMaker API model's error of CreateUserProfile.
_IN_USE = "ResourceInUse"
# Changes of a profile as a whole; its parts are changed by actions of their own names.
_ACTIONS = {
    ProfileEventType.CREATED: "Create",
    ProfileEventType.ROLE_CHANGED: "ChangeRole",
    ProfileEventType.SUSPENDED: "Suspend",
    ProfileEventType.RESUMED: "Resume",
    ProfileEventType.REMOVED: "Delete",
}


_BUS = "the hub's event bus"


class Publisher:
    """Keeps the book during a look, and reports each change when it is written down."""

    def __init__(self, recorder: Recorder, request: ReconcileRequest, clock: Clock) -> None:
        self._recorder = recorder
        self._request = request
        self._clock = clock
        self._told = 0

    def begin(self, action: Action) -> None:
        """Write what is about to happen."""
        self._recorder.begin(action)

    def record_outcome(self, outcome: Outcome) -> None:
        """Write and report what became of it."""
        outcome = self._explained(outcome)
        if isinstance(outcome, Applied) and isinstance(outcome.action, Create):
            self._arrived(outcome.action.target)
        self._recorder.record_outcome(outcome)
        self.tell()
        reports.report_outcome(outcome, self._request)

    def wanted_since(self, action: Action) -> datetime:
        """Return since when nothing was begun that the action undoes.

        To begin what it undoes would have changed the state, and so would this after that.
        """
        return self._recorder.by_target()[action.target].since or self._clock.now()

    def _explained(self, outcome: Outcome) -> Outcome:
        """Return an outcome with what the ledger knows of it.

        That is whose profile is in the way of a creation, and what came of it the last time.
        """
        match outcome:
            case Failed(action=Create() as action, code=code) if code == _IN_USE:
                other = self._recorder.namesake(action.target)
                return namesake_in_the_way(outcome, other) if other else outcome
            case Pending(action=action):
                record = self._recorder.by_target().get(action.target)
                if record is None or not record.tries:
                    return outcome
                return replace(outcome, reason=f"{outcome.reason}; last time: {record.reason}")
            case _:
                return outcome

    def tell(self) -> None:
        """Report what the records tell that were written since."""
        new = self._recorder.profile_events[self._told :]
        self._told += len(new)
        for each in new:
            _log(each)

    def saw(self, observed: Mapping[Target, ObservedProfile | None]) -> None:
        """Measure the joins that an earlier look began, and whose profile is in service now."""
        for target, profile in observed.items():
            ours = profile is not None and profile.ownership is Ownership.OURS
            if profile and ours and profile.status is ProfileStatus.IN_SERVICE:
                self._arrived(target)

    def _arrived(self, target: Target) -> None:
        requested_at = self._recorder.arrived(target)
        if requested_at is not None:
            telemetry.joined(requested_at, self._clock.now())

    def publish(self, bus: Bus) -> None:
        """Tell all of it on the bus.

        The history in the ledger is the record of it: what the bus does not take is reported and
        not told again.
        """
        self.tell()
        if not self._recorder.profile_events:
            return
        open_problems.judged("untold", subject=_BUS)
        try:
            bus.tell(self._recorder.profile_events)
        except (RetryableError, PermanentError) as error:
            telemetry.problem(
                "untold",
                _BUS,
                f"{len(self._recorder.profile_events)} events were not taken: {error}",
                "nothing is lost but the events: the ledger's history has what they told",
            )


def _log(told: ProfileEvent) -> None:
    """Report what the ledger learned of a profile; holds are reported by whoever makes them."""
    action = _ACTIONS.get(told.what)
    if action is not None:
        telemetry.change(action, told.target, told.profile_name, story(told))
