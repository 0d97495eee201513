"""One look: whatever it cannot finish comes back later, whatever nobody can finish is reported."""

from datetime import datetime
from typing import assert_never

from hub.runtime import open_problems, pause, telemetry
from hub.runtime.looks import access, directory, group, named, rounds, target
from hub.runtime.looks.found import Found
from hub.runtime.looks.world import LookWorld
from shared.errors import PermanentError, RetryableError
from shared.hints import LookHint, Subject
from shared.listing import ScanState, Seen
from shared.wire import Pace, is_worn_out, put_off, second_look


def look(hint: LookHint, world: LookWorld, until: datetime) -> None:
    """Follow a hint, as far as the time until `until` goes; the rest follows by message.

    What was reported before and is over is closed.
    """
    open_problems.begin()
    _follow(hint, world, until)
    open_problems.close(world.memory)


def _follow(hint: LookHint, world: LookWorld, until: datetime) -> None:
    """Make a look, and put off what it cannot do now.

    A group of which an event told, and in which nobody differs, is looked at once more, since the
    directory may be catching up; so is whatever was refused to be read.
    """
    try:
        paused = world.memory.state(newer_than=hint.made_at).paused
        if paused:
            pause.report(paused)
            return
        pause.over()
        found = _look(hint, world, until)
        if hint.part and found.complete:
            # Of its messages one that comes once more finds that all is done.
            over = ScanState(hint.part, "", Seen(), is_over=True)
            world.scans.save(hint, over, world.clock.now())
        open_problems.judged("unreadable", "gave-up", subject=_subject(hint))
    except RetryableError as error:
        _put_off(hint, world, str(error))
        return
    except PermanentError as error:
        telemetry.problem(
            "unreadable",
            _subject(hint),
            str(error),
            "see the hub's role, and the key that Identity Center is encrypted with; it is tried "
            "again, and nobody is removed meanwhile",
        )
        telemetry.count("ReadsRefused")
        if not hint.attempt:
            # Once more, so that what persists is told apart from what does not, also by looks that
            # come once a day; then the next sweep tries again.
            world.later.look_later(*put_off(hint, world.clock.now(), Pace.PATIENT))
        return
    if found.complete and not hint.announced:
        telemetry.looked(hint.event_at, world.clock.now())
    told = hint.announced and hint.subject is Subject.GROUP and not hint.everyone
    if told and not found.people and not hint.again:
        world.later.look_later(*second_look(hint, world.clock.now()))


def _subject(hint: LookHint) -> str:
    return f"{hint.subject} {hint.key}".strip()


def _look(hint: LookHint, world: LookWorld, until: datetime) -> Found:
    match hint.subject:
        case Subject.ROUND:
            return rounds.begin(hint, world)
        case Subject.GROUP:
            return group.look(hint, world, until)
        case Subject.NAME:
            return named.look(hint, world)
        case Subject.TARGET:
            return target.look(hint, world, until)
        case Subject.ACCESS:
            return access.look(hint, world, until)
        case Subject.PEOPLE:
            return directory.look_at_people(hint, world, until)
        case Subject.GROUPS:
            return directory.look_at_groups(hint, world, until)
        case _:
            assert_never(hint.subject)


def _put_off(hint: LookHint, world: LookWorld, reason: str) -> None:
    telemetry.put_off(hint.subject, hint.key, hint.attempt, reason)
    if not is_worn_out(hint, world.clock.now()):
        world.later.look_later(*put_off(hint, world.clock.now()))
        return
    telemetry.problem(
        "gave-up",
        _subject(hint),
        f"not finished after {hint.attempt} attempts: {reason}",
        "remove the cause; the next sweep tries again, and nobody is removed meanwhile",
    )
    telemetry.count("ReadsRefused")
