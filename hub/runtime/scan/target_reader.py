"""Reads a target for its checks: its domain, its roles and its quota."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, ParamSpec, TypeVar

from hub.runtime.decisions import checks
from hub.runtime.decisions.checks import Finding
from hub.runtime.decisions.decision import DesiredProfile
from hub.runtime.decisions.hub_state import Domain
from hub.runtime.decisions.record import Record
from hub.runtime.ports import Clock, HubStateStore
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.refusals import refusal_of
from hub.runtime.studio_ports import AssignmentListing, SpokeReader, StudioListing
from shared.conventions import SystemRole
from shared.errors import PermanentError, TargetUnreachableError
from shared.model import Target, UserId
from shared.naming import role_name
from shared.requests import ScanRequest

_T = TypeVar("_T")
_P = ParamSpec("_P")


class TargetReading(NamedTuple):
    """One target as a scan reads it; `domain` is its domain, or why that cannot be read."""

    request: ScanRequest
    target: Target
    domain: Domain | PermanentError

    @property
    def refusal(self) -> TargetUnreachableError | None:
        """Return why the account refuses the reader role; None if it does not."""
        return self.domain if isinstance(self.domain, TargetUnreachableError) else None

    @property
    def is_missing(self) -> bool:
        """Return whether there is no such domain."""
        return isinstance(self.domain, PermanentError) and checks.is_missing_domain(self.domain)


class TargetReader(NamedTuple):
    """Reads what the checks of a target need, with the reader role; `region` is the hub's own.

    RetryableError, if something cannot be read now. What is refused for good is a finding.
    """

    region: str
    studio: StudioListing
    spoke: SpokeReader
    access: AssignmentListing
    desired: DesiredReader
    hub_state: HubStateStore
    clock: Clock

    def read(self, request: ScanRequest, target: Target) -> TargetReading:
        """Return the target with its domain, which is all that is read of it so far."""
        try:
            return TargetReading(request, target, self.studio.domain(target))
        except PermanentError as error:
            return TargetReading(request, target, error)

    def roles(self, reading: TargetReading, arns: Iterable[str]) -> Mapping[str, Finding]:
        """Return what the checks of roles found, by their ARNs."""
        target = reading.target
        found = {}
        additional: frozenset[str] | PermanentError | None = None
        for arn in sorted(arns):
            seen = _answer(reading, self.spoke.role, target, role_name(arn))
            if additional is None and not checks.is_of_the_hub(target, arn):
                additional = _answer(reading, self.spoke.additional_roles, target)
            found[arn] = checks.of_role(target, arn, seen, additional or frozenset())
        return found

    def findings(
        self, reading: TargetReading, records: Mapping[UserId, Record]
    ) -> Iterator[Finding]:
        """Yield the findings of all checks but those of roles."""
        target, domain = reading.target, reading.domain
        state = self.hub_state.state(newer_than=reading.request.enqueued_at)
        yield checks.of_access("reader-role", target, str(reading.refusal or ""))
        refused = refusal_of(target, state, self.hub_state, self.clock.now())
        yield checks.of_access("access-role", target, refused.reason if refused else "")
        if isinstance(domain, Domain):
            yield from checks.of_domain(target, domain, self.region)
            default = role_name(domain.default_role_arn)
            permits = checks.is_other_role(target, domain) and _answer(
                reading, self.spoke.has_policies, target, default
            )
            yield checks.of_default_role(target, domain, permits=permits)
            if domain.application_arn:
                required = _answer(reading, self.access.requires_assignment, domain.application_arn)
                yield checks.of_assignment_required(
                    target, domain.application_arn, required=required
                )
            yield checks.of_groups(target, state.problems)
        else:
            yield from checks.of_unread_domain(target, domain)
        quota = _answer(reading, self.spoke.profile_quota, target)
        yield checks.of_quota(target, self._people(reading, records), quota)
        name = SystemRole.READER.name_in(target.region)
        yield checks.of_stack(target, _answer(reading, self.spoke.role, target, name))

    def _people(self, reading: TargetReading, records: Mapping[UserId, Record]) -> int:
        """Return for how many users the group snapshots and the rows call for a profile."""
        found = self.desired.decisions(reading.request, reading.target, records)
        return sum(isinstance(decision, DesiredProfile) for decision in found.values())


def _answer(
    reading: TargetReading, call: Callable[_P, _T], *args: _P.args, **how: _P.kwargs
) -> _T | PermanentError:
    """Return what a call answers, or why it cannot be read."""
    if reading.refusal:
        return reading.refusal
    try:
        return call(*args, **how)
    except PermanentError as error:
        return error
