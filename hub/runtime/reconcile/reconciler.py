"""Reconciles one user: observe, desire, plan, guard, apply; each target on its own.

Nothing here acts on the content of an event. A request only names the user, so it may be delivered
twice, late or in any order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from hub.runtime import reporter
from hub.runtime.decisions.actions import INCONCLUSIVE, SkipKind, Suspend
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.desired import desire
from hub.runtime.decisions.hub_state import OLDEST_STATE, AccessRefusal, HubState
from hub.runtime.decisions.outcome import Applied, Deferred, Found, ManualAction
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.progress import is_due, is_in_sync
from hub.runtime.decisions.protection import apply_protection
from hub.runtime.decisions.record import MemberChanges, State, as_recorded
from hub.runtime.decisions.unchecked import given_at, to_be_checked, until_checked
from hub.runtime.guard import Guard
from hub.runtime.ports import Bus, Clock, HubStateStore, Ledger
from hub.runtime.problems import hub as problems
from hub.runtime.problems.targets import UNREACHABLE
from hub.runtime.reconcile import dry_run, reports
from hub.runtime.reconcile.apply import Applier
from hub.runtime.reconcile.observe import (
    Known,
    TargetObservations,
    TargetObserver,
    UserObserver,
    UserSnapshot,
)
from hub.runtime.reconcile.recorder import Recorder
from hub.runtime.reconcile.result import Done, Pass, Result, result_of, result_of_dry_run
from shared.errors import TargetUnreachableError
from shared.model import Target
from shared.naming import profile_name, same_name
from shared.requests import EVERY_TARGET, ReconcileRequest

if TYPE_CHECKING:
    from hub.runtime.decisions.observed import ObservedProfile

# The longest sequence of passes: access and role, spaces, profile, and the end of the removal.
_MOST_PASSES = 4


class RecorderPorts(NamedTuple):
    """Where a recorder writes: the ledger, and the hub's bus."""

    ledger: Ledger
    bus: Bus


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reconciler:
    """Reconciles users; it remembers which problems of rows it has reported."""

    mode: Literal["apply", "report"]
    users: UserObserver
    targets: TargetObserver
    guard: Guard
    applier: Applier
    recorder_ports: RecorderPorts
    hub_state: HubStateStore
    clock: Clock
    reported_row_problems: set[str] = field(default_factory=set)

    def reconcile(self, request: ReconcileRequest, deadline: datetime) -> Result:
        """Bring one user's profiles to the desired state, as far as possible before the deadline.

        Raises:
            RetryableError, PermanentError: the directory, the mappings or the ledger cannot be
                read, or the ledger cannot be written.
        """
        now = self.clock.now()
        state = self.hub_state.state(newer_than=max(request.enqueued_at, now - OLDEST_STATE))
        if state.paused:
            reporter.report(problems.paused(state.paused))
            return Done(settled=False)
        reporter.checked(problems.PAUSED, subject=problems.HUB)
        user = self.users.observe(request)
        reporter.checked(problems.UNREADABLE, subject=problems.DIRECTORY_AND_TABLES)
        reporter.report_rows(
            user.table, user.snapshot.groups, self.reported_row_problems, state, is_whole=True
        )
        decisions = [
            apply_protection(each, user.records.get(each.target), state, now)
            for each in desire(
                user.snapshot, user.table, user.records, now, state.unavailable_roles
            )
        ]
        unchecked = frozenset[Target]()
        is_news = any(
            isinstance(each, DesiredProfile)
            and each.role_arn not in state.checked_roles.get(each.target, ())
            for each in decisions
        )
        if (is_news or any(state.unavailable_roles.values())) and now < given_at(request, now):
            unchecked = to_be_checked(decisions, user.snapshot, user.table, user.records, state)
            decisions = [until_checked(each, unchecked, state) for each in decisions]
        if self.mode == "report":
            return self._dry_run(request, decisions, user, state, deadline, unchecked)

        recorder = Recorder(*self.recorder_ports, self.clock, user, decisions, request)
        due, known = _due(decisions, user, request, now)
        passes: list[Pass] = []
        open_decisions = due
        try:
            recorder.confirm(each for each in decisions if each not in due)
            for _ in range(_MOST_PASSES):
                before = dict(recorder.records)
                seen = self.targets.observe(open_decisions, before, state, deadline, known)
                if state.refused or seen.blocked:
                    self._note_refusals(seen, state)
                open_decisions = _renamed(open_decisions, seen, recorder)
                recorder.measure_latency(seen.observed)
                observed_at = self.clock.now()
                todo = plan(open_decisions, seen.observed, before, observed_at)
                todo = self.guard.admit(todo, open_decisions, before, observed_at)
                reports.planned(todo, seen.blocked, request)
                outcomes = self.applier.apply(todo, deadline, recorder, known.recorded.keys())
                recorder.record_plan(todo, seen)
                recorder.flush()
                self.guard.release(before, recorder.records, self.clock.now())
                passes.append(Pass(seen, todo, outcomes))
                open_decisions, known = _unfinished(open_decisions, passes[-1], known, recorder)
                if not open_decisions:
                    break
        finally:
            recorder.publish()
        if recorder.changes != MemberChanges():
            self.users.update_snapshots(recorder.changes, request.user_id)
            recorder.changes = MemberChanges()
        _record_problems(user, decisions, due, passes, recorder, now)
        now = self.clock.now()
        return result_of(request, passes, recorder, now, unchecked, complete=user.complete)

    def _dry_run(
        self,
        request: ReconcileRequest,
        decisions: Iterable[Decision],
        user: UserSnapshot,
        state: HubState,
        deadline: datetime,
        unchecked: frozenset[Target],
    ) -> Result:
        """Report the planned actions; change nothing in Studio and no assignment."""
        due = [each for each in decisions if not is_in_sync(each, user.records.get(each.target))]
        seen = self.targets.observe(due, user.records, state, deadline)
        self._note_refusals(seen, state)
        todo = plan(due, seen.observed, user.records, self.clock.now())
        reports.of_records(user.snapshot.person, user.records, decisions, is_dry_run=True)
        reports.planned(todo, seen.blocked, request)
        inconclusive = {each.target for each in due} - seen.observed.keys()
        inconclusive |= {skip.target for skip in todo.skips if skip.kind in INCONCLUSIVE}
        reported = dry_run.report(todo)
        dry_run.close(reported, request.user_id, self.recorder_ports.ledger, inconclusive)
        self.users.update_snapshots(user.changes, request.user_id)
        now = self.clock.now()
        return result_of_dry_run(request, Pass(seen, todo), now, unchecked, complete=user.complete)

    def _note_refusals(self, seen: TargetObservations, state: HubState) -> None:
        """Remember which accounts refuse the hub now, and forget those that accept it again.

        Only the target's own scan decides whether listing its profiles is still refused.
        """
        now = self.clock.now()
        for decision, error in seen.blocked:
            known = state.refused.get(decision.target)
            is_known = known is not None and known.counts(now)
            if isinstance(error, TargetUnreachableError) and not is_known:
                self.hub_state.remember_refusal(decision.target, AccessRefusal(str(error), now))
        for target in seen.observed.keys() & state.refused.keys():
            self.hub_state.remember_refusal(target, None)
            if target not in state.unreachable:
                reporter.checked(UNREACHABLE, subject=str(target))


def _due(
    decisions: Iterable[Decision], user: UserSnapshot, request: ReconcileRequest, now: datetime
) -> tuple[list[Decision], Known]:
    """Return the decisions that may need an action now, and what need not be read for them.

    Targets with an earlier error come last. A user in very many targets makes progress with each
    requeue, and a target that does not answer delays no other.

    Where the ledger has no profile, a creation shows whether there is one: then AWS refuses it and
    changes nothing. Where a removal begins, the role is taken, whichever it is.
    """
    found, absent = [], []
    recorded: dict[Target, ObservedProfile] = {}
    for decision in decisions:
        record = user.records.get(decision.target)
        forced = request.force_observe in {EVERY_TARGET, str(decision.target)}
        if forced or (not is_in_sync(decision, record) and is_due(decision, record, now)):
            found.append((bool(record and record.obstacle), decision.target, decision))
        is_new = record is None or record.state is State.REMOVED
        if is_new and not forced and isinstance(decision, DesiredProfile) and decision.is_granted:
            absent.append(decision.target)
        elif isinstance(decision, Removal) and record and record.state is State.ACTIVE:
            profile = as_recorded(record)
            recorded |= {decision.target: profile} if profile and not forced else {}
    due = [decision for _, _, decision in sorted(found, key=lambda each: each[:2])]
    return due, Known(dict.fromkeys(absent), recorded)


def _renamed(
    decisions: Iterable[Decision], seen: TargetObservations, recorder: Recorder
) -> list[Decision]:
    """Return the decisions, with the user's current profile name where no profile was ever made.

    A recorded creation may have made a profile under the old name. If that profile exists, the old
    name stays.
    """
    found: list[Decision] = []
    for decision in decisions:
        target, record = decision.target, recorder.records.get(decision.target)
        is_unmade = record and not record.is_made and record.state is not State.REMOVED
        is_free = target in seen.observed and seen.observed[target] is None
        if isinstance(decision, DesiredProfile) and is_unmade and is_free:
            name = profile_name(decision.person.name, decision.person.id)
            if not same_name(name, decision.profile_name):
                found.append(recorder.rename(decision, name))
                continue
        found.append(decision)
    return found


def _unfinished(
    decisions: Iterable[Decision], last: Pass, known: Known, recorder: Recorder
) -> tuple[list[Decision], Known]:
    """Return the decisions for the next pass, and the profiles that the last one saw at its end.

    A decision goes on where every action is done, and where a creation found a profile. A removal
    that tried to take the role goes on in any case: its apps have not been read yet.
    """
    seen: dict[Target, ObservedProfile | None] = {}
    waits, looks = set(), set()
    for outcome in last.outcomes:
        target = outcome.action.target
        if isinstance(outcome, Applied) and outcome.profile:
            seen[target] = outcome.profile
        elif not isinstance(outcome, Applied | ManualAction | Found):
            waits.add(target)
        if isinstance(outcome.action, Suspend) and target in known.recorded:
            looks.add(target)
    goes_on = {outcome.action.target for outcome in last.outcomes} - waits | looks
    left = [each for each in decisions if each.target in goes_on]
    return [each for each in left if not recorder.is_done(each.target)], Known(seen)


def _record_problems(
    user: UserSnapshot,
    decisions: Iterable[Decision],
    due: Sequence[Decision],
    passes: Sequence[Pass],
    recorder: Recorder,
    now: datetime,
) -> None:
    """Report what an operator has to see, and write into each record what is open now."""
    reports.of_records(user.snapshot.person, recorder.records, decisions)
    undecided = {v.target for v in decisions if isinstance(v, Undecided) and v.keeps_leaver}
    waiting = [v.target for v in decisions if v not in due and not recorder.is_done(v.target)]
    is_checked = _checked(due, passes, waiting)
    for record in reporter.with_open_problems(user.records, recorder.records, is_checked):
        since = (record.undecided_since or now) if record.target in undecided else None
        changed = since != record.undecided_since
        recorder.write(replace(record, undecided_since=since) if changed else record)
        recorder.flush()


def _checked(
    due: Iterable[Decision], passes: Sequence[Pass], waiting: Iterable[Target]
) -> Callable[[Target, str], bool]:
    """Return a function that tells whether a kind of problem was checked in a target.

    A reconcile is inconclusive in an undecided target, and where time ran out, a call was throttled
    or a Studio operation is in progress. A target that is `waiting` for its next retry counts
    too. In all of these only the kind `undecided` is checked.
    """
    seen = {target for each in passes for target in each.seen.observed}
    inconclusive = {each.target for each in due} - seen | set(waiting)
    for each in passes:
        inconclusive |= {o.action.target for o in each.outcomes if isinstance(o, Deferred)}
        inconclusive |= {s.target for s in each.todo.skips if s.kind in INCONCLUSIVE}
    return lambda target, kind: target not in inconclusive or kind == SkipKind.UNDECIDED
