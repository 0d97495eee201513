"""Checks a target once a day and on request, and every role before it is first given there.

What is wrong is a problem of the target. The results stay in the ledger, for `studio-hub doctor`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple, ParamSpec, TypeVar

from hub.runtime import reporter
from hub.runtime.decisions import checks
from hub.runtime.decisions.checks import Check, CheckResult, Finding, TargetChecks
from hub.runtime.decisions.decision import DesiredProfile
from hub.runtime.decisions.drift import Drift, DriftKind, KnownTarget
from hub.runtime.decisions.hub_state import Domain, HubState
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.record import Record, State
from hub.runtime.problems import targets
from hub.runtime.scan.ports import ScanPorts, ScanResult
from shared.conventions import SystemRole
from shared.errors import PermanentError, RetryableError, TargetUnreachableError
from shared.model import GroupMapping, Target, Unresolved, UserId
from shared.naming import role_name
from shared.requests import ScanRequest

# A sweep writes results that have not changed only once they are this old.
_FRESH: Final = timedelta(hours=20)
_T = TypeVar("_T")
_P = ParamSpec("_P")


def scan(request: ScanRequest, ports: ScanPorts) -> ScanResult:
    """Make all checks of a target, as `scan_domain` does."""
    target = Target.parse(request.key)
    known = ports.known_targets.of_target(target)
    return scan_domain(request, target, read_domain(target, ports), known, ports)


def scan_domain(
    request: ScanRequest,
    target: Target,
    domain: Domain | PermanentError,
    known: KnownTarget,
    ports: ScanPorts,
) -> ScanResult:
    """Make all checks of a target, store and report them, and queue whom a role was kept from.

    Raises:
        RetryableError: something cannot be read now, so nothing is stored or reported.
    """
    if ports.desired.is_over(request, target):
        _close(target)
        if request.event_driven:
            _save(request, target, (), known, ports)
        return ScanResult(0, complete=True)
    reader = _Reader(request, target, ports, domain)
    roles = reader.roles({row.role_arn for row in reader.rows})
    findings = [*reader.findings(known.records), *roles.values()]
    _report(reader, findings, roles)
    _save(request, target, checks.in_order(each.check for each in findings), known, ports)
    new = reader.remember(roles, frozenset())
    # This comes last: whoever is queued finds the roles and the results.
    found = _lacking(new, new, request, target, ports)
    complete = reader.refusal is None
    return ScanResult(ports.enqueuer.queue(found, request), complete=complete)


def scan_roles(request: ScanRequest, ports: ScanPorts, until: datetime) -> ScanResult:
    """Check the roles that a reconcile waits for, and queue everybody who lacks one of them.

    One request covers all targets of the user, so that one reconcile follows. What cannot be
    checked until the time `until` is given unchecked.
    """
    found: list[Drift] = []
    for key in request.key.split():
        if ports.clock.now() >= until:
            break
        target = Target.parse(key)
        new = check_new_roles(request, target, ports)
        state, none = _state(request, ports), frozenset[str]()
        checked = state.checked_roles.get(target, none)
        given = checked - state.unavailable_roles.get(target, none)
        found += _lacking(given, new, request, target, ports)
    return ScanResult(ports.enqueuer.queue(found, request), complete=True)


def check_new_roles(request: ScanRequest, target: Target, ports: ScanPorts) -> frozenset[str]:
    """Check the roles of a target that no check has found available; return those that are now.

    An account that does not answer delays nobody: after a minute the role is given unchecked.
    """
    state, none = _state(request, ports), frozenset[str]()
    known = state.checked_roles.get(target, none) - state.unavailable_roles.get(target, none)
    new = {row.role_arn for row in ports.mappings.of_target(request, target)} - known
    if not new:
        return frozenset()
    try:
        reader = _Reader(request, target, ports, read_domain(target, ports))
        found = reader.roles(new)
    except RetryableError:
        return frozenset()
    given = reader.remember(found, known)
    _report_roles(reader, found)
    reporter.checked(targets.ROLE_UNAVAILABLE, covers=lambda text: text.endswith(f" {target}"))
    if reader.is_missing:
        reporter.report(targets.domain_unusable(target, checks.NO_DOMAIN))
    elif reader.refusal is None:
        _report_unread(target, found.values())
    return given


class _Reader(NamedTuple):
    """Reads one target for its checks; `domain` is its domain, or why that cannot be read."""

    request: ScanRequest
    target: Target
    ports: ScanPorts
    domain: Domain | PermanentError

    @property
    def refusal(self) -> TargetUnreachableError | None:
        """Return why the account refuses the reader role; None if it does not."""
        return self.domain if isinstance(self.domain, TargetUnreachableError) else None

    @property
    def is_missing(self) -> bool:
        """Return whether there is no such domain."""
        return isinstance(self.domain, PermanentError) and checks.is_missing_domain(self.domain)

    @property
    def rows(self) -> tuple[GroupMapping, ...]:
        """Return the rows of the target."""
        return self.ports.mappings.of_target(self.request, self.target)

    def roles(self, arns: Iterable[str]) -> Mapping[str, Finding]:
        """Return what the checks of roles found, by their ARNs."""
        spoke, target = self.ports.spoke, self.target
        found = {}
        additional: frozenset[str] | PermanentError | None = None
        for arn in sorted(arns):
            seen = self._read(spoke.role, target, role_name(arn))
            if additional is None and not checks.is_of_the_hub(target, arn):
                additional = self._read(spoke.additional_roles, target)
            found[arn] = checks.of_role(target, arn, seen, additional or frozenset())
        return found

    def findings(self, records: Mapping[UserId, Record]) -> Iterator[Finding]:
        """Yield the findings of all checks but those of roles."""
        ports, target, domain = self.ports, self.target, self.domain
        state = _state(self.request, ports)
        yield checks.of_access("reader-role", target, str(self.refusal or ""))
        refused = state.refused.get(target)
        yield checks.of_access("access-role", target, refused.reason if refused else "")
        if isinstance(domain, Domain):
            yield from checks.of_domain(target, domain, ports.region)
            default = role_name(domain.default_role_arn)
            permits = checks.is_other_role(target, domain) and self._read(
                ports.spoke.has_policies, target, default
            )
            yield checks.of_default_role(target, domain, permits=permits)
            if domain.application_arn:
                required = self._read(ports.access.requires_assignment, domain.application_arn)
                yield checks.of_assignment_required(
                    target, domain.application_arn, required=required
                )
            yield checks.of_groups(target, state.problems)
        else:
            yield from checks.of_unread_domain(target, domain)
        quota = self._read(ports.spoke.profile_quota, target)
        yield checks.of_quota(target, self._people(records), quota)
        name = SystemRole.READER.name_in(target.region)
        yield checks.of_stack(target, self._read(ports.spoke.role, target, name))

    def remember(self, roles: Mapping[str, Finding], known: frozenset[str]) -> frozenset[str]:
        """Write which roles can be given, if that changed; return those that could not before.

        The `known` roles can be given. No role can be given without a domain.
        """
        state = _state(self.request, self.ports)
        was = state.checked_roles.get(self.target, frozenset())
        earlier = state.unavailable_roles.get(self.target, frozenset())
        unavailable = frozenset(
            arn
            for arn, finding in roles.items()
            if self.is_missing or finding.check.result is CheckResult.FAILED
        )
        checked = known | roles.keys()
        if (checked, unavailable) != (was, earlier):
            self.ports.hub_state.remember_roles(self.target, checked, unavailable)
        return (checked - unavailable) - (was - earlier)

    def _people(self, records: Mapping[UserId, Record]) -> int:
        """Return for how many users the group snapshots and the rows call for a profile."""
        found = self.ports.desired.decisions(self.request, self.target, records)
        return sum(isinstance(decision, DesiredProfile) for decision in found.values())

    def _read(
        self, call: Callable[_P, _T], *args: _P.args, **how: _P.kwargs
    ) -> _T | PermanentError:
        """Return what a call answers, or why it cannot be read."""
        if self.refusal:
            return self.refusal
        try:
            return call(*args, **how)
        except PermanentError as error:
            return error


def read_domain(target: Target, ports: ScanPorts) -> Domain | PermanentError:
    """Return the domain of a target, or why it cannot be read."""
    try:
        return ports.studio.domain(target)
    except PermanentError as error:
        return error


def _state(request: ScanRequest, ports: ScanPorts) -> HubState:
    return ports.hub_state.state(newer_than=request.enqueued_at)


def _report(reader: _Reader, findings: Iterable[Finding], roles: Mapping[str, Finding]) -> None:
    """Report each problem once, and close those of the target that are over.

    An account that refuses the reader role closes nothing: that problem says why.
    """
    for finding in findings:
        if finding.problem:
            reporter.report(finding.problem)
    _report_roles(reader, roles)
    if reader.refusal is None:
        _report_unread(reader.target, findings)
        _close(reader.target)


def _report_unread(target: Target, findings: Iterable[Finding]) -> None:
    unread = {each.check.id: each.check.text for each in findings if each.is_reported}
    if unread:
        reporter.report(targets.check_unreadable(target, unread))


def _report_roles(reader: _Reader, roles: Mapping[str, Finding]) -> None:
    """Report the unavailable roles whose groups have members; `doctor` shows the others too."""
    failed = {
        arn: finding.check.text
        for arn, finding in roles.items()
        if finding.check.result is CheckResult.FAILED
        if _members(frozenset({arn}), reader.request, reader.target, reader.ports)
    }
    if failed:
        reporter.report(targets.role_unavailable(reader.target, failed))


def _close(target: Target) -> None:
    reporter.checked(*targets.CHECKS, covers=lambda text: text.endswith(f" {target}"))


def _save(
    request: ScanRequest,
    target: Target,
    found: tuple[Check, ...],
    known: KnownTarget,
    ports: ScanPorts,
) -> None:
    """Store results; a sweep that finds nothing new writes nothing for most of a day."""
    now, last = ports.clock.now(), known.checks
    if request.event_driven or last is None or last.checks != found or now > last.at + _FRESH:
        ports.check_results.save(target, TargetChecks(now, request.event_id, found))


def _lacking(
    arns: frozenset[str],
    new: frozenset[str],
    request: ScanRequest,
    target: Target,
    ports: ScanPorts,
) -> Iterator[Drift]:
    """Yield users for whom rows call for some roles and who have no finished profile.

    Of `new` roles, who has another role is yielded too.
    """
    members, of_new = (_members(each, request, target, ports) for each in (arns, arns & new))
    records = ports.desired.records_of(target) if members else {}
    for user in sorted(members):
        record = records.get(user)
        is_done = record is not None and record.state is State.ACTIVE
        if not is_done or (user in of_new and record and record.role_arn not in new):
            yield Drift(user, DriftKind.REQUESTED)


def _members(
    arns: frozenset[str], request: ScanRequest, target: Target, ports: ScanPorts
) -> set[UserId]:
    """Return the members, as last seen, of the groups whose rows call for some roles."""
    rows = [row for row in ports.mappings.of_target(request, target) if row.role_arn in arns]
    ids = ports.mappings.with_ids(request)[1] if rows else {}
    members: set[UserId] = set()
    for group in {group_id(row, ids) for row in rows}:
        if not isinstance(group, Unresolved):
            members |= ports.group_snapshots.snapshot(group, request.enqueued_at).members.keys()
    return members
