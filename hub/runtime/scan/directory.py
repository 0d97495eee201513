"""Looks at the whole directory, once a day: who is disabled, gone or renamed, and which groups."""

from collections.abc import Iterable
from datetime import datetime

from hub.runtime import open_problems
from hub.runtime.decisions.desired import group_id
from hub.runtime.decisions.drift import Drift, DriftKind, KnownPeople, gone, of_people
from hub.runtime.decisions.protection import is_protected
from hub.runtime.decisions.removal_limit import Disruption, DisruptionKind
from hub.runtime.scan import reports
from hub.runtime.scan.admission import admit
from hub.runtime.scan.enqueue import queue
from hub.runtime.scan.found import Found
from hub.runtime.scan.listing import PagedListing
from hub.runtime.scan.ports import ScanPorts
from shared.model import GroupId, Target, Unresolved, User
from shared.requests import ScanRequest, Subject

_DISABLED_OR_DELETED = "the user is disabled or gone in the directory"


def look_at_people(request: ScanRequest, world: ScanPorts, until: datetime) -> Found:
    """Queue who is not what the ledger says of them."""
    known, targets = KnownPeople(), set[Target]()
    for record in world.ledger.everybody():
        known.add(record)
        targets.add(record.target)
    paged_listing: PagedListing[User] = PagedListing(
        request,
        world.directory.people,
        lambda person: person.id,
        world,
        until,
        # The directory may have twenty times as many people as the ledger.
        remember=known.knows,
    )
    found = [each for page in paged_listing.pages() for each in of_people(page, known)]
    if paged_listing.is_complete:
        found += gone(paged_listing.seen, known)
    _admit_disabled_or_deleted(found, known, request, world)
    count = queue(found, request, world)
    if paged_listing.is_complete:
        _look_at_forgotten(targets, request, world)
    else:
        paged_listing.go_on()
    return Found(count, paged_listing.is_complete)


def _admit_disabled_or_deleted(
    found: Iterable[Drift], known: KnownPeople, request: ScanRequest, world: ScanPorts
) -> None:
    """Weigh together what all those lose who were found disabled or gone."""
    disabled_or_deleted = {
        each.user_id for each in found if each.drift_kind in (DriftKind.DISABLED, DriftKind.GONE)
    }
    disruptions: dict[Target, list[Disruption]] = {}
    state, now = world.hub_state.state(newer_than=request.enqueued_at), world.clock.now()
    for user in sorted(disabled_or_deleted):
        for target, profile_name in known.profiles.get(user, ()):
            if is_protected(user, target, profile_name, state, now):
                continue
            disruption = Disruption(
                user,
                min(known.names[user]),
                profile_name,
                DisruptionKind.REMOVAL,
                _DISABLED_OR_DELETED,
            )
            disruptions.setdefault(target, []).append(disruption)
    admit(disruptions, world)


def _look_at_forgotten(targets: Iterable[Target], request: ScanRequest, world: ScanPorts) -> None:
    """Have targets looked at that the ledger has records of, and no round knew."""
    known = world.hub_state.state(newer_than=request.enqueued_at).targets
    for target in sorted(set(targets) - known):
        world.hub_state.remember_target(target)
        world.looks.enqueue(
            ScanRequest(
                Subject.TARGET, str(target), world.clock.now(), request.event_id, request.event_at
            )
        )


def look_at_groups(request: ScanRequest, world: ScanPorts, until: datetime) -> Found:
    """Report mapped groups that have another name, and names that have another group."""
    table = world.mappings.table(newer_than=request.enqueued_at)
    ids = world.names.of(table, newer_than=request.enqueued_at)
    rows_of: dict[GroupId, list[str]] = {}
    for row in table.rows:
        id_ = group_id(row, ids)
        if not isinstance(id_, Unresolved):
            rows_of.setdefault(id_, []).append(row.group)
    paged_listing: PagedListing[tuple[GroupId, str]] = PagedListing(
        request,
        world.directory.groups,
        lambda group: group[0],
        world,
        until,
        remember=lambda _: False,
    )
    for page in paged_listing.pages():
        for id_, name in page:
            reports.renamed(id_, name, rows_of.get(id_, ()))
            known = ids.get(name, id_)
            if known != id_ and not isinstance(known, Unresolved):
                reports.recreated(name, known, id_)
    if not paged_listing.is_complete:
        paged_listing.go_on()
    elif not request.part:
        # A listing that went on by message was reported in parts.
        open_problems.judged_all("group-renamed", "group-recreated")
    return Found(0, paged_listing.is_complete)
