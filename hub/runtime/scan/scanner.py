"""Runs one scan: unfinished work is requeued, permanent failures are reported."""

from datetime import datetime
from typing import NamedTuple, assert_never

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.hub_state import OLDEST_STATE
from hub.runtime.decisions.listing import ScanResult, ScanState, Seen
from hub.runtime.decisions.requeue import RequeuePolicy, is_exhausted, recheck, requeue
from hub.runtime.ports import Clock, DelayedQueue, HubStateStore, ScanStates
from hub.runtime.problems import hub as problems
from hub.runtime.scan.assignments import AssignmentScan
from hub.runtime.scan.checks import Checks
from hub.runtime.scan.directory import GroupsScan, UsersScan
from hub.runtime.scan.group import GroupScan, NameScan
from hub.runtime.scan.pattern_groups import PatternGroups
from hub.runtime.scan.roles import RoleChecks
from hub.runtime.scan.sweep import Sweep
from hub.runtime.scan.target import TargetScan
from shared.errors import PermanentError, RetryableError
from shared.requests import ScanRequest, Subject


class Scans(NamedTuple):
    """The scans of all subjects, and the groups of pattern rows, which an event may change."""

    sweep: Sweep
    group: GroupScan
    name: NameScan
    target: TargetScan
    assignments: AssignmentScan
    checks: Checks
    roles: RoleChecks
    users: UsersScan
    groups: GroupsScan
    pattern_groups: PatternGroups


class Scanner(NamedTuple):
    """Runs scans; `states` tell how far a listing in several parts got."""

    scans: Scans
    states: ScanStates
    hub_state: HubStateStore
    delayed_queue: DelayedQueue
    clock: Clock

    def scan(self, request: ScanRequest, until: datetime) -> None:
        """Run a scan request until the time `until`; requeue what it cannot do now.

        After an event, a group scan without drift is rechecked once, because the directory may be
        catching up. A refused read is tried again once too.
        """
        try:
            oldest = max(request.enqueued_at, self.clock.now() - OLDEST_STATE)
            paused = self.hub_state.state(newer_than=oldest).paused
            if paused:
                reporter.report(problems.paused(paused))
                return
            reporter.checked(problems.PAUSED, subject=problems.HUB)
            found = self._scan(request, until)
            if request.part and found.complete:
                # A later duplicate of these messages finds that the scan is done.
                over = ScanState(request.part, "", Seen(), is_over=True)
                self.states.save(request, over, self.clock.now())
            reporter.checked(problems.UNREADABLE, problems.GAVE_UP, subject=_subject(request))
        except RetryableError as error:
            self._requeued(request, str(error))
            return
        except PermanentError as error:
            reporter.report(problems.unreadable(_subject(request), str(error)))
            telemetry.count("ReadsRefused")
            if not request.attempt:
                # One retry separates a lasting failure from a brief one, also for scans that run
                # once a day. After that, the next sweep tries again.
                self.delayed_queue.enqueue_after(
                    *requeue(request, self.clock.now(), RequeuePolicy.PATIENT)
                )
            return
        if found.complete and not request.event_driven:
            telemetry.looked(request.event_at, self.clock.now())
        is_event = (
            request.event_driven and request.subject is Subject.GROUP and not request.include_all
        )
        if is_event and not found.people and not request.is_recheck:
            self.delayed_queue.enqueue_after(*recheck(request, self.clock.now()))

    def _scan(self, request: ScanRequest, until: datetime) -> ScanResult:
        scans = self.scans
        match request.subject:
            case Subject.SWEEP:
                return scans.sweep.begin(request)
            case Subject.GROUP:
                return self._group(request, until)
            case Subject.NAME:
                return scans.name.scan(request)
            case Subject.TARGET:
                return scans.target.scan(request, until)
            case Subject.ASSIGNMENTS:
                return scans.assignments.scan(request, until)
            case Subject.CHECKS:
                return scans.checks.scan(request)
            case Subject.ROLES:
                return scans.roles.scan(request, until)
            case Subject.USERS:
                return scans.users.scan(request, until)
            case Subject.GROUPS:
                return scans.groups.scan(request, until)
            case _:
                assert_never(request.subject)

    def _group(self, request: ScanRequest, until: datetime) -> ScanResult:
        """Scan a group, to which an event may have given a name that a pattern row matches.

        Raises:
            RetryableError, PermanentError: as the scan, or its name cannot be read. If that is
                refused, what is known of the group is scanned first.
        """
        try:
            self.scans.pattern_groups.look_up(request)
        except PermanentError:
            self.scans.group.scan(request, until)
            raise
        return self.scans.group.scan(request, until)

    def _requeued(self, request: ScanRequest, reason: str) -> None:
        telemetry.requeued(request.subject, request.key, request.attempt, reason)
        if not is_exhausted(request, self.clock.now()):
            self.delayed_queue.enqueue_after(*requeue(request, self.clock.now()))
            return
        reporter.report(problems.gave_up(_subject(request), request.attempt, reason))
        telemetry.count("ReadsRefused")


def _subject(request: ScanRequest) -> str:
    return f"{request.subject} {request.key}".strip()
