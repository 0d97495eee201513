"""Runs one scan: unfinished work is requeued, permanent failures are reported."""

from datetime import datetime
from typing import assert_never

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.hub_state import OLDEST_STATE
from hub.runtime.decisions.listing import ScanResult, ScanState, Seen
from hub.runtime.decisions.requeue import RequeuePolicy, is_exhausted, recheck, requeue
from hub.runtime.problems import hub as problems
from hub.runtime.scan import assignments, directory, group, sweep, target
from hub.runtime.scan.ports import ScanPorts
from shared.errors import PermanentError, RetryableError
from shared.requests import ScanRequest, Subject


def scan(request: ScanRequest, ports: ScanPorts, until: datetime) -> None:
    """Run a scan request until the time `until`; requeue what it cannot do now.

    After an event, a group scan without drift is rechecked once, because the directory may be
    catching up. A refused read is tried again once too.
    """
    try:
        oldest = max(request.enqueued_at, ports.clock.now() - OLDEST_STATE)
        paused = ports.hub_state.state(newer_than=oldest).paused
        if paused:
            reporter.report(problems.paused(paused))
            return
        reporter.checked(problems.PAUSED, subject=problems.HUB)
        found = _scan(request, ports, until)
        if request.part and found.complete:
            # A later duplicate of these messages finds that the scan is done.
            over = ScanState(request.part, "", Seen(), is_over=True)
            ports.scans.save(request, over, ports.clock.now())
        reporter.checked(problems.UNREADABLE, problems.GAVE_UP, subject=_subject(request))
    except RetryableError as error:
        _requeued(request, ports, str(error))
        return
    except PermanentError as error:
        reporter.report(problems.unreadable(_subject(request), str(error)))
        telemetry.count("ReadsRefused")
        if not request.attempt:
            # One retry separates a lasting failure from a brief one, also for scans that run once a
            # day. After that, the next sweep tries again.
            ports.delayed_queue.enqueue_after(
                *requeue(request, ports.clock.now(), RequeuePolicy.PATIENT)
            )
        return
    if found.complete and not request.event_driven:
        telemetry.looked(request.event_at, ports.clock.now())
    is_event = request.event_driven and request.subject is Subject.GROUP and not request.include_all
    if is_event and not found.people and not request.is_recheck:
        ports.delayed_queue.enqueue_after(*recheck(request, ports.clock.now()))


def _subject(request: ScanRequest) -> str:
    return f"{request.subject} {request.key}".strip()


def _scan(request: ScanRequest, ports: ScanPorts, until: datetime) -> ScanResult:
    match request.subject:
        case Subject.SWEEP:
            return sweep.begin(request, ports)
        case Subject.GROUP:
            return group.scan(request, ports, until)
        case Subject.NAME:
            return group.scan_by_name(request, ports)
        case Subject.TARGET:
            return target.scan(request, ports, until)
        case Subject.ASSIGNMENTS:
            return assignments.scan(request, ports, until)
        case Subject.CHECKS:
            return ports.checks.scan(request)
        case Subject.ROLES:
            return ports.roles.scan(request, until)
        case Subject.USERS:
            return directory.look_at_people(request, ports, until)
        case Subject.GROUPS:
            return directory.look_at_groups(request, ports, until)
        case _:
            assert_never(request.subject)


def _requeued(request: ScanRequest, ports: ScanPorts, reason: str) -> None:
    telemetry.requeued(request.subject, request.key, request.attempt, reason)
    if not is_exhausted(request, ports.clock.now()):
        ports.delayed_queue.enqueue_after(*requeue(request, ports.clock.now()))
        return
    reporter.report(problems.gave_up(_subject(request), request.attempt, reason))
    telemetry.count("ReadsRefused")
