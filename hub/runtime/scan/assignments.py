"""Scans the assignments of a target's domain once a day and compares them with the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from hub.runtime import reporter
from hub.runtime.decisions.checks import is_missing_domain
from hub.runtime.decisions.drift import Drift, DriftKind
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.problems import targets
from hub.runtime.scan import reports
from hub.runtime.scan.desired import is_over, records_of
from hub.runtime.scan.enqueue import queue
from hub.runtime.scan.listing import PagedListing
from hub.runtime.scan.ports import ScanPorts, ScanResult
from shared.errors import PermanentError, TargetUnreachableError
from shared.model import Target, UserId
from shared.requests import ScanRequest

_USER = "USER"


def scan(request: ScanRequest, ports: ScanPorts, until: datetime) -> ScanResult:
    """Queue users whose assignment differs from the ledger, and report other ways into the domain.

    A wrong assignment is recorded as UNSURE, so that `reconcile` creates or ends it again.
    """
    target = Target.parse(request.key)
    try:
        domain = ports.studio.domain(target)
    except PermanentError as error:
        _unread(error, request, target, ports)
        return ScanResult(0, complete=False)
    if not domain.application_arn:
        reports.assignments_checked(target)
        return ScanResult(0, complete=True)
    paged_listing: PagedListing[tuple[str, str]] = PagedListing(
        request,
        lambda token: ports.access.assignments(domain.application_arn, token),
        lambda assignment: assignment[1],
        ports,
        until,
        remember=lambda _: True,
    )
    listed = [assignment for page in paged_listing.pages() for assignment in page]
    records = records_of(target, ports)
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
    count = queue(_unsure(wrong, ports), request, ports)
    if not paged_listing.is_complete:
        paged_listing.go_on()
    elif not request.part:
        # A listing in several parts closes nothing: each part sees its own page alone.
        reports.assignments_checked(target)
    return ScanResult(count, paged_listing.is_complete)


def _unread(error: PermanentError, request: ScanRequest, target: Target, ports: ScanPorts) -> None:
    """Report a domain that cannot be read; the target's checks report one that does not exist.

    Raises the error if it is another one.
    """
    if is_over(request, target, ports):
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


def _unsure(wrong: Iterable[Record], ports: ScanPorts) -> Iterator[Drift]:
    for record in wrong:
        if ports.mode == "apply":
            ports.ledger.write(replace(record, access=Access.UNSURE))
        yield Drift(record.user_id, DriftKind.ASSIGNMENT, force_observe=True)
