"""Publishes changes in order: CHANGE lines, metrics, and events on the hub's event bus."""

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
# Changes of a whole profile. Changes of its parts are logged under their action's own name.
_ACTIONS = {
    ProfileEventType.CREATED: "Create",
    ProfileEventType.ROLE_CHANGED: "ChangeRole",
    ProfileEventType.SUSPENDED: "Suspend",
    ProfileEventType.RESUMED: "Resume",
    ProfileEventType.REMOVED: "Delete",
}


_BUS = "the hub's event bus"


class Publisher:
    """Records the actions of one reconcile, and reports each change once it is recorded."""

    def __init__(self, recorder: Recorder, request: ReconcileRequest, clock: Clock) -> None:
        self._recorder = recorder
        self._request = request
        self._clock = clock
        self._told = 0

    def begin(self, action: Action) -> None:
        """Record the action that is about to start."""
        self._recorder.begin(action)

    def record_outcome(self, outcome: Outcome) -> None:
        """Record and report the outcome of an action."""
        outcome = self._explained(outcome)
        if isinstance(outcome, Applied) and isinstance(outcome.action, Create):
            self._arrived(outcome.action.target)
        self._recorder.record_outcome(outcome)
        self.tell()
        reports.report_outcome(outcome, self._request)

    def wanted_since(self, action: Action) -> datetime:
        """Return since when (UTC) no opposite action was started.

        The start of an opposite action changes the state, and so does this action after it.
        """
        return self._recorder.by_target()[action.target].since or self._clock.now()

    def _explained(self, outcome: Outcome) -> Outcome:
        """Return an outcome with what the ledger adds to its reason.

        That is whose profile blocks a creation, or why the last try did not work.
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
        """Report the profile events that were recorded since the last call."""
        new = self._recorder.profile_events[self._told :]
        self._told += len(new)
        for each in new:
            _log(each)

    def saw(self, observed: Mapping[Target, ObservedProfile | None]) -> None:
        """Measure the latency of joins from earlier reconciles whose profile is now InService."""
        for target, profile in observed.items():
            ours = profile is not None and profile.ownership is Ownership.OURS
            if profile and ours and profile.status is ProfileStatus.IN_SERVICE:
                self._arrived(target)

    def _arrived(self, target: Target) -> None:
        requested_at = self._recorder.arrived(target)
        if requested_at is not None:
            telemetry.joined(requested_at, self._clock.now())

    def publish(self, bus: Bus) -> None:
        """Publish all profile events on the bus.

        The ledger's history is the authoritative record. Events that the bus refuses are reported
        and not sent again.
        """
        self.tell()
        if not self._recorder.profile_events:
            return
        open_problems.judged("event-not-published", subject=_BUS)
        try:
            bus.tell(self._recorder.profile_events)
        except (RetryableError, PermanentError) as error:
            telemetry.problem(
                "event-not-published",
                _BUS,
                f"{len(self._recorder.profile_events)} events were not taken: {error}",
                "nothing is lost but the events: the ledger's history has what they told",
            )


def _log(told: ProfileEvent) -> None:
    """Log a profile event as a CHANGE line; holds are reported where they are made."""
    action = _ACTIONS.get(told.what)
    if action is not None:
        telemetry.change(action, told.target, told.profile_name, story(told))
