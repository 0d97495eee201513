"""Holds one user's ledger records during a reconcile, and writes those that change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from hub.runtime.decisions import transitions
from hub.runtime.decisions.actions import (
    OF_OTHERS,
    STATE_AFTER,
    Action,
    Assign,
    Create,
    Delete,
    Discard,
    InSync,
    Revoke,
    Skip,
    SkipKind,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.hub_state import MemberChanges
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.outcome import (
    NO_DOMAIN,
    OBSTACLES,
    Applied,
    Deferred,
    Failed,
    ManualAction,
    Outcome,
    Pending,
    Started,
    namesake_of,
)
from hub.runtime.decisions.plan import is_in_sync
from hub.runtime.decisions.profile_events import ProfileEvent, event_of
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.decisions.retries import LONGEST, LONGEST_OF_LEAVER, backoff
from hub.runtime.ports import Clock, Ledger
from hub.runtime.reconcile.observe import ObservationFailure, UserSnapshot
from shared.errors import RetryableError
from shared.model import Target
from shared.naming import same_name
from shared.ownership import Ownership
from shared.requests import ReconcileRequest

_IN_HANDS = frozenset({State.HELD, State.FAILED})
# Source: the DynamoDB API: a transaction has 100 items at most; record and event are two.
_MOST_CHANGES = 90

Decisions = Mapping[Target, DesiredProfile | Removal]


class Recorder:
    """The records of one user in all targets, during one reconcile of one request.

    Attributes:
        profile_events: the events of the records that were written, in order.
    """

    def __init__(
        self,
        ledger: Ledger,
        user_snapshot: UserSnapshot,
        decisions: Decisions,
        request: ReconcileRequest,
        clock: Clock,
    ) -> None:
        self._ledger, self._clock = ledger, clock
        self._before = dict(user_snapshot.records)
        self._records = dict(user_snapshot.records)
        self._written = dict(user_snapshot.records)
        self._user_status = user_snapshot.snapshot.person.user_status
        self._changes = user_snapshot.changes
        self._decisions = dict(decisions)
        self._request = request
        self._now = clock.now()
        self._memberships = tuple(sorted(user_snapshot.memberships))
        self._requeued: set[Target] = set()
        self.profile_events: list[ProfileEvent] = []
        for target, decision in decisions.items():
            record = self._records.get(target)
            if record is not None and isinstance(decision, DesiredProfile):
                self._records[target] = transitions.named(record, decision)

    def by_target(self) -> Mapping[Target, Record]:
        """Return the user's current records by target."""
        return dict(self._records)

    def records(self) -> Iterable[Record]:
        """Return the user's current records."""
        return self._records.values()

    def is_done(self, target: Target) -> bool:
        """Return whether the decision for a target is carried out."""
        decision, record = self._decisions[target], self._records.get(target)
        suspended = isinstance(decision, Removal) and record and record.state is State.SUSPENDED
        return bool(suspended) or is_in_sync(decision, record)

    def unwritten_changes(self) -> MemberChanges:
        """Return the membership changes that no record has carried to the group snapshots."""
        return self._changes

    def rename(self, decision: DesiredProfile) -> None:
        """Use a decision with a new profile name; no profile exists under the old one."""
        target = decision.target
        self._decisions[target] = decision
        self._records[target] = replace(
            self._records[target],
            user_name=decision.person.name,
            profile_name=decision.profile_name,
        )

    def waits(self, target: Target) -> bool:
        """Return whether a retry is scheduled in a target."""
        record = self._records.get(target)
        return record is not None and record.retry_at is not None

    def next_try(self) -> datetime | None:
        """Return when this request retries what did not work; None where it need not.

        Another request retries what it requeued itself, so one chain of requeues is enough.
        """
        tries = [
            record.retry_at
            for target, record in self._records.items()
            if record.retry_at is not None
            if target in self._requeued or self._goes_on_with(record)
        ]
        return min(tries, default=None)

    def namesake(self, target: Target) -> Record | None:
        """Return the record of the other user with this user name, whose profile is in the way."""
        return namesake_of(self._decisions[target].person, self._ledger.of_target(target))

    def begin(self, action: Action) -> None:
        """Record the action that is about to start, so that a crash leaves a trace.

        The retry of a refused action needs no write: the record of the refusal is the trace.
        """
        target = action.target
        decision, before = self._decisions[target], self._before.get(target)
        record = transitions.started(action, decision, self._there(target), before, self._now)
        if isinstance(action, Create):
            # The reconcile that sees the profile InService may have another request, or be late.
            record = replace(record, requested_at=record.requested_at or self._request.event_at)
        written = self._written.get(target)
        if written and (
            # The record of the creation says already that access follows.
            (isinstance(action, Assign) and transitions.announces(written, record))
            or (
                isinstance(action, Create | Assign | Revoke)
                and written.is_blocked
                and transitions.is_announced_by_refusal(written, record)
            )
        ):
            self._records[target] = record
        else:
            self._write(record)

    def arrived(self, target: Target) -> datetime | None:
        """Return and clear the request time of a profile that is now InService.

        None if the hub was not making this profile.
        """
        record = self._records.get(target)
        if record is None or record.requested_at is None:
            return None
        self._records[target] = replace(record, requested_at=None)
        return record.requested_at if isinstance(self._decisions[target], DesiredProfile) else None

    def record_outcome(self, outcome: Outcome) -> None:
        """Record the outcome of an action."""
        target = outcome.action.target
        decision = self._decisions[target]
        match outcome:
            case Applied(action=action, profile=profile):
                record = transitions.applied(action, decision, self._records[target], profile)
                self._after(action, record)
            case ManualAction(action=action):
                record = transitions.applied(action, decision, self._records[target], None)
                self._after(action, replace(record, access=Access.BY_HAND))
            case Started() | Pending():
                # The record from the start of the action is still right.
                pass
            case Deferred(action=action):
                soon = isinstance(action, Revoke | Suspend | StopApp) or outcome.not_propagated
                self._retry(target, outcome.reason, LONGEST_OF_LEAVER if soon else LONGEST)
            case Failed(action=Create(), code=code) if code == NO_DOMAIN:
                self._not_made(target)
                self._note(target, State.FAILED, outcome.reason)
            case Failed():
                held = isinstance(outcome.action, Create) and outcome.code in OBSTACLES
                self._note(target, State.HELD if held else State.FAILED, outcome.reason)
            case _:
                assert_never(outcome)

    def _not_made(self, target: Target) -> None:
        """Undo the record of a creation, if nothing was here when this reconcile began.

        A creation that an earlier reconcile started stays recorded: its outcome may be unknown.
        """
        before = self._before.get(target)
        if before is None or before.state is State.REMOVED or before.is_untouched:
            self._records[target] = replace(self._records[target], access=Access.UNTOUCHED)

    def skipped(self, skip: Skip, profile: ObservedProfile | None) -> None:
        """Record why a difference was left unchanged, and what was observed of the profile."""
        state = STATE_AFTER.get(skip.kind)
        if skip.kind is SkipKind.FAILED:
            self._retry(skip.target, skip.reason, LONGEST)
        elif state is not None:
            self._leave_to_others(skip)
            self._note(skip.target, state, skip.reason, profile, skip.hold)

    def _leave_to_others(self, skip: Skip) -> None:
        """Clear the role of a leaver's profile that is not ours any more."""
        leaves = isinstance(self._decisions[skip.target], Removal)
        record = self._records.get(skip.target)
        if skip.kind in OF_OTHERS and leaves and record is not None:
            self._records[skip.target] = replace(record, role_arn="", given_by="")

    def in_sync(self, in_sync: InSync) -> None:
        """Record that a target is in sync."""
        decision, profile = in_sync.decision, in_sync.profile
        match decision:
            case DesiredProfile():
                self._write(
                    transitions.active(decision, self._there_or_new(decision), profile, self._now)
                )
            case Removal() if profile is not None:
                self._write(
                    transitions.suspended(
                        decision, self._there_or_new(decision), profile, self._now
                    )
                )
            case Removal():
                old = self._records.get(decision.target) or transitions.blank(decision)
                self._write(transitions.removed(decision, old))
            case _:
                raise TypeError(f"{decision} settles nothing")

    def confirm(self, decision: DesiredProfile | Removal) -> None:
        """Record why a user has a profile or none, if that changed."""
        self.in_sync(InSync(decision, None))

    def amend(self, record: Record) -> None:
        """Write a record that gained facts after the last pass."""
        self._write(record)

    def blocked(self, block: ObservationFailure) -> None:
        """Record that a target could not be observed."""
        target = block.decision.target
        old = self._records.get(target)
        if isinstance(block.error, RetryableError):
            leaves = isinstance(block.decision, Removal)
            self._retry(target, str(block.error), LONGEST_OF_LEAVER if leaves else LONGEST)
            return
        hold = old.hold if old else ""
        state = old.state if old is not None and hold else State.FAILED
        self._note(target, state, str(block.error), hold=hold)

    def _goes_on_with(self, record: Record) -> bool:
        """Return whether this request is the retry of what it requeued itself."""
        return self._request.attempt > 0 and record.last_request == self._request.event_id

    def _retry(self, target: Target, reason: str, longest: int) -> None:
        """Record what did not work, and when it is retried."""
        decision = self._decisions[target]
        old = self._there_or_new(decision)
        if isinstance(decision, DesiredProfile):
            old = transitions.with_grants(old, decision, self._now)
        until = self._clock.now() + backoff(old.tries, longest)
        self._requeued.add(target)
        self._write(transitions.requeue(old, reason, until))

    def _after(self, action: Action, record: Record) -> None:
        """Record the result of an action; write a new role together with the access after it."""
        decision = self._decisions[action.target]
        self._records[action.target] = record
        if isinstance(decision, Removal):
            if isinstance(action, Delete):
                self.in_sync(InSync(decision, None))
            else:
                self._write(record)
        elif transitions.is_granted(decision, record):
            self.in_sync(InSync(decision, None))
        elif record.access in transitions.MAY_ENTER or isinstance(action, Discard):
            self._write(record)

    def _note(
        self,
        target: Target,
        state: State,
        reason: str,
        profile: ObservedProfile | None = None,
        hold: str = "",
    ) -> None:
        """Record a state and a reason; the known role of the profile stays."""
        decision = self._decisions[target]
        old = self._there(target)
        if isinstance(decision, DesiredProfile):
            old = transitions.with_grants(old or self._new(decision), decision, self._now)
        if old is not None:
            own = profile is not None and same_name(profile.name, old.profile_name)
            modified = profile.modified if profile is not None and own else old.modified
            record = replace(
                old, state=state, reason=reason, modified=modified, hold=hold, retry_at=None
            )
            if profile is not None and profile.ownership is not Ownership.OURS:
                record = replace(record, in_the_way=profile.name)
            # Once an operator has to act, the latency says nothing about the hub.
            self._write(replace(record, requested_at=None) if state in _IN_HANDS else record)

    def _there(self, target: Target) -> Record | None:
        """Return the record of a target, unless it is removed."""
        old = self._records.get(target)
        return None if old is None or old.state is State.REMOVED else old

    def _there_or_new(self, decision: DesiredProfile | Removal) -> Record:
        return self._there(decision.target) or self._new(decision)

    def _new(self, decision: DesiredProfile | Removal) -> Record:
        old = self._records.get(decision.target) or transitions.blank(decision)
        return replace(transitions.blank(decision), version=old.version, problems=old.problems)

    def _write(self, record: Record) -> None:
        """Write a record if it differs; RetryableError if another worker wrote it meanwhile."""
        record = replace(record, user_status=self._user_status, memberships=self._memberships)
        target, old = record.target, self._written.get(record.target)
        joins = bool(self._changes.joined)
        if old is not None and transitions.says_no_more(record, old, joins=joins):
            self._records[target] = record
            return
        since = record.since if old and old.state is record.state else self._now
        changes, self._changes = self._changes.split(_MOST_CHANGES)
        # The request that scheduled a retry owns it.
        by = self._request.event_id
        if old is not None and record.retry_at is not None and record.retry_at == old.retry_at:
            by = old.last_request
        record = replace(record, since=since, last_request=by)
        profile_event = event_of(old, record, self._now)
        written = self._ledger.write(record, changes, profile_event)
        self._records[target] = self._written[target] = written
        if profile_event is not None:
            self.profile_events.append(profile_event)
