"""A look at who may sign in to a target's domain, once a day: assignments against the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from hub.runtime import access_reports
from hub.runtime.decisions.drift import Drift, DriftKind
from hub.runtime.decisions.hub_state import Domain
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.scan import reports
from hub.runtime.scan.desired import is_over, records_of
from hub.runtime.scan.enqueue import queue
from hub.runtime.scan.found import Found
from hub.runtime.scan.listing import PagedListing
from hub.runtime.scan.ports import ScanPorts
from shared.conventions import suspended_role_arn
from shared.errors import PermanentError, TargetUnreachableError
from shared.model import Target, UserId
from shared.requests import ScanRequest

_USER = "USER"


def look(request: ScanRequest, world: ScanPorts, until: datetime) -> Found:
    """Queue whose assignment is not as the ledger says, and report how else people come in, or not.

    What is wrong is written as not sure, so that it is made, or ended, again.
    """
    target = Target.parse(request.key)
    try:
        domain = world.studio.domain(target)
    except PermanentError as error:
        if is_over(request, target, world):
            reports.access_judged(target)
            return Found(0, complete=False)
        if not isinstance(error, TargetUnreachableError):
            raise
        reports.unreachable(target, str(error))
        return Found(0, complete=False)
    if not request.part:
        _see_domain(target, domain)
    if not domain.application_arn:
        reports.access_judged(target)
        access_reports.no_application(target)
        return Found(0, complete=True)
    paged_listing: PagedListing[tuple[str, str]] = PagedListing(
        request,
        lambda token: world.access.assignments(domain.application_arn, token),
        lambda assignment: assignment[1],
        world,
        until,
        remember=lambda _: True,
    )
    listed = [assignment for page in paged_listing.pages() for assignment in page]
    records = records_of(target, world)
    groups = [id_ for kind, id_ in listed if kind != _USER]
    if groups:
        reports.hole(target, groups)
    users = [UserId(id_) for kind, id_ in listed if kind == _USER]
    unknown = [user for user in users if not _is_known(records.get(user))]
    if unknown:
        reports.assigned_by_others(target, len(unknown))
    wrong = list(_too_much(users, records))
    if paged_listing.is_complete:
        wrong += _too_little(paged_listing.seen, records.values())
    count = queue(_unsure(wrong, world), request, world)
    if paged_listing.is_complete:
        # Last of all, so that whoever is wrong is queued, whatever this call comes to.
        _see_who_needs_one(request, target, domain, world)
    else:
        paged_listing.go_on()
    return Found(count, paged_listing.is_complete)


def _see_domain(target: Target, domain: Domain) -> None:
    """Report a domain in which a profile of nobody's may do something, or that nobody can open."""
    if domain.default_role_arn != suspended_role_arn(target.account, target.region):
        reports.default_role(target, domain)
    if domain.portal_off:
        access_reports.portal_off(target, domain)


def _see_who_needs_one(
    request: ScanRequest, target: Target, domain: Domain, world: ScanPorts
) -> None:
    """Report an application that lets in everybody, or does not tell; judge the whole listing.

    A listing that went on by message was reported in parts.
    """
    if not request.part:
        reports.access_judged(target)
    try:
        required = world.access.requires_assignment(domain.application_arn)
    except PermanentError as error:
        access_reports.assignment_untold(target, str(error))
        return
    if not required:
        access_reports.assignment_not_required(target, domain)


def _is_known(record: Record | None) -> bool:
    return record is not None and record.state is not State.REMOVED


def _too_much(users: Iterable[UserId], records: Mapping[UserId, Record]) -> Iterator[Record]:
    """Yield who was let in again after the hub had ended that."""
    for user in users:
        record = records.get(user)
        if record is not None and record.access is Access.REVOKED and _is_known(record):
            yield record


def _too_little(seen: Seen, records: Iterable[Record]) -> list[Record]:
    """Return who was let in by the hub, and is not any more."""
    return [
        record
        for record in records
        if record.access is Access.ASSIGNED and _is_known(record) and record.user_id not in seen
    ]


def _unsure(wrong: Iterable[Record], world: ScanPorts) -> Iterator[Drift]:
    for record in wrong:
        if world.mode == "apply":
            world.ledger.write(replace(record, access=Access.UNSURE))
        yield Drift(record.user_id, DriftKind.ASSIGNMENT, force_observe=True)
