"""One person, looked at: observe, desire, plan, guard, apply; every target on its own.

Nothing here acts on what an event said. The hint only tells whom to look at, so a look may come
twice, late or in any order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.runtime import dry_run, open_problems, pace, pause, reports
from hub.runtime.announce import Witness
from hub.runtime.book import Book
from hub.runtime.climb import Climb, Round, observe
from hub.runtime.observe import Sight, note_memberships, observe_person
from hub.runtime.row_reports import whole
from hub.runtime.world import ConvergeWorld
from shared.actions import PASSING, SkipKind
from shared.desire import desire
from shared.errors import PermanentError, RetryableError
from shared.frozen import freeze
from shared.hints import EVERY_TARGET, UserHint
from shared.memory import HubState
from shared.model import Target
from shared.outcome import Deferred
from shared.plan import is_at_rest, plan
from shared.record import Record
from shared.retries import is_due
from shared.verdicts import DesiredProfile, Undecided, Verdict
from shared.wire import Pace, is_worn_out, put_off, second_look


class Look(NamedTuple):
    """What one look at a person came to: whether it changed anything, and how soon it goes on.

    `next_try` is when something is tried again that did not work; something `waits` also where
    another request tries it. What a target's scan had doubts
    about is `observed`, so that what follows need not observe it again.
    """

    changed: bool
    goes_on: Pace | None
    next_try: datetime | None = None
    observed: bool = False
    reasons: tuple[str, ...] = ()
    waits: bool = False

    @property
    def is_over(self) -> bool:
        """Return whether nothing follows from what this look found."""
        return self.goes_on is None and self.next_try is None


_NOTHING_DECIDED = Look(changed=False, goes_on=Pace.BACKING_OFF)
# Paused: the sweep that follows a resumption finds everything that was told meanwhile.
_NOTHING_TO_DO = Look(changed=True, goes_on=None)
# A pause counts within this time, also for hints that waited since before it.
_OLDEST_STATE = timedelta(seconds=5)
# The most that can follow one another at once: access and role, spaces, profile, and its end.
_RUNGS = 4


def converge(hint: UserHint, world: ConvergeWorld, deadline: datetime) -> None:
    """Bring one person's profiles to what the mappings call for, as far as that goes now.

    What cannot be finished comes back later; what nobody can finish without help is reported. An
    event that changed nothing is looked at once more, since the directory may be catching up.
    """
    open_problems.begin()
    try:
        look = _look(hint, world, deadline)
    except RetryableError as error:
        reports.delayed(hint, str(error))
        look = _NOTHING_DECIDED
    except PermanentError as error:
        reports.unreadable(hint, error)
        look = _NOTHING_DECIDED
    now = world.clock.now()
    following = replace(hint, doubt="") if look.observed else hint
    if not look.is_over and is_worn_out(hint, now):
        if look.goes_on is not Pace.PATIENT or look.next_try:
            reports.gave_up(hint, look.reasons)
    elif not look.is_over:
        pace_ = look.goes_on or Pace.PATIENT
        world.later.look_later(*put_off(following, now, pace_, look.next_try))
    elif not look.changed and not hint.again:
        world.later.look_later(*second_look(following, now))
    patient = look.goes_on is Pace.PATIENT and look.next_try is None
    if (look.is_over or patient) and not look.waits and look is not _NOTHING_TO_DO:
        reports.finished(hint)
    open_problems.close(world.memory)


def _look(hint: UserHint, world: ConvergeWorld, deadline: datetime) -> Look:
    now = world.clock.now()
    state = world.memory.state(newer_than=max(hint.made_at, now - _OLDEST_STATE))
    if state.paused:
        pause.report(state.paused)
        return _NOTHING_TO_DO
    pause.over()
    sight = observe_person(hint, world)
    open_problems.judged("unreadable", subject=reports.THE_TRUTH)
    whole(sight.table, sight.snapshot.groups, world.announced, state)
    verdicts = [
        freeze(verdict, sight.records.get(verdict.target), state, now)
        for verdict in desire(sight.snapshot, sight.table, sight.records, now)
    ]
    called_for = {v.target for v in verdicts if isinstance(v, DesiredProfile)}
    made = {target: r for target, r in sight.records.items() if target in called_for and r.is_seen}
    reports.renamed(sight.snapshot.person, made)
    moving = [v for v in verdicts if _is_moving(v, sight.records.get(v.target), hint, now)]
    # Whatever gave trouble comes last: whoever is in very many targets gets on with each return,
    # and a target that does not answer holds up no other.
    moving.sort(key=lambda v: (_gave_trouble(sight.records.get(v.target)), v.target))
    if world.mode == "report":
        return _report(hint, verdicts, sight, state, world, deadline)
    decided = {v.target: v for v in verdicts if not isinstance(v, Undecided)}
    book = Book(world.ledger, sight, decided, hint, world.clock)
    witness = Witness(book, hint, world.clock)
    climb = Climb(hint, state, world, deadline, book, witness)
    try:
        for verdict in decided.values():
            if verdict not in moving and is_at_rest(verdict, sight.records.get(verdict.target)):
                book.at_rest(verdict)
        rounds = [climb.round(moving)]
        while (again := climb.next_rung(rounds[-1])) and len(rounds) < _RUNGS:
            rounds.append(climb.round(again))
    finally:
        witness.publish(world.bus)
    reports.restarted(book.records())
    reports.still_assigned(book.records())
    undecided = {v.target for v in verdicts if isinstance(v, Undecided) and v.keeps_leaver}
    left = [v.target for v in verdicts if v not in moving and not book.is_done(v.target)]
    for record in open_problems.settled(book.by_target(), _judged(moving, rounds, left)):
        since = record.undecided_since or now
        book.amend(replace(record, undecided_since=since if record.target in undecided else None))
    note_memberships(book.unwritten_changes(), hint.user_id, world.copies)
    open_problems.log_over(sight.records, book.records())
    outcomes = [outcome for each in rounds for outcome in each.outcomes]
    paces = [pace.of_plan(each.todo, sight, each.seen) for each in rounds]
    paces += [pace.of_outcomes(outcomes, book), pace.of_records(book, world.clock.now())]
    seen = {target for each in rounds for target in each.seen.observed}
    return Look(
        bool(outcomes),
        pace.sooner(paces),
        book.next_try(),
        hint.doubt in {EVERY_TARGET, *map(str, seen)},
        tuple(f"{r.target}: {r.reason}" for r in book.records() if r.tries and r.reason),
        any(record.retry_at for record in book.records()),
    )


def _is_moving(verdict: Verdict, record: Record | None, hint: UserHint, now: datetime) -> bool:
    """Return whether there may be something to do in a target now."""
    if hint.doubt in {EVERY_TARGET, str(verdict.target)}:
        return True
    return not is_at_rest(verdict, record) and is_due(verdict, record, now)


def _judged(
    moving: Iterable[Verdict], rounds: Sequence[Round], left: Iterable[Target]
) -> Callable[[Target, str], bool]:
    """Return what tells whether a kind of problem was judged in a target.

    A target that time, throttling or Studio kept from a verdict was not, nor one that is `left`
    until its next try is due. Of one in which nothing is decided it is certain whether that is so,
    and nothing else.
    """
    seen = {target for each in rounds for target in each.seen.observed}
    put_off = {o.action.target for each in rounds for o in each.outcomes if isinstance(o, Deferred)}
    in_doubt = {*PASSING, SkipKind.FAILED}
    put_off |= {s.target for each in rounds for s in each.todo.skips if s.kind in in_doubt}
    unjudged = {v.target for v in moving} - seen | put_off | set(left)
    undecided = {v.target for v in moving if isinstance(v, Undecided)}

    def judged_in(target: Target, kind: str) -> bool:
        if target in undecided:
            return kind == SkipKind.UNDECIDED
        return target not in unjudged or kind == SkipKind.UNDECIDED

    return judged_in


def _report(
    hint: UserHint,
    verdicts: Sequence[Verdict],
    sight: Sight,
    state: HubState,
    world: ConvergeWorld,
    deadline: datetime,
) -> Look:
    """Tell what would be done, and do nothing."""
    moving = [v for v in verdicts if not is_at_rest(v, sight.records.get(v.target))]
    seen = observe(moving, sight.records, state, world, deadline)
    todo = plan(moving, seen.observed, sight.records, world.clock.now())
    reports.planned(todo, seen.blocked, hint)
    in_doubt = {s.target for s in todo.skips if s.kind in {*PASSING, SkipKind.FAILED}}
    unjudged = {v.target for v in moving} - seen.observed.keys() | in_doubt
    person = sight.snapshot.person
    dry_run.close(dry_run.report(todo), person.id, world.ledger, {*map(str, unjudged)})
    note_memberships(sight.changes, person.id, world.copies)
    goes_on = pace.sooner([pace.of_plan(todo, sight, seen), pace.of_blocks(seen)])
    return Look(bool(todo.actions), goes_on)


def _gave_trouble(record: Record | None) -> bool:
    return record is not None and bool(record.reason)
