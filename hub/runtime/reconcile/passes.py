"""Rounds over a person's targets: observe, plan, guard, apply, until nothing can go on at once."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from hub.runtime import open_problems
from hub.runtime.decisions.actions import Plan, SkipKind
from hub.runtime.decisions.decision import DesiredProfile, Undecided, Verdict
from hub.runtime.decisions.holds import holds_of
from hub.runtime.decisions.hub_state import AccessRefusal, HubState
from hub.runtime.decisions.outcome import Applied, ByHand, Outcome
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import cut_of, without
from hub.runtime.decisions.skips import in_flight, skip
from hub.runtime.guard import waits_for, way_out, weighed
from hub.runtime.reconcile import reports
from hub.runtime.reconcile.apply import apply
from hub.runtime.reconcile.observe import TargetSight, observe_targets
from hub.runtime.reconcile.ports import ReconcilePorts
from hub.runtime.reconcile.publisher import Witness
from hub.runtime.reconcile.recorder import Book
from shared.errors import RetryableError, TargetUnreachableError
from shared.model import Target
from shared.naming import profile_name, same_name
from shared.requests import ReconcileRequest


class Round(NamedTuple):
    """What one round over some targets found and did."""

    seen: TargetSight
    todo: Plan
    outcomes: tuple[Outcome, ...]
    verdicts: Sequence[Verdict]


class Climb(NamedTuple):
    """Rounds over a person's targets, until nothing can be done at once any more."""

    request: ReconcileRequest
    state: HubState
    world: ReconcilePorts
    deadline: datetime
    book: Book
    witness: Witness

    def round(self, verdicts: Sequence[Verdict]) -> Round:
        """Observe, plan, guard and apply once, and write down what came of it."""
        world, book, records = self.world, self.book, self.book.by_target()
        seen = observe(verdicts, records, self.state, world, self.deadline)
        verdicts = [self._by_their_name_now(verdict, seen) for verdict in verdicts]
        self.witness.saw(seen.observed)
        now = world.clock.now()
        todo = plan(verdicts, seen.observed, records, now)
        todo = _guarded(todo, verdicts, records, world, now)
        reports.planned(todo, seen.blocked, self.request)
        outcomes = apply(todo, world, self.deadline, self.witness)
        for settled in todo.settled:
            book.settled(settled)
        for skipped in todo.skips:
            book.skipped(skipped, seen.observed.get(skipped.target))
        for block in seen.blocked:
            book.blocked(block)
        _release(records, book, world)
        return Round(seen, todo, outcomes, verdicts)

    def _by_their_name_now(self, verdict: Verdict, seen: TargetSight) -> Verdict:
        """Return the verdict under the name that the person has now, where nothing was ever made.

        A creation that was announced may have made a profile under the old name: that is looked
        for first.
        """
        record = self.book.by_target().get(verdict.target)
        if not isinstance(verdict, DesiredProfile) or record is None or record.is_seen:
            return verdict
        if record.state is State.REMOVED or seen.observed.get(verdict.target, verdict) is not None:
            return verdict
        name = profile_name(verdict.person.name, verdict.person.id)
        if same_name(name, verdict.profile_name):
            return verdict
        found = replace(verdict, profile_name=name)
        self.book.rename(found)
        return found

    def next_rung(self, last: Round) -> list[Verdict]:
        """Return what can go on now, since all that was begun in its target is done."""
        done = {each.action.target for each in last.outcomes if isinstance(each, Applied | ByHand)}
        waits = {
            each.action.target for each in last.outcomes if not isinstance(each, Applied | ByHand)
        }
        return [
            verdict
            for verdict in last.verdicts
            if verdict.target in done - waits and not self.book.is_done(verdict.target)
        ]


def observe(
    verdicts: Sequence[Verdict],
    records: Mapping[Target, Record],
    state: HubState,
    world: ReconcilePorts,
    deadline: datetime,
) -> TargetSight:
    """Return what is in the targets; half of the time that is left is for looking."""
    now = world.clock.now()
    half = now + (deadline - now) / 2
    refused = {t: each.reason for t, each in state.refused.items() if each.counts(now)}
    seen = observe_targets(verdicts, world, half, refused, records)
    _remember_refusals(seen, refused, state, world)
    return seen


def _guarded(
    todo: Plan,
    verdicts: Iterable[Verdict],
    records: Mapping[Target, Record],
    world: ReconcilePorts,
    now: datetime,
) -> Plan:
    """Return the plan without what must wait for an operator, which is skipped with its hold."""
    held = []
    for verdict in verdicts:
        target = verdict.target
        cut = cut_of(verdict, todo.of(target), records.get(target))
        if cut is None or isinstance(verdict, Undecided):
            continue
        try:
            found = weighed(
                target, [cut], world.limit, world.limits, world.ledger, now, begins=True
            )
        except RetryableError as error:
            # The other targets go on.
            held.append(in_flight(verdict, str(error)))
            continue
        refusal = found.refused.get(cut.user_id)
        if refusal is not None:
            hold = waits_for(target, refusal, world.limits.of(target), now)
            reason = f"{cut.reason}; held: {hold.why}"
            held.append(skip(SkipKind.HELD, verdict, reason, way_out(hold), refusal.cause))
    kept = without(todo, (each.target for each in held))
    return replace(kept, skips=(*kept.skips, *held))


def _release(before: Mapping[Target, Record], book: Book, world: ReconcilePorts) -> None:
    """Let nothing wait that has begun, or that nothing calls for any more, as the ledger says."""
    after = book.by_target()
    for target, record in before.items():
        if record.hold and not after[target].hold:
            world.limits.release(target, [record.user_id])
            still = world.limits.of(target).held.values()
            holds = holds_of(target, still, world.clock.now())
            open_problems.judged_holds(target, [hold.cause for hold in holds if hold.is_open])


def _remember_refusals(
    seen: TargetSight, known: Container[Target], state: HubState, world: ReconcilePorts
) -> None:
    """Keep which accounts refused the hub, so that nobody else asks them for an hour.

    An account that let the hub in ends what was kept of it. Whether it is still refused the list
    of its profiles is for the target's own look to say.
    """
    for target, error in ((block.verdict.target, block.error) for block in seen.blocked):
        if isinstance(error, TargetUnreachableError) and target not in known:
            refusal = AccessRefusal(str(error), world.clock.now())
            world.memory.remember_refusal(target, refusal)
    for target in sorted(seen.observed.keys() & state.refused.keys()):
        world.memory.remember_refusal(target, None)
        if target not in state.unreachable:
            open_problems.judged("unreachable", subject=str(target))
