"""Checks a target once a day, hourly while a check fails, and on request.

What is wrong is a problem of the target. The results stay in the ledger, for `studio-hub doctor`.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from hub.runtime import reporter
from hub.runtime.decisions import checks
from hub.runtime.decisions.checks import Check, Finding, TargetChecks
from hub.runtime.decisions.drift import KnownTarget
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.ports import CheckResults, Clock, KnownTargets
from hub.runtime.problems import targets
from hub.runtime.scan import reports
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.roles import RoleChecks
from hub.runtime.scan.target_reader import TargetReader, TargetReading
from shared.model import Target
from shared.requests import ScanRequest

# A sweep writes results that have not changed only once they are this old.
_FRESH: Final = timedelta(hours=20)


class Checks(NamedTuple):
    """Makes all checks of a target, stores what they find and reports it."""

    reader: TargetReader
    roles: RoleChecks
    desired: DesiredReader
    known_targets: KnownTargets
    check_results: CheckResults
    enqueuer: Enqueuer
    clock: Clock

    def scan(self, request: ScanRequest) -> ScanResult:
        """Make all checks of the request's target, as `check` does."""
        target = Target.parse(request.key)
        known = self.known_targets.of_target(target)
        return self.check(self.reader.read(request, target), known)

    def check(self, reading: TargetReading, known: KnownTarget) -> ScanResult:
        """Make all checks, store and report them, and queue whom a role was kept from.

        Raises:
            RetryableError: something cannot be read now, so nothing is stored or reported.
        """
        request, target = reading.request, reading.target
        if self.desired.is_over(request, target):
            _close(target)
            if request.event_driven:
                self._save(reading, (), known)
            return ScanResult(0, complete=True)
        roles = self.roles.check_all(reading)
        findings = [*self.reader.findings(reading, known.records), *roles.values()]
        self._report(reading, findings, roles)
        found_now = checks.bounded(checks.in_order(each.check for each in findings))
        self._save(reading, found_now, known)
        new = self.roles.remember(reading, roles, frozenset())
        # This comes last: whoever is queued finds the roles and the results.
        found = self.roles.lacking(new, new, request, target)
        complete = reading.refusal is None
        return ScanResult(self.enqueuer.queue(found, request), complete=complete)

    def _report(
        self, reading: TargetReading, findings: Iterable[Finding], roles: Mapping[str, Finding]
    ) -> None:
        """Report each problem once, and close those of the target that are over.

        An account that refuses the reader role closes nothing: that problem says why.
        """
        for finding in findings:
            if finding.problem:
                reporter.report(finding.problem)
        self.roles.report(reading, roles)
        if reading.refusal is None:
            reports.unreadable_checks(reading.target, findings)
            _close(reading.target)

    def _save(self, reading: TargetReading, found: tuple[Check, ...], known: KnownTarget) -> None:
        """Store results; a sweep that finds nothing new writes nothing for most of a day."""
        request, now, last = reading.request, self.clock.now(), known.checks
        if request.event_driven or last is None or last.checks != found or now > last.at + _FRESH:
            self.check_results.save(reading.target, TargetChecks(now, request.event_id, found))


def _close(target: Target) -> None:
    reporter.checked(*targets.CHECKS, covers=lambda text: text.endswith(f" {target}"))
