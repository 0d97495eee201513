"""Writes one user's ledger records during a reconcile, and publishes their events.

Records wait to be written together, with their history: before an action that the ledger must
announce, and when a pass ends. Only then are their CHANGE lines logged.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from hub.runtime import reporter, telemetry
from hub.runtime.decisions import obstacles, transitions
from hub.runtime.decisions.actions import (
    Action,
    ChangeRole,
    Create,
    Discard,
    Plan,
    Revoke,
    Skip,
    SkipKind,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
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
    namesake_in_the_way,
    namesake_of,
)
from hub.runtime.decisions.profile_events import (
    ProfileEvent,
    RecordWrite,
    describe_event,
    event_of,
)
from hub.runtime.decisions.progress import is_in_sync
from hub.runtime.decisions.record import (
    MAY_ENTER,
    Access,
    MemberChanges,
    Record,
    State,
)
from hub.runtime.decisions.requeue import LONGEST, LONGEST_OF_LEAVER
from hub.runtime.ports import Bus, Clock, Ledger
from hub.runtime.problems.hub import BUS, EVENT_NOT_PUBLISHED, event_not_published
from hub.runtime.problems.users import IN_USE
from hub.runtime.reconcile import reports
from hub.runtime.reconcile.observe import TargetObservations, UserSnapshot
from shared.conventions import Ownership
from shared.errors import PermanentError, RetryableError
from shared.model import Target
from shared.requests import ReconcileRequest

# The membership changes that one record carries: a transaction has a limit.
_MOST_CHANGES = 40


class Recorder:
    """The records of one user in all targets, during one reconcile of one request.

    Attributes:
        records: the user's current records by target.
        changes: membership changes that no record has carried to the group snapshots yet.
        requeued: the targets whose retry this reconcile scheduled.
    """

    def __init__(
        self,
        ledger: Ledger,
        bus: Bus,
        clock: Clock,
        user: UserSnapshot,
        decisions: Iterable[Decision],
        request: ReconcileRequest,
    ) -> None:
        self._ledger, self._bus, self._clock = ledger, bus, clock
        self._request, self._user, self._now = request, user, clock.now()
        self._decisions = {d.target: d for d in decisions if not isinstance(d, Undecided)}
        self._written = dict(user.records)
        self._waiting: dict[Target, RecordWrite] = {}
        self.requeued: set[Target] = set()
        self._unreported: list[ProfileEvent | Outcome] = []
        self._events: list[ProfileEvent] = []
        self.changes = user.changes
        self.records = {
            target: transitions.named(record, self._decisions.get(target))
            for target, record in user.records.items()
        }

    def is_done(self, target: Target) -> bool:
        """Return whether the decision for a target is carried out."""
        decision, record = self._decisions[target], self.records.get(target)
        suspended = isinstance(decision, Removal) and record and record.state is State.SUSPENDED
        return bool(suspended) or is_in_sync(decision, record)

    def wanted_since(self, action: Action) -> datetime:
        """Return since when (UTC) no opposite action has started: a start changes the state."""
        return self.records[action.target].since or self._clock.now()

    def rename(self, decision: DesiredProfile, name: str) -> DesiredProfile:
        """Return the decision with another profile name; no profile exists under the old one."""
        self._decisions[decision.target] = renamed = decision._replace(profile_name=name)
        record = replace(self.records[decision.target], user_name=decision.person.name)
        self.records[decision.target] = replace(record, profile_name=name)
        return renamed

    def measure_latency(self, observed: Mapping[Target, ObservedProfile | None]) -> None:
        """Measure the latency of joins whose profile is seen InService for the first time."""
        for target, profile in observed.items():
            record = self.records.get(target)
            if profile is None or record is None or record.requested_at is None:
                continue
            ours = profile.ownership is Ownership.OURS
            if ours and profile.status is ProfileStatus.IN_SERVICE:
                self.records[target] = replace(record, requested_at=None)
                if isinstance(self._decisions[target], DesiredProfile):
                    telemetry.joined(record.requested_at, self._clock.now())

    def begin(self, actions: Iterable[Action]) -> Mapping[Target, str]:
        """Record actions before they start; return why the record of a target was refused.

        An action that the ledger announces already needs no write: the record of a removal
        announces its steps, that of a refusal its retry. Nor does a new role that leaves apps
        running: a later reconcile finds the old role in the record.
        """
        actions, is_news = tuple(actions), False
        for action in actions:
            target = action.target
            decision, before = self._decisions[target], self._user.records.get(target)
            record = self.records.get(target)
            record = transitions.started(action, decision, record, before, self._now)
            if isinstance(action, Create):
                # The reconcile that sees the profile InService may have another request.
                record = replace(record, requested_at=record.requested_at or self._request.event_at)
            leaves_apps = isinstance(action, ChangeRole) and action.keeps_apps
            is_news |= self.write(record, action) and not leaves_apps
        return self.flush(self._decisions.keys()) if is_news else {}

    def record_outcome(self, outcome: Outcome) -> None:
        """Record and report the outcome of an action; the record is written with the next one."""
        target = outcome.action.target
        decision = self._decisions[target]
        match outcome:
            case Applied(action=action) | ManualAction(action=action):
                profile = outcome.profile if isinstance(outcome, Applied) else None
                self.measure_latency({target: profile})
                record = self.records[target]
                record = transitions.applied(action, decision, record, profile, self._now)
                if isinstance(outcome, ManualAction):
                    record = replace(record, access=Access.BY_HAND)
                self.records[target] = record
                # A new role is written together with the access after it.
                is_removal = isinstance(decision, Removal)
                if is_removal or record.access in MAY_ENTER or isinstance(action, Discard):
                    self.write(record)
            case Pending() if (known := self.records.get(target)) and known.tries:
                outcome = outcome._replace(reason=f"{outcome.reason}; last time: {known.why}")
            case Found():
                # A profile that was there already is no join.
                self.records[target] = replace(self.records[target], requested_at=None)
            case Started() | Pending():
                # The record from the start of the action is still right.
                pass
            case Deferred(action=action):
                soon = isinstance(action, Revoke | Suspend | StopApp) or outcome.not_propagated
                self._retry(target, outcome.reason, LONGEST_OF_LEAVER if soon else LONGEST)
            case Failed():
                outcome = self._refused(outcome)
            case _:
                assert_never(outcome)
        if self._unreported:
            # Log lines keep their order, and a record's come with its write.
            self._unreported.append(outcome)
        else:
            reports.report_outcome(outcome, self._request)

    def record_plan(self, todo: Plan, seen: TargetObservations) -> None:
        """Record what needed no action: targets in sync, skips, and failed observations."""
        for each in todo.in_sync:
            old = self.records.get(each.decision.target)
            self.write(transitions.in_sync(each.decision, old, each.profile, self._now))
        for skip in todo.skips:
            self._skipped(skip, seen.observed.get(skip.target))
        for decision, error in seen.blocked:
            if isinstance(error, RetryableError):
                leaves = isinstance(decision, Removal)
                self._retry(decision.target, str(error), LONGEST_OF_LEAVER if leaves else LONGEST)
            else:
                known = self.records.get(decision.target)
                self._note(obstacles.unobserved(error, decision, known, self._now))

    def confirm(self, decisions: Iterable[Decision]) -> None:
        """Record the current grants of decisions that are carried out already."""
        for decision in decisions:
            target = decision.target
            known, decided = self._user.records.get(target), self._decisions.get(target)
            if decided and is_in_sync(decision, known):
                self.write(transitions.in_sync(decided, self.records.get(target), None, self._now))

    def flush(self, deferrable: Collection[Target] = ()) -> Mapping[Target, str]:
        """Write the records that wait and log them; return why some were refused, by target.

        `deferrable` are the targets in which the caller can defer the action of a refused record.

        Raises:
            RetryableError: the record of any other target was refused.
        """
        written, refused = self._ledger.write_all(list(self._waiting.values()))
        self._written |= {record.target: record for record in written}
        for target in refused:
            # The ledger keeps its record. The membership changes wait for another one.
            self.changes = self.changes.merged(self._waiting[target].changes)
            self.records.pop(target)
            self.records |= {target: self._written[target]} if target in self._written else {}
        unreported, self._unreported, self._waiting = self._unreported, [], {}
        for each in unreported:
            if not isinstance(each, ProfileEvent):
                reports.report_outcome(each, self._request)
            elif each.target not in refused:
                self._events.append(each)
                if name := reports.WHOLE_CHANGES.get(each.what):
                    telemetry.change(name, each.target, each.profile_name, describe_event(each))
        for target, reason in refused.items():
            if target not in deferrable:
                raise RetryableError(f"{target}: {reason}")
        return refused

    def write(self, record: Record, action: Action | None = None) -> bool:
        """Have a record written by the next flush if the ledger says otherwise; return whether."""
        record = replace(
            record,
            user_status=self._user.snapshot.person.user_status,
            memberships=tuple(sorted(self._user.memberships)),
        )
        target, waiting = record.target, self._waiting.get(record.target)
        old = waiting.record if waiting else self._written.get(target)
        if old and transitions.is_written(record, old, action, joins=bool(self.changes.joined)):
            self.records[target] = record
            return False
        since = record.since if old and old.state is record.state else self._now
        changes = waiting.changes if waiting else MemberChanges()
        if not self._waiting:
            changes, self.changes = self.changes.split(_MOST_CHANGES)
        # The request that scheduled a retry owns it.
        by = self._request.event_id
        if old is not None and record.retry_at is not None and record.retry_at == old.retry_at:
            by = old.last_request
        version = self._written[target].version if target in self._written else record.version
        record = replace(record, since=since, last_request=by, version=version)
        event, events = event_of(old, record, self._now), waiting.profile_events if waiting else ()
        if event:
            events = (*events, event)
            self._unreported.append(event)
        self._waiting[target] = RecordWrite(record, changes, events)
        self.records[target] = record
        return True

    def publish(self) -> None:
        """Publish the events of all writes; report that the bus refused some, without a retry."""
        if not self._events:
            return
        try:
            self._bus.publish(self._events)
            reporter.checked(EVENT_NOT_PUBLISHED, subject=BUS)
        except (RetryableError, PermanentError) as error:
            reporter.report(event_not_published(len(self._events), str(error)))

    def _refused(self, failed: Failed) -> Failed:
        """Record a refused action; return it, with the other user's profile that is in the way."""
        action, target = failed.action, failed.action.target
        if isinstance(action, Create) and failed.code == IN_USE:
            other = namesake_of(action.person, self._ledger.of_target(target))
            failed = namesake_in_the_way(failed, other) if other else failed
        before, known = self._user.records.get(target), self.records.get(target)
        self._note(obstacles.refused(failed, self._decisions[target], known, before, self._now))
        return failed

    def _skipped(self, skip: Skip, profile: ObservedProfile | None) -> None:
        """Record why a difference was left unchanged, and what was observed of the profile."""
        target = skip.target
        if skip.kind is SkipKind.FAILED:
            self._retry(target, skip.reason)
        elif decision := self._decisions.get(target):
            before, known = self._user.records.get(target), self.records.get(target)
            self._note(obstacles.skipped(skip, decision, known, before, profile, self._now))

    def _retry(self, target: Target, cause: str, longest: int = LONGEST) -> None:
        """Record what did not work, and when it is retried."""
        decision, known = self._decisions[target], self.records.get(target)
        self.requeued.add(target)
        self.write(obstacles.retried(decision, known, cause, self._clock.now(), longest))

    def _note(self, record: Record | None) -> None:
        """Have the record of an obstacle written by the next flush; None for no record."""
        if record is not None:
            self.write(record)
