"""One person, looked at: observe, desire, plan, guard, apply; every target on its own.

Nothing here acts on what an event said. The hint only tells whom to look at, so a look may come
twice, late or in any order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.runtime import pause, reports
from hub.runtime.announce import Witness
from hub.runtime.apply import apply
from hub.runtime.book import Book
from hub.runtime.guard import waits_for, way_out, weighed
from hub.runtime.observe import Blocked, Sight, TargetSight, observe_person, observe_targets
from hub.runtime.row_reports import rows
from hub.runtime.world import ConvergeWorld
from shared.actions import PASSING, ChangeRole, Plan, SkipKind
from shared.desire import Undecided, Verdict, desire
from shared.errors import PermanentError, RetryableError, TargetUnreachableError
from shared.frozen import freeze
from shared.guard import cut_of, without
from shared.hints import UserHint
from shared.memory import HubState
from shared.model import Target
from shared.outcome import Applied, Begun, Deferred, Failed, Outcome, Pending
from shared.plan import is_at_rest, plan
from shared.record import Record
from shared.skips import skip
from shared.wire import LAST_ATTEMPT, Pace, put_off, second_look


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a person came to: whether it changed anything, and how soon it goes on."""

    changed: bool
    goes_on: Pace | None


_NOTHING_DECIDED = Look(changed=False, goes_on=Pace.BACKING_OFF)
# Paused: the sweep that follows a resumption finds everything that was told meanwhile.
_NOTHING_TO_DO = Look(changed=True, goes_on=None)
# A pause counts within this time, also for hints that waited since before it.
_OLDEST_STATE = timedelta(seconds=5)


def converge(hint: UserHint, world: ConvergeWorld, deadline: datetime) -> None:
    """Bring one person's profiles to what the mappings call for, as far as that goes now.

    What cannot be finished comes back later; what nobody can finish without help is reported. An
    event that changed nothing is looked at once more, since the directory may be catching up.
    """
    try:
        look = _look(hint, world, deadline)
    except RetryableError as error:
        reports.delayed(hint, str(error))
        look = _NOTHING_DECIDED
    except PermanentError as error:
        reports.unreadable(hint, error)
        look = _NOTHING_DECIDED
    if look.goes_on and hint.attempt >= LAST_ATTEMPT:
        reports.gave_up(hint)
    elif look.goes_on:
        world.later.look_later(*put_off(hint, world.clock.now(), look.goes_on))
    elif not look.changed and not hint.again:
        world.later.look_later(*second_look(hint, world.clock.now()))


def _look(hint: UserHint, world: ConvergeWorld, deadline: datetime) -> Look:
    now = world.clock.now()
    state = world.memory.state(newer_than=max(hint.made_at, now - _OLDEST_STATE))
    if state.paused:
        pause.report(state.paused)
        return _NOTHING_TO_DO
    sight = observe_person(hint, world)
    rows(sight.table, sight.snapshot.groups, world.announced)
    reports.renamed(sight.snapshot.person, sight.records)

    verdicts = [
        freeze(verdict, sight.records.get(verdict.target), state, now)
        for verdict in desire(sight.snapshot, sight.table, sight.records, now)
    ]
    moving = [
        v
        for v in verdicts
        if not is_at_rest(v, sight.records.get(v.target)) or str(v.target) == hint.doubt
    ]
    # Half of the time for looking, and whatever gave trouble last: whoever is in very many targets
    # gets on with each return, and a target that does not answer holds up no other.
    moving.sort(key=lambda v: (_gave_trouble(sight.records.get(v.target)), v.target))
    started = world.clock.now()
    half = started + (deadline - started) / 2
    seen = observe_targets(moving, world, half, state.unreachable, sight.records)
    todo = plan(moving, seen.observed, sight.records, now)
    if world.mode == "report":
        reports.planned(todo, seen.blocked, hint)
        reports.would(todo)
        return Look(bool(todo.actions), _pace(todo, sight, seen))
    todo = _guarded(todo, moving, sight.records, world, now)
    reports.planned(todo, seen.blocked, hint)

    decided = {v.target: v for v in verdicts if not isinstance(v, Undecided)}
    book = Book(world.ledger, sight, decided, hint.event_id, world.clock.now())
    for block in seen.blocked:
        _remember_unreachable(block, state, world)
    witness = Witness(book, hint)
    outcomes = apply(todo, world, deadline, witness)
    reports.restarted(book.records())

    for verdict in decided.values():
        if verdict not in moving:
            book.at_rest(verdict)
    for settled in todo.settled:
        book.settled(settled)
    for skipped in todo.skips:
        book.skipped(skipped, seen.observed.get(skipped.target))
    for block in seen.blocked:
        book.blocked(block)
    _release(todo, moving, seen, sight.records, world)
    witness.publish(world.bus)
    return Look(bool(outcomes), _pace(todo, sight, seen) or _pace_of(outcomes, book))


def _guarded(
    todo: Plan,
    verdicts: Iterable[Verdict],
    records: Mapping[Target, Record],
    world: ConvergeWorld,
    now: datetime,
) -> Plan:
    """Return the plan without what must wait for an operator, which is skipped with its hold."""
    held = []
    for verdict in verdicts:
        target = verdict.target
        cut = cut_of(verdict, todo.of(target), records.get(target))
        if cut is None or isinstance(verdict, Undecided):
            continue
        found = weighed(target, [cut], world.limit, world.limits, world.ledger, now)
        refusal = found.refused.get(cut.user_id)
        if refusal is not None:
            hold = waits_for(target, refusal, world.limits.of(target), now)
            reason = f"{cut.reason}; held: {hold.why}"
            held.append(skip(SkipKind.HELD, verdict, reason, way_out(hold), refusal.cause))
    kept = without(todo, (each.target for each in held))
    return replace(kept, skips=(*kept.skips, *held))


def _release(
    todo: Plan,
    verdicts: Iterable[Verdict],
    seen: TargetSight,
    records: Mapping[Target, Record],
    world: ConvergeWorld,
) -> None:
    """Let nothing wait that has begun, or that nothing calls for any more."""
    held = {each.target for each in todo.skips if each.kind is SkipKind.HELD}
    for verdict in verdicts:
        record, target = records.get(verdict.target), verdict.target
        decided = target in seen.observed and not isinstance(verdict, Undecided)
        if record is not None and record.hold and decided and target not in held:
            world.limits.release(target, [record.user_id])


def _remember_unreachable(block: Blocked, state: HubState, world: ConvergeWorld) -> None:
    """Keep that an account refuses the hub, so that not every person's look asks it again."""
    target = block.verdict.target
    if isinstance(block.error, TargetUnreachableError) and target not in state.unreachable:
        world.memory.remember_target(target, unreachable=str(block.error))


def _gave_trouble(record: Record | None) -> bool:
    return record is not None and bool(record.reason)


def _pace(todo: Plan, sight: Sight, seen: TargetSight) -> Pace | None:
    """Return how soon to look again because of what was not done, if that may come right."""
    kinds = {each.kind for each in todo.skips}
    if SkipKind.IN_FLIGHT in kinds or not seen.complete:
        return Pace.BUSY
    passing = any(isinstance(block.error, RetryableError) for block in seen.blocked)
    return Pace.BACKING_OFF if passing or kinds & PASSING or not sight.complete else None


def _pace_of(outcomes: Iterable[Outcome], book: Book) -> Pace | None:
    """Return how soon to look again because of what was done, where that is not all."""
    paces = set()
    refused = {each.action.target for each in outcomes if isinstance(each, Failed)}
    for outcome in outcomes:
        target = outcome.action.target
        match outcome:
            case Pending(action=ChangeRole(keeps_apps=True)) | Deferred():
                paces.add(Pace.BACKING_OFF)
            case Pending() | Begun():
                paces.add(Pace.BUSY)
            case Applied() if target not in refused and not book.is_done(target):
                paces.add(Pace.BUSY)
            case _:
                pass
    return Pace.BUSY if Pace.BUSY in paces else min(paces, default=None)
