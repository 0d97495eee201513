"""Reconciles one user: observe, desire, plan, guard, apply; each target on its own.

Nothing here acts on the content of an event. A request only names the user, so it may be delivered
twice, late or in any order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.runtime import open_problems
from hub.runtime.decisions.actions import PASSING, SkipKind
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
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
from hub.runtime.reconcile.result import PAUSED, Result
from hub.runtime.row_reports import whole
from shared.model import Target
from shared.requests import EVERY_TARGET, ReconcileRequest

# A pause takes effect within this time, also for requests that were queued before it.
_OLDEST_STATE = timedelta(seconds=5)
# The longest sequence of passes: access and role, spaces, profile, and the end of the removal.
_MOST_PASSES = 4


def reconcile(request: ReconcileRequest, ports: ReconcilePorts, deadline: datetime) -> Result:
    """Bring one user's profiles to the desired state, as far as possible now.

    Raises:
        RetryableError, PermanentError: the directory, the mappings or the ledger cannot be read.
    """
    now = ports.clock.now()
    state = ports.hub_state.state(newer_than=max(request.enqueued_at, now - _OLDEST_STATE))
    if state.paused:
        open_problems.paused(state.paused)
        return PAUSED
    open_problems.not_paused()
    snapshot = observe_user(request, ports)
    _report_what_was_read(snapshot, state, ports)
    decisions = _desire(snapshot, state, now)
    if ports.mode == "report":
        return _dry_run(request, decisions, snapshot, state, ports, deadline)
    due = _due(decisions, snapshot, request, now)
    decided = {each.target: each for each in decisions if not isinstance(each, Undecided)}
    recorder = Recorder(ports.ledger, snapshot, decided, request, ports.clock)
    publisher = Publisher(recorder, request, ports.clock)
    # Each pass observes, plans, guards and applies.
    runner = PassRunner(request, state, ports, deadline, recorder, publisher)
    try:
        _confirm(decided.values(), due, snapshot, recorder)
        passes = [runner.run(due)]
        while (more := runner.next_pass(passes[-1])) and len(passes) < _MOST_PASSES:
            passes.append(runner.run(more))
    finally:
        publisher.publish(ports.bus)
    _record_problems(decisions, due, passes, recorder, now)
    note_memberships(recorder.unwritten_changes(), request.user_id, ports.group_snapshots)
    open_problems.log_over(snapshot.records, recorder.records())
    return _result(request, snapshot, passes, recorder, ports)


def _report_what_was_read(snapshot: UserSnapshot, state: HubState, ports: ReconcilePorts) -> None:
    """Close the problem of unreadable tables, and report mistakes in rows."""
    open_problems.judged("unreadable", subject=reports.THE_TRUTH)
    whole(snapshot.table, snapshot.snapshot.groups, ports.already_reported, state)


def _desire(snapshot: UserSnapshot, state: HubState, now: datetime) -> list[Decision]:
    """Return the decision for each target; report profiles that were made for an old user name."""
    records = snapshot.records
    decisions = [
        apply_protection(each, records.get(each.target), state, now)
        for each in desire(snapshot.snapshot, snapshot.table, records, now)
    ]
    desired = {each.target for each in decisions if isinstance(each, DesiredProfile)}
    made = {target: r for target, r in records.items() if target in desired and r.is_seen}
    reports.renamed(snapshot.snapshot.person, made)
    return decisions


def _due(
    decisions: Iterable[Decision], snapshot: UserSnapshot, request: ReconcileRequest, now: datetime
) -> list[Decision]:
    """Return the decisions that may need an action now.

    Targets with an earlier error come last. A user in very many targets makes progress with each
    requeue, and a target that does not answer delays no other.
    """
    records = snapshot.records
    due = [each for each in decisions if _is_due(each, records.get(each.target), request, now)]
    return sorted(due, key=lambda each: (_gave_trouble(records.get(each.target)), each.target))


def _confirm(
    decided: Iterable[DesiredProfile | Removal],
    due: Sequence[Decision],
    snapshot: UserSnapshot,
    recorder: Recorder,
) -> None:
    """Bring the records of targets that are in sync up to date."""
    for each in decided:
        if each not in due and is_in_sync(each, snapshot.records.get(each.target)):
            recorder.confirm(each)


def _record_problems(
    decisions: Iterable[Decision],
    due: Sequence[Decision],
    passes: Sequence[Pass],
    recorder: Recorder,
    now: datetime,
) -> None:
    """Report what an operator has to see, and write into each record what is open now."""
    reports.restarted(recorder.records())
    reports.still_assigned(recorder.records())
    decisions = tuple(decisions)
    undecided = {v.target for v in decisions if isinstance(v, Undecided) and v.keeps_leaver}
    left = [v.target for v in decisions if v not in due and not recorder.is_done(v.target)]
    for record in open_problems.updated(recorder.by_target(), _judged(due, passes, left)):
        since = (record.undecided_since or now) if record.target in undecided else None
        recorder.amend(replace(record, undecided_since=since))


def _result(
    request: ReconcileRequest,
    snapshot: UserSnapshot,
    passes: Sequence[Pass],
    recorder: Recorder,
    ports: ReconcilePorts,
) -> Result:
    """Return what the passes did, and how soon to requeue."""
    outcomes = [outcome for each in passes for outcome in each.outcomes]
    policies = [requeue_policy.of_plan(each.todo, snapshot, each.seen) for each in passes]
    policies.append(requeue_policy.of_outcomes(outcomes, recorder))
    policies.append(requeue_policy.of_records(recorder, ports.clock.now()))
    seen = {target for each in passes for target in each.seen.observed}
    return Result(
        bool(outcomes),
        requeue_policy.sooner(policies),
        recorder.next_try(),
        request.force_observe in {EVERY_TARGET, *map(str, seen)},
        tuple(f"{r.target}: {r.reason}" for r in recorder.records() if r.tries and r.reason),
        any(record.retry_at for record in recorder.records()),
    )


def _is_due(
    decision: Decision, record: Record | None, request: ReconcileRequest, now: datetime
) -> bool:
    """Return whether a target may need an action now."""
    if request.force_observe in {EVERY_TARGET, str(decision.target)}:
        return True
    return not is_in_sync(decision, record) and is_due(decision, record, now)


def _judged(
    due: Iterable[Decision], passes: Sequence[Pass], left: Iterable[Target]
) -> Callable[[Target, str], bool]:
    """Return a function that tells whether a kind of problem was checked in a target.

    A target was not checked where time ran out, a call was throttled or a Studio operation is in
    progress. Nor was a target that is `left` until its next retry. In an undecided target only the
    kind `undecided` was checked.
    """
    seen = {target for each in passes for target in each.seen.observed}
    requeued = {
        o.action.target for each in passes for o in each.outcomes if isinstance(o, Deferred)
    }
    in_doubt = {*PASSING, SkipKind.FAILED}
    requeued |= {s.target for each in passes for s in each.todo.skips if s.kind in in_doubt}
    unjudged = {v.target for v in due} - seen | requeued | set(left)
    undecided = {v.target for v in due if isinstance(v, Undecided)}

    def judged_in(target: Target, kind: str) -> bool:
        if target in undecided:
            return kind == SkipKind.UNDECIDED
        return target not in unjudged or kind == SkipKind.UNDECIDED

    return judged_in


def _dry_run(
    request: ReconcileRequest,
    decisions: Sequence[Decision],
    snapshot: UserSnapshot,
    state: HubState,
    ports: ReconcilePorts,
    deadline: datetime,
) -> Result:
    """Report the planned actions and change nothing in AWS."""
    due = [each for each in decisions if not is_in_sync(each, snapshot.records.get(each.target))]
    seen = observe(due, snapshot.records, state, ports, deadline)
    todo = plan(due, seen.observed, snapshot.records, ports.clock.now())
    reports.planned(todo, seen.blocked, request)
    in_doubt = {skip.target for skip in todo.skips if skip.kind in {*PASSING, SkipKind.FAILED}}
    unjudged = {each.target for each in due} - seen.observed.keys() | in_doubt
    dry_run.close(dry_run.report(todo), request.user_id, ports.ledger, {*map(str, unjudged)})
    note_memberships(snapshot.changes, request.user_id, ports.group_snapshots)
    policies = [requeue_policy.of_plan(todo, snapshot, seen), requeue_policy.of_blocks(seen)]
    return Result(bool(todo.actions), requeue_policy.sooner(policies))


def _gave_trouble(record: Record | None) -> bool:
    return record is not None and bool(record.reason)
