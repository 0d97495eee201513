"""One person, looked at: observe, desire, plan, guard, apply; every target on its own.

Nothing here acts on what an event said. The hint only tells whom to look at, so a look may come
twice, late or in any order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.runtime import open_problems, pause
from hub.runtime.decisions.actions import PASSING, SkipKind
from hub.runtime.decisions.decision import Decision, DesiredProfile, Undecided
from hub.runtime.decisions.desired import desire
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.outcome import Deferred
from hub.runtime.decisions.plan import is_in_sync, plan
from hub.runtime.decisions.protection import apply_protection
from hub.runtime.decisions.record import Record
from hub.runtime.decisions.retries import is_due
from hub.runtime.reconcile import dry_run, reports, requeue_policy
from hub.runtime.reconcile.observe import UserSnapshot, note_memberships, observe_user
from hub.runtime.reconcile.passes import Pass, PassRunner, observe
from hub.runtime.reconcile.ports import ReconcilePorts
from hub.runtime.reconcile.publisher import Publisher
from hub.runtime.reconcile.recorder import Recorder
from hub.runtime.row_reports import whole
from shared.errors import PermanentError, RetryableError
from shared.messages import RequeuePolicy, is_exhausted, recheck, requeue
from shared.model import Target
from shared.requests import EVERY_TARGET, ReconcileRequest


class Look(NamedTuple):
    """What one look at a person came to: whether it changed anything, and how soon it goes on.

    `next_try` is when something is tried again that did not work; something `waits` also where
    another request tries it. What a target's scan had doubts
    about is `observed`, so that what follows need not observe it again.
    """

    changed: bool
    goes_on: RequeuePolicy | None
    next_try: datetime | None = None
    observed: bool = False
    reasons: tuple[str, ...] = ()
    waits: bool = False

    @property
    def is_over(self) -> bool:
        """Return whether nothing follows from what this look found."""
        return self.goes_on is None and self.next_try is None


_NOTHING_DECIDED = Look(changed=False, goes_on=RequeuePolicy.BACKING_OFF)
# Paused: the sweep that follows a resumption finds everything that was told meanwhile.
_NOTHING_TO_DO = Look(changed=True, goes_on=None)
# A pause counts within this time, also for hints that waited since before it.
_OLDEST_STATE = timedelta(seconds=5)
# The most that can follow one another at once: access and role, spaces, profile, and its end.
_MOST_PASSES = 4


def reconcile(request: ReconcileRequest, world: ReconcilePorts, deadline: datetime) -> None:
    """Bring one person's profiles to what the mappings call for, as far as that goes now.

    What cannot be finished comes back later; what nobody can finish without help is reported. An
    event that changed nothing is looked at once more, since the directory may be catching up.
    """
    open_problems.begin()
    try:
        look = _look(request, world, deadline)
    except RetryableError as error:
        reports.delayed(request, str(error))
        look = _NOTHING_DECIDED
    except PermanentError as error:
        reports.unreadable(request, error)
        look = _NOTHING_DECIDED
    now = world.clock.now()
    following = replace(request, force_observe="") if look.observed else request
    if not look.is_over and is_exhausted(request, now):
        if look.goes_on is not RequeuePolicy.PATIENT or look.next_try:
            reports.gave_up(request, look.reasons)
    elif not look.is_over:
        policy = look.goes_on or RequeuePolicy.PATIENT
        world.later.enqueue_after(*requeue(following, now, policy, look.next_try))
    elif not look.changed and not request.again:
        world.later.enqueue_after(*recheck(following, now))
    patient = look.goes_on is RequeuePolicy.PATIENT and look.next_try is None
    if (look.is_over or patient) and not look.waits and look is not _NOTHING_TO_DO:
        reports.finished(request)
    open_problems.close(world.hub_state)


def _look(request: ReconcileRequest, world: ReconcilePorts, deadline: datetime) -> Look:
    now = world.clock.now()
    state = world.hub_state.state(newer_than=max(request.enqueued_at, now - _OLDEST_STATE))
    if state.paused:
        pause.report(state.paused)
        return _NOTHING_TO_DO
    pause.over()
    user_snapshot = observe_user(request, world)
    open_problems.judged("unreadable", subject=reports.THE_TRUTH)
    whole(user_snapshot.table, user_snapshot.snapshot.groups, world.already_reported, state)
    decisions = [
        apply_protection(decision, user_snapshot.records.get(decision.target), state, now)
        for decision in desire(
            user_snapshot.snapshot, user_snapshot.table, user_snapshot.records, now
        )
    ]
    desired = {v.target for v in decisions if isinstance(v, DesiredProfile)}
    made = {
        target: r for target, r in user_snapshot.records.items() if target in desired and r.is_seen
    }
    reports.renamed(user_snapshot.snapshot.person, made)
    moving = [
        v for v in decisions if _is_moving(v, user_snapshot.records.get(v.target), request, now)
    ]
    # Whatever gave trouble comes last: whoever is in very many targets gets on with each return,
    # and a target that does not answer holds up no other.
    moving.sort(key=lambda v: (_gave_trouble(user_snapshot.records.get(v.target)), v.target))
    if world.mode == "report":
        return _report(request, decisions, user_snapshot, state, world, deadline)
    decided = {v.target: v for v in decisions if not isinstance(v, Undecided)}
    recorder = Recorder(world.ledger, user_snapshot, decided, request, world.clock)
    publisher = Publisher(recorder, request, world.clock)
    runner = PassRunner(request, state, world, deadline, recorder, publisher)
    try:
        for decision in decided.values():
            if decision not in moving and is_in_sync(
                decision, user_snapshot.records.get(decision.target)
            ):
                recorder.confirm(decision)
        passes = [runner.run(moving)]
        while (again := runner.next_pass(passes[-1])) and len(passes) < _MOST_PASSES:
            passes.append(runner.run(again))
    finally:
        publisher.publish(world.bus)
    reports.restarted(recorder.records())
    reports.still_assigned(recorder.records())
    undecided = {v.target for v in decisions if isinstance(v, Undecided) and v.keeps_leaver}
    left = [v.target for v in decisions if v not in moving and not recorder.is_done(v.target)]
    for record in open_problems.updated(recorder.by_target(), _judged(moving, passes, left)):
        since = record.undecided_since or now
        recorder.amend(
            replace(record, undecided_since=since if record.target in undecided else None)
        )
    note_memberships(recorder.unwritten_changes(), request.user_id, world.group_snapshots)
    open_problems.log_over(user_snapshot.records, recorder.records())
    outcomes = [outcome for each in passes for outcome in each.outcomes]
    paces = [requeue_policy.of_plan(each.todo, user_snapshot, each.seen) for each in passes]
    paces += [
        requeue_policy.of_outcomes(outcomes, recorder),
        requeue_policy.of_records(recorder, world.clock.now()),
    ]
    seen = {target for each in passes for target in each.seen.observed}
    return Look(
        bool(outcomes),
        requeue_policy.sooner(paces),
        recorder.next_try(),
        request.force_observe in {EVERY_TARGET, *map(str, seen)},
        tuple(f"{r.target}: {r.reason}" for r in recorder.records() if r.tries and r.reason),
        any(record.retry_at for record in recorder.records()),
    )


def _is_moving(
    decision: Decision, record: Record | None, request: ReconcileRequest, now: datetime
) -> bool:
    """Return whether there may be something to do in a target now."""
    if request.force_observe in {EVERY_TARGET, str(decision.target)}:
        return True
    return not is_in_sync(decision, record) and is_due(decision, record, now)


def _judged(
    moving: Iterable[Decision], passes: Sequence[Pass], left: Iterable[Target]
) -> Callable[[Target, str], bool]:
    """Return what tells whether a kind of problem was judged in a target.

    A target that time, throttling or Studio kept from a verdict was not, nor one that is `left`
    until its next try is due. Of one in which nothing is decided it is certain whether that is so,
    and nothing else.
    """
    seen = {target for each in passes for target in each.seen.observed}
    requeue = {o.action.target for each in passes for o in each.outcomes if isinstance(o, Deferred)}
    in_doubt = {*PASSING, SkipKind.FAILED}
    requeue |= {s.target for each in passes for s in each.todo.skips if s.kind in in_doubt}
    unjudged = {v.target for v in moving} - seen | requeue | set(left)
    undecided = {v.target for v in moving if isinstance(v, Undecided)}

    def judged_in(target: Target, kind: str) -> bool:
        if target in undecided:
            return kind == SkipKind.UNDECIDED
        return target not in unjudged or kind == SkipKind.UNDECIDED

    return judged_in


def _report(
    request: ReconcileRequest,
    decisions: Sequence[Decision],
    user_snapshot: UserSnapshot,
    state: HubState,
    world: ReconcilePorts,
    deadline: datetime,
) -> Look:
    """Tell what would be done, and do nothing."""
    moving = [v for v in decisions if not is_in_sync(v, user_snapshot.records.get(v.target))]
    seen = observe(moving, user_snapshot.records, state, world, deadline)
    todo = plan(moving, seen.observed, user_snapshot.records, world.clock.now())
    reports.planned(todo, seen.blocked, request)
    in_doubt = {s.target for s in todo.skips if s.kind in {*PASSING, SkipKind.FAILED}}
    unjudged = {v.target for v in moving} - seen.observed.keys() | in_doubt
    person = user_snapshot.snapshot.person
    dry_run.close(dry_run.report(todo), person.id, world.ledger, {*map(str, unjudged)})
    note_memberships(user_snapshot.changes, person.id, world.group_snapshots)
    goes_on = requeue_policy.sooner(
        [requeue_policy.of_plan(todo, user_snapshot, seen), requeue_policy.of_blocks(seen)]
    )
    return Look(bool(todo.actions), goes_on)


def _gave_trouble(record: Record | None) -> bool:
    return record is not None and bool(record.reason)
