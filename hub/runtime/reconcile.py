"""One person, looked at: observe, desire, plan, apply; every target on its own.

Nothing here acts on what an event said. The hint only tells whom to look at, so a look may come
twice, late or in any order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.runtime import pause, reports
from hub.runtime.apply import apply
from hub.runtime.book import Book
from hub.runtime.observe import Blocked, Sight, TargetSight, observe_person, observe_targets
from hub.runtime.row_reports import rows
from hub.runtime.world import ConvergeWorld
from shared.actions import PASSING, Plan
from shared.desire import Undecided, desire
from shared.errors import PermanentError, RetryableError, TargetUnreachableError
from shared.hints import UserHint
from shared.memory import HubState
from shared.model import Record
from shared.outcome import Deferred, Outcome, Pending
from shared.plan import is_at_rest, plan
from shared.wire import LAST_ATTEMPT, put_off, second_look


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a person came to."""

    changed: bool
    unfinished: bool


_NOTHING_DECIDED = Look(changed=False, unfinished=True)
# Paused: the sweep that follows a resumption finds everything that was told meanwhile.
_NOTHING_TO_DO = Look(changed=True, unfinished=False)
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
    if look.unfinished and hint.attempt >= LAST_ATTEMPT:
        reports.gave_up(hint)
    elif look.unfinished:
        world.later.look_later(*put_off(hint, world.clock.now()))
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

    verdicts = desire(sight.snapshot, sight.table, sight.records, now)
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
    seen = observe_targets(moving, world, half, state.unreachable)
    todo = plan(moving, seen.observed, sight.records)
    reports.planned(todo, seen.blocked, hint)

    if world.mode == "report":
        reports.would(todo)
        return Look(changed=bool(todo.actions), unfinished=_may_pass(todo, sight, seen, ()))
    decided = {v.target: v for v in verdicts if not isinstance(v, Undecided)}
    book = Book(world.ledger, sight, decided, hint.event_id, world.clock.now())
    for block in seen.blocked:
        _remember_unreachable(block, state, world)
    outcomes = apply(todo.actions, world, deadline, book)
    reports.became(outcomes, hint, world.clock.now())

    for verdict in decided.values():
        if verdict not in moving:
            book.at_rest(verdict)
    for settled in todo.settled:
        reports.settled(settled, sight.records.get(settled.verdict.target), hint)
        book.settled(settled)
    for skip in todo.skips:
        book.skipped(skip, seen.observed.get(skip.target))
    for block in seen.blocked:
        book.blocked(block)
    return Look(changed=bool(outcomes), unfinished=_may_pass(todo, sight, seen, outcomes))


def _remember_unreachable(block: Blocked, state: HubState, world: ConvergeWorld) -> None:
    """Keep that an account refuses the hub, so that not every person's look asks it again."""
    target = block.verdict.target
    if isinstance(block.error, TargetUnreachableError) and target not in state.unreachable:
        world.memory.remember_target(target, unreachable=str(block.error))


def _gave_trouble(record: Record | None) -> bool:
    return record is not None and bool(record.reason)


def _may_pass(todo: Plan, sight: Sight, seen: TargetSight, outcomes: Iterable[Outcome]) -> bool:
    """Return whether something waits that may come right by itself."""
    return (
        not (sight.complete and seen.complete)
        or any(isinstance(block.error, RetryableError) for block in seen.blocked)
        or any(skip.kind in PASSING for skip in todo.skips)
        or any(isinstance(outcome, Pending | Deferred) for outcome in outcomes)
    )
