"""Compares a target's assignments with the ledger once a day, and makes the target's checks."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Literal, NamedTuple

from hub.runtime import reporter
from hub.runtime.decisions.checks import is_missing_domain
from hub.runtime.decisions.drift import Drift, DriftKind, KnownTarget
from hub.runtime.decisions.hub_state import Domain
from hub.runtime.decisions.listing import ScanResult, Seen
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.ports import KnownTargets, Ledger
from hub.runtime.problems import targets
from hub.runtime.scan import reports
from hub.runtime.scan.checks import Checks
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.listing import ListingPorts, PagedListing
from hub.runtime.scan.target_reader import TargetReader
from hub.runtime.studio_ports import AssignmentListing
from shared.errors import PermanentError, TargetUnreachableError
from shared.model import Target, UserId
from shared.requests import ScanRequest

_USER = "USER"


class AssignmentDrift(NamedTuple):
    """Compares assignments with the ledger; `mode` tells whether the ledger may be changed."""

    mode: Literal["apply", "report"]
    access: AssignmentListing
    ledger: Ledger
    listings: ListingPorts
    enqueuer: Enqueuer

    def queue(
        self,
        request: ScanRequest,
        target: Target,
        domain: Domain,
        known: Callable[[], KnownTarget],
        until: datetime,
    ) -> ScanResult:
        """Queue users whose assignment differs from the ledger.

        Other ways into the domain are reported. A wrong assignment is recorded as UNSURE, so that
        `reconcile` creates or ends it again.
        """
        if not domain.application_arn:
            reports.assignments_checked(target)
            return ScanResult(0, complete=True)
        paged_listing: PagedListing[tuple[str, str]] = PagedListing(
            request,
            lambda token: self.access.assignments(domain.application_arn, token),
            lambda assignment: assignment[1],
            self.listings,
            until,
            remember=lambda _: True,
        )
        listed = [assignment for page in paged_listing.pages() for assignment in page]
        records = known().records
        groups = [id_ for kind, id_ in listed if kind != _USER]
        if groups:
            reporter.report(targets.group_assignment(target, groups))
        users = [UserId(id_) for kind, id_ in listed if kind == _USER]
        unknown = [user for user in users if not _is_known(records.get(user))]
        if unknown:
            reporter.report(targets.assigned_by_others(target, len(unknown)))
        wrong = list(_too_much(users, records))
        if paged_listing.is_complete:
            wrong += _too_little(paged_listing.seen, records.values())
        count = self.enqueuer.queue(self._unsure(wrong), request)
        if not paged_listing.is_complete:
            paged_listing.go_on()
        elif not request.part:
            # A listing in several parts closes nothing: each part sees its own page alone.
            reports.assignments_checked(target)
        return ScanResult(count, paged_listing.is_complete)

    def _unsure(self, wrong: Iterable[Record]) -> Iterator[Drift]:
        for record in wrong:
            if self.mode == "apply":
                self.ledger.write(replace(record, access=Access.UNSURE))
            yield Drift(record.user_id, DriftKind.ASSIGNMENT, force_observe=True)


class AssignmentScan(NamedTuple):
    """Scans the assignments of a target, and makes its checks: both need its domain."""

    reader: TargetReader
    known_targets: KnownTargets
    drift: AssignmentDrift
    checks: Checks
    desired: DesiredReader

    def scan(self, request: ScanRequest, until: datetime) -> ScanResult:
        """Compare a target's assignments and make its checks, with one read of domain and ledger.

        Assignments that cannot be listed stop no check: these tell why.
        """
        target = Target.parse(request.key)
        reading = self.reader.read(request, target)
        domain = reading.domain
        # It is read after the assignments are listed.
        known = cache(partial(self.known_targets.of_target, target))
        refusal: PermanentError | None = None
        compared = ScanResult(0, complete=False)
        try:
            if isinstance(domain, Domain):
                compared = self.drift.queue(request, target, domain, known, until)
                if not compared.complete:
                    return compared
            else:
                self._unread(domain, request, target)
        except PermanentError as error:
            refusal = error
        checked = self.checks.check(reading, known())
        if refusal is not None:
            raise refusal
        return ScanResult(
            compared.people + checked.people, complete=compared.complete and checked.complete
        )

    def _unread(self, error: PermanentError, request: ScanRequest, target: Target) -> None:
        """Report a domain that cannot be read; the target's checks report one that does not exist.

        Raises the error if it is another one.
        """
        if self.desired.is_over(request, target):
            reports.assignments_checked(target)
        elif isinstance(error, TargetUnreachableError):
            reporter.report(targets.unreachable(target, str(error)))
        elif not is_missing_domain(error):
            raise error


def _is_known(record: Record | None) -> bool:
    return record is not None and record.state is not State.REMOVED


def _too_much(users: Iterable[UserId], records: Mapping[UserId, Record]) -> Iterator[Record]:
    """Yield records of users who have an assignment although the hub revoked it."""
    for user in users:
        record = records.get(user)
        if record is not None and record.access is Access.REVOKED and _is_known(record):
            yield record


def _too_little(seen: Seen, records: Iterable[Record]) -> list[Record]:
    """Return records of users whose assignment by the hub is missing."""
    return [
        record
        for record in records
        if record.access is Access.ASSIGNED and _is_known(record) and record.user_id not in seen
    ]
