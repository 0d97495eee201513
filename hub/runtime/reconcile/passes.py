"""Runs passes over a user's targets: observe, plan, guard and apply, until none can continue."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from hub.runtime import open_problems
from hub.runtime.decisions.actions import Plan, SkipKind, in_flight, skip
from hub.runtime.decisions.decision import Decision, DesiredProfile, Undecided
from hub.runtime.decisions.holds import holds_of
from hub.runtime.decisions.hub_state import AccessRefusal, HubState
from hub.runtime.decisions.outcome import Applied, ManualAction, Outcome
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import disruption_of, without
from hub.runtime.guard import remedy, reserve_slots, waits_for
from hub.runtime.reconcile import reports
from hub.runtime.reconcile.apply import apply
from hub.runtime.reconcile.observe import TargetObservations, observe_targets
from hub.runtime.reconcile.ports import ReconcilePorts
from hub.runtime.reconcile.publisher import Publisher
from hub.runtime.reconcile.recorder import Recorder
from shared.errors import RetryableError, TargetUnreachableError
from shared.model import Target
from shared.naming import profile_name, same_name
from shared.requests import ReconcileRequest


class Pass(NamedTuple):
    """What one pass over some targets observed, planned and did."""

    seen: TargetObservations
    todo: Plan
    outcomes: tuple[Outcome, ...]
    decisions: Sequence[Decision]


class PassRunner(NamedTuple):
    """Runs passes over the targets of one user."""

    request: ReconcileRequest
    state: HubState
    ports: ReconcilePorts
    deadline: datetime
    recorder: Recorder
    publisher: Publisher

    def run(self, decisions: Sequence[Decision]) -> Pass:
        """Observe, plan, guard and apply once, and record the results."""
        ports, recorder, records = self.ports, self.recorder, self.recorder.by_target()
        seen = observe(decisions, records, self.state, ports, self.deadline)
        decisions = [self._by_their_name_now(decision, seen) for decision in decisions]
        self.publisher.saw(seen.observed)
        now = ports.clock.now()
        todo = plan(decisions, seen.observed, records, now)
        todo = _guarded(todo, decisions, records, ports, now)
        reports.planned(todo, seen.blocked, self.request)
        outcomes = apply(todo, ports, self.deadline, self.publisher)
        for in_sync in todo.in_sync:
            recorder.in_sync(in_sync)
        for skipped in todo.skips:
            recorder.skipped(skipped, seen.observed.get(skipped.target))
        for block in seen.blocked:
            recorder.blocked(block)
        _release(records, recorder, ports)
        return Pass(seen, todo, outcomes, decisions)

    def _by_their_name_now(self, decision: Decision, seen: TargetObservations) -> Decision:
        """Return the decision with the user's current profile name, if no profile was ever made.

        A recorded creation may have made a profile under the old name. If that profile exists, the
        old name stays.
        """
        record = self.recorder.by_target().get(decision.target)
        if not isinstance(decision, DesiredProfile) or record is None or record.is_seen:
            return decision
        if (
            record.state is State.REMOVED
            or seen.observed.get(decision.target, decision) is not None
        ):
            return decision
        name = profile_name(decision.person.name, decision.person.id)
        if same_name(name, decision.profile_name):
            return decision
        found = replace(decision, profile_name=name)
        self.recorder.rename(found)
        return found

    def next_pass(self, last: Pass) -> list[Decision]:
        """Return the decisions that can continue: every action in their target is done."""
        done = {
            each.action.target for each in last.outcomes if isinstance(each, Applied | ManualAction)
        }
        waits = {
            each.action.target
            for each in last.outcomes
            if not isinstance(each, Applied | ManualAction)
        }
        return [
            decision
            for decision in last.decisions
            if decision.target in done - waits and not self.recorder.is_done(decision.target)
        ]


def observe(
    decisions: Sequence[Decision],
    records: Mapping[Target, Record],
    state: HubState,
    ports: ReconcilePorts,
    deadline: datetime,
) -> TargetObservations:
    """Return the profiles in the targets; spend at most half of the remaining time on it."""
    now = ports.clock.now()
    half = now + (deadline - now) / 2
    refused = {t: each.reason for t, each in state.refused.items() if each.counts(now)}
    seen = observe_targets(decisions, ports, half, refused, records)
    _remember_refusals(seen, refused, state, ports)
    return seen


def _guarded(
    todo: Plan,
    decisions: Iterable[Decision],
    records: Mapping[Target, Record],
    ports: ReconcilePorts,
    now: datetime,
) -> Plan:
    """Return the plan; disruptions that must wait for an operator become skips with their hold."""
    held = []
    for decision in decisions:
        target = decision.target
        disruption = disruption_of(decision, todo.of(target), records.get(target))
        if disruption is None or isinstance(decision, Undecided):
            continue
        try:
            found = reserve_slots(
                target, [disruption], ports.limit, ports.limits, ports.ledger, now, begins=True
            )
        except RetryableError as error:
            # The other targets go on.
            held.append(in_flight(decision, str(error)))
            continue
        refusal = found.refused.get(disruption.user_id)
        if refusal is not None:
            hold = waits_for(target, refusal, ports.limits.of(target), now)
            reason = f"{disruption.reason}; held: {hold.why}"
            held.append(skip(SkipKind.HELD, decision, reason, remedy(hold), refusal.cause))
    kept = without(todo, (each.target for each in held))
    return replace(kept, skips=(*kept.skips, *held))


def _release(before: Mapping[Target, Record], recorder: Recorder, ports: ReconcilePorts) -> None:
    """Release holds that have started or are obsolete according to the ledger."""
    after = recorder.by_target()
    for target, record in before.items():
        if record.hold and not after[target].hold:
            ports.limits.release(target, [record.user_id])
            still = ports.limits.of(target).held.values()
            holds = holds_of(target, still, ports.clock.now())
            open_problems.judged_holds(target, [hold.cause for hold in holds if hold.is_open])


def _remember_refusals(
    seen: TargetObservations, known: Container[Target], state: HubState, ports: ReconcilePorts
) -> None:
    """Store which accounts refused the hub, so that no other reconcile calls them for an hour.

    An account that accepts the hub again clears its refusal. Only the target's own scan decides
    whether listing its profiles is still refused.
    """
    for target, error in ((block.decision.target, block.error) for block in seen.blocked):
        if isinstance(error, TargetUnreachableError) and target not in known:
            refusal = AccessRefusal(str(error), ports.clock.now())
            ports.hub_state.remember_refusal(target, refusal)
    for target in sorted(seen.observed.keys() & state.refused.keys()):
        ports.hub_state.remember_refusal(target, None)
        if target not in state.unreachable:
            open_problems.judged("unreachable", subject=str(target))
