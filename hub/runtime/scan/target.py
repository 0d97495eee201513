"""Scans a target: lists its profiles, if its account lets the hub in, and queues who differs."""

from datetime import datetime
from typing import NamedTuple

from hub.runtime.decisions.listing import ScanResult
from hub.runtime.ports import HubStateStore
from hub.runtime.scan import reports
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.listing import ListingPorts, PagedListing
from hub.runtime.scan.refusals import Refusals
from hub.runtime.scan.roles import RoleChecks
from hub.runtime.scan.target_drift import TargetDrift
from hub.runtime.studio_ports import StudioListing
from shared.errors import PermanentError
from shared.model import Target
from shared.requests import ScanRequest


class TargetScan(NamedTuple):
    """Scans targets."""

    studio: StudioListing
    hub_state: HubStateStore
    listings: ListingPorts
    refusals: Refusals
    roles: RoleChecks
    drift: TargetDrift
    enqueuer: Enqueuer

    def scan(self, request: ScanRequest, until: datetime) -> ScanResult:
        """Queue users who differ in a target.

        The profiles are listed before the ledger is read, so that a new profile is not taken for an
        unmanaged one. An account that refuses the reader role is remembered until a scan is let in.
        """
        target = Target.parse(request.key)
        paged_listing = PagedListing(
            request,
            lambda token: self.studio.profiles(target, token),
            lambda profile: profile.name.casefold(),
            self.listings,
            until,
        )
        state = self.hub_state.state(newer_than=request.enqueued_at)
        unreachable = state.unreachable.get(target)
        try:
            listed = [profile for page in paged_listing.pages() for profile in page]
        except PermanentError as error:
            self.refusals.report(error, request, target)
            return ScanResult(0, complete=False)
        if unreachable is not None and not paged_listing.is_passed_on:
            self.hub_state.remember_target(target)
        if not request.part:
            self.roles.check_new(request, target)
        is_open = self.refusals.is_open(request, target, state)
        reports.checked(
            target, is_open=is_open, wholly=paged_listing.is_complete and not request.part
        )
        seen = paged_listing.seen if paged_listing.is_complete else None
        found = self.drift.find(request, target, listed, seen)
        count = self.enqueuer.queue(found, request)
        if not paged_listing.is_complete:
            paged_listing.go_on()
        return ScanResult(count, paged_listing.is_complete)
