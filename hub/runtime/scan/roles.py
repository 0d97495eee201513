"""Checks the roles that rows give: every one before it is first given in a target, then daily."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from hub.runtime import reporter
from hub.runtime.decisions.checks import NO_DOMAIN, CheckResult, Finding
from hub.runtime.decisions.drift import Drift, DriftKind
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.record import State
from hub.runtime.decisions.unchecked import remembered
from hub.runtime.ports import Clock, HubStateStore, Ledger
from hub.runtime.problems import targets
from hub.runtime.scan import reports
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.snapshots import SnapshotCache
from hub.runtime.scan.target_reader import TargetReader, TargetReading
from shared.errors import RetryableError
from shared.model import Target, Unresolved, UserId
from shared.requests import ScanRequest


class RoleChecks(NamedTuple):
    """Checks roles, stores which of them can be given, and finds the users who lack one."""

    reader: TargetReader
    mappings: Mappings
    group_snapshots: SnapshotCache
    ledger: Ledger
    hub_state: HubStateStore
    enqueuer: Enqueuer
    clock: Clock

    def scan(self, request: ScanRequest, until: datetime) -> ScanResult:
        """Check the roles that a reconcile waits for, and queue everybody who lacks one of them.

        One request covers all targets of the user, so that one reconcile follows. What cannot be
        checked until the time `until` is given unchecked.
        """
        found: list[Drift] = []
        for key in request.key.split():
            if self.clock.now() >= until:
                break
            target = Target.parse(key)
            new = self.check_new(request, target)
            available = self._available(target, newer_than=request.enqueued_at)
            found += self.lacking(available, new, request, target)
        return ScanResult(self.enqueuer.queue(found, request), complete=True)

    def check_new_before(
        self, request: ScanRequest, in_targets: Iterable[Target], until: datetime
    ) -> None:
        """Check the new roles of some targets, as `check_new` does, in at most half of the time.

        What is left is checked when a reconcile asks for it.
        """
        now = self.clock.now()
        for target in sorted(set(in_targets)):
            if self.clock.now() < now + (until - now) / 2:
                self.check_new(request, target)

    def check_new(self, request: ScanRequest, target: Target) -> frozenset[str]:
        """Check the roles of a target that no check found available; return those that are now.

        An account that does not answer delays nobody: after a minute the role is given unchecked.
        """
        in_rows = {row.role_arn for row in self.mappings.of_target(request, target)}
        if not in_rows - self._available(target, newer_than=request.enqueued_at):
            return frozenset()
        # All roles are written together, so none may be as it was before another check.
        known = self._available(target, newer_than=self.clock.now())
        new = in_rows - known
        try:
            reading = self.reader.read(request, target)
            found = self.reader.roles(reading, new)
        except RetryableError:
            return frozenset()
        now_available = self.remember(reading, found, known)
        self.report(reading, found)
        reporter.checked(targets.ROLE_UNAVAILABLE, covers=lambda text: text.endswith(f" {target}"))
        if reading.is_missing:
            reporter.report(targets.domain_unusable(target, NO_DOMAIN))
        elif reading.refusal is None:
            reports.unreadable_checks(target, found.values())
        return now_available

    def _available(self, target: Target, newer_than: datetime) -> frozenset[str]:
        """Return the roles of a target that a check found available."""
        state, none = self.hub_state.state(newer_than), frozenset[str]()
        return state.checked_roles.get(target, none) - state.unavailable_roles.get(target, none)

    def check_all(self, reading: TargetReading) -> Mapping[str, Finding]:
        """Return what the checks of all roles in a target's rows found, by their ARNs."""
        rows = self.mappings.of_target(reading.request, reading.target)
        return self.reader.roles(reading, {row.role_arn for row in rows})

    def remember(
        self, reading: TargetReading, roles: Mapping[str, Finding], known: frozenset[str]
    ) -> frozenset[str]:
        """Write which roles can be given, if that changed; return those that could not before.

        The `known` roles can be given. No role can be given without a domain.
        """
        target, none = reading.target, frozenset[str]()
        state = self.hub_state.state(newer_than=reading.request.enqueued_at)
        was = state.checked_roles.get(target, none)
        earlier = state.unavailable_roles.get(target, none)
        unavailable = frozenset(
            arn
            for arn, finding in roles.items()
            if reading.is_missing or finding.check.result is CheckResult.FAILED
        )
        checked, unavailable = remembered(known | roles.keys(), unavailable)
        if (checked, unavailable) != (was, earlier):
            self.hub_state.remember_roles(target, checked, unavailable)
        return (checked - unavailable) - (was - earlier)

    def report(self, reading: TargetReading, roles: Mapping[str, Finding]) -> None:
        """Report the unavailable roles whose groups have members; `doctor` shows the others too."""
        failed = {
            arn: finding.check.text
            for arn, finding in roles.items()
            if finding.check.result is CheckResult.FAILED
            if self._members(frozenset({arn}), reading.request, reading.target)
        }
        if failed:
            reporter.report(targets.role_unavailable(reading.target, failed))

    def lacking(
        self, arns: frozenset[str], new: frozenset[str], request: ScanRequest, target: Target
    ) -> Iterator[Drift]:
        """Yield users for whom rows call for some roles and who have no finished profile.

        Of `new` roles, who has another role is yielded too.
        """
        members, of_new = (self._members(each, request, target) for each in (arns, arns & new))
        records = self.ledger.of_target(target) if members else ()
        record_of = {record.user_id: record for record in records}
        for user in sorted(members):
            record = record_of.get(user)
            is_done = record is not None and record.state is State.ACTIVE
            if not is_done or (user in of_new and record and record.role_arn not in new):
                yield Drift(user, DriftKind.REQUESTED)

    def _members(self, arns: frozenset[str], request: ScanRequest, target: Target) -> set[UserId]:
        """Return the members, as last seen, of the groups whose rows call for some roles."""
        rows = [row for row in self.mappings.of_target(request, target) if row.role_arn in arns]
        ids = self.mappings.with_ids(request)[1] if rows else {}
        members: set[UserId] = set()
        for group in {group_id(row, ids) for row in rows}:
            if not isinstance(group, Unresolved):
                copy = self.group_snapshots.snapshot(group, request.enqueued_at)
                members |= copy.members.keys()
        return members
