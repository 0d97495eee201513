"""Scans the whole directory once a day: disabled, deleted and renamed users, and the groups."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hub.runtime import reporter
from hub.runtime.decisions.drift import Drift, DriftKind, KnownPeople, gone, of_people
from hub.runtime.decisions.hub_state import OLDEST_STATE
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.record import State
from hub.runtime.decisions.removal_limit import Disruption, DisruptionKind
from hub.runtime.ports import Directory, HubStateStore, Ledger
from hub.runtime.problems import mappings
from hub.runtime.scan import reports
from hub.runtime.scan.admission import JointAdmission
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.listing import ListingPorts, PagedListing
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.pattern_groups import PatternGroups
from hub.runtime.scan.sweep import Sweep
from shared.model import GroupId, Target, Unresolved, User
from shared.requests import ScanRequest

_DISABLED_OR_DELETED = (DriftKind.DISABLED, DriftKind.GONE)
_WHY = "the user is disabled or gone in the directory"


class UsersScan(NamedTuple):
    """Scans the users of the directory."""

    directory: Directory
    ledger: Ledger
    hub_state: HubStateStore
    listings: ListingPorts
    admission: JointAdmission
    enqueuer: Enqueuer
    sweep: Sweep

    def scan(self, request: ScanRequest, until: datetime) -> ScanResult:
        """Queue the users who differ from the ledger."""
        known, targets = KnownPeople(), set[Target]()
        for record in self.ledger.everybody():
            known.add(record)
            if record.state is not State.REMOVED:
                targets.add(record.target)
        paged_listing: PagedListing[User] = PagedListing(
            request,
            self.directory.people,
            lambda person: person.id,
            self.listings,
            until,
            # The directory may have twenty times as many users as the ledger.
            remember=known.knows,
        )
        found = [each for page in paged_listing.pages() for each in of_people(page, known)]
        if paged_listing.is_complete:
            found += gone(paged_listing.seen, known)
        # The listing may have taken minutes.
        oldest = max(request.enqueued_at, self.listings.clock.now() - OLDEST_STATE)
        state = self.hub_state.state(newer_than=oldest)
        self.admission.admit_unprotected(_disabled_or_deleted(found, known), state)
        count = self.enqueuer.queue(found, request)
        if paged_listing.is_complete:
            self.sweep.queue_forgotten(request, targets)
        else:
            paged_listing.go_on()
        return ScanResult(count, paged_listing.is_complete)


def _disabled_or_deleted(
    found: Iterable[Drift], known: KnownPeople
) -> dict[Target, list[Disruption]]:
    """Return the removals of all users who were found disabled or gone, by target."""
    users = {each.user_id for each in found if each.drift_kind in _DISABLED_OR_DELETED}
    disruptions: dict[Target, list[Disruption]] = {}
    for user in sorted(users):
        for target, profile_name in known.profiles.get(user, ()):
            disruption = Disruption(
                user, min(known.names[user]), profile_name, DisruptionKind.REMOVAL, _WHY
            )
            disruptions.setdefault(target, []).append(disruption)
    return disruptions


class GroupsScan(NamedTuple):
    """Scans the groups of the directory."""

    mappings: Mappings
    directory: Directory
    hub_state: HubStateStore
    listings: ListingPorts
    pattern_groups: PatternGroups

    def scan(self, request: ScanRequest, until: datetime) -> ScanResult:
        """Report mapped groups with another name, and mapped names that another group has now.

        The groups that pattern rows match are stored, and scanned where that is new.
        """
        if self.pattern_groups.end_without_listing(request):
            return ScanResult(0, complete=True)
        table, ids = self.mappings.with_ids(request)
        rows_of: dict[GroupId, list[str]] = {}
        for row in table.rows:
            id_ = group_id(row, ids)
            if not isinstance(id_, Unresolved) and not row.pattern:
                rows_of.setdefault(id_, []).append(row.group)
        known_groups = frozenset[str](
            self.hub_state.state(newer_than=request.enqueued_at).pattern_groups
        )
        paged_listing: PagedListing[tuple[GroupId, str]] = PagedListing(
            request,
            self.directory.groups,
            lambda group: group[0],
            self.listings,
            until,
            # Only of these does it matter whether the directory still has them.
            remember=known_groups.__contains__,
        )
        for page in paged_listing.pages():
            self.pattern_groups.note(page, request)
            for id_, name in page:
                reports.renamed(id_, name, rows_of.get(id_, ()))
                known = ids.get(name, id_)
                if known != id_ and not isinstance(known, Unresolved):
                    reporter.report(mappings.group_recreated(name, known, id_))
        if paged_listing.is_complete:
            self.pattern_groups.listed_all(paged_listing.seen, request)
        else:
            paged_listing.go_on()
        if paged_listing.is_complete and not request.part:
            # A listing that continued by message was reported in parts.
            reporter.checked(mappings.GROUP_RENAMED, mappings.GROUP_RECREATED)
        return ScanResult(0, paged_listing.is_complete)
