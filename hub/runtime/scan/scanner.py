"""One look: whatever it cannot finish comes back later, whatever nobody can finish is reported."""

from datetime import datetime
from typing import assert_never

from hub.runtime import open_problems, pause, telemetry
from hub.runtime.decisions.listing import ScanState, Seen
from hub.runtime.scan import assignments as access
from hub.runtime.scan import directory, group, named, target
from hub.runtime.scan import sweep as passes
from hub.runtime.scan.found import Found
from hub.runtime.scan.ports import ScanPorts
from shared.errors import PermanentError, RetryableError
from shared.messages import RequeuePolicy, is_exhausted, recheck, requeue
from shared.requests import ScanRequest, Subject


def look(request: ScanRequest, world: ScanPorts, until: datetime) -> None:
    """Follow a hint, as far as the time until `until` goes; the rest follows by message.

    What was reported before and is over is closed.
    """
    open_problems.begin()
    _follow(request, world, until)
    open_problems.close(world.hub_state)


def _follow(request: ScanRequest, world: ScanPorts, until: datetime) -> None:
    """Make a look, and put off what it cannot do now.

    A group of which an event told, and in which nobody differs, is looked at once more, since the
    directory may be catching up; so is whatever was refused to be read.
    """
    try:
        paused = world.hub_state.state(newer_than=request.enqueued_at).paused
        if paused:
            pause.report(paused)
            return
        pause.over()
        found = _look(request, world, until)
        if request.part and found.complete:
            # Of its messages one that comes once more finds that all is done.
            over = ScanState(request.part, "", Seen(), is_over=True)
            world.scans.save(request, over, world.clock.now())
        open_problems.judged("unreadable", "gave-up", subject=_subject(request))
    except RetryableError as error:
        _requeued(request, world, str(error))
        return
    except PermanentError as error:
        telemetry.problem(
            "unreadable",
            _subject(request),
            str(error),
            "see the hub's role, and the key that Identity Center is encrypted with; it is tried "
            "again, and nobody is removed meanwhile",
        )
        telemetry.count("ReadsRefused")
        if not request.attempt:
            # Once more, so that what persists is told apart from what does not, also by looks that
            # come once a day; then the next sweep tries again.
            world.later.enqueue_after(*requeue(request, world.clock.now(), RequeuePolicy.PATIENT))
        return
    if found.complete and not request.event_driven:
        telemetry.looked(request.event_at, world.clock.now())
    told = request.event_driven and request.subject is Subject.GROUP and not request.include_all
    if told and not found.people and not request.again:
        world.later.enqueue_after(*recheck(request, world.clock.now()))


def _subject(request: ScanRequest) -> str:
    return f"{request.subject} {request.key}".strip()


def _look(request: ScanRequest, world: ScanPorts, until: datetime) -> Found:
    match request.subject:
        case Subject.ROUND:
            return passes.begin(request, world)
        case Subject.GROUP:
            return group.look(request, world, until)
        case Subject.NAME:
            return named.look(request, world)
        case Subject.TARGET:
            return target.look(request, world, until)
        case Subject.ACCESS:
            return access.look(request, world, until)
        case Subject.PEOPLE:
            return directory.look_at_people(request, world, until)
        case Subject.GROUPS:
            return directory.look_at_groups(request, world, until)
        case _:
            assert_never(request.subject)


def _requeued(request: ScanRequest, world: ScanPorts, reason: str) -> None:
    telemetry.requeue(request.subject, request.key, request.attempt, reason)
    if not is_exhausted(request, world.clock.now()):
        world.later.enqueue_after(*requeue(request, world.clock.now()))
        return
    telemetry.problem(
        "gave-up",
        _subject(request),
        f"not finished after {request.attempt} attempts: {reason}",
        "remove the cause; the next sweep tries again, and nobody is removed meanwhile",
    )
    telemetry.count("ReadsRefused")
