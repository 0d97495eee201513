"""Scans a target: lists its profiles, if its account lets the hub in, and queues who differs."""

from datetime import datetime
from typing import NamedTuple

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.checks import NO_DOMAIN, is_missing_domain
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.ports import Clock, HubStateStore
from hub.runtime.problems import targets
from hub.runtime.scan import reports
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.listing import ListingPorts, PagedListing
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.roles import RoleChecks
from hub.runtime.scan.target_drift import TargetDrift
from hub.runtime.studio_ports import StudioListing
from shared.errors import PermanentError, TargetUnreachableError
from shared.model import Target
from shared.requests import ScanRequest


class Refusals(NamedTuple):
    """Remembers and reports the accounts that refuse the hub."""

    mappings: Mappings
    desired: DesiredReader
    hub_state: HubStateStore
    clock: Clock

    def is_open(self, request: ScanRequest, target: Target, state: HubState) -> bool:
        """Return whether an account that lists its profiles also lets the hub change them.

        The scan has no right to change anything. It relies on the refusals that `reconcile`
        recorded.
        """
        refusal = state.refused.get(target)
        if refusal is None:
            return True
        if target in state.unreachable or refusal.is_forgotten(self.clock.now()):
            # The account is back, or nobody needed it for long. The next reconcile finds out.
            self.hub_state.remember_refusal(target, None)
            return True
        if not request.part:
            reporter.report(targets.unreachable(target, refusal.reason))
            self._count(request, target)
        return False

    def _count(self, request: ScanRequest, target: Target) -> None:
        """Count a target that refuses the hub, once a sweep, while rows name it."""
        if self.mappings.is_mapped(request, target) and not request.event_driven:
            telemetry.count("TargetsUnreachable")

    def report(self, error: PermanentError, request: ScanRequest, target: Target) -> None:
        """Report a target whose account refuses the hub, and count it once a sweep.

        A target without rows is not counted: the account may be closed. If no profile is left there
        either, nothing is reported.
        """
        if self.desired.is_over(request, target):
            reports.over(target)
            return
        if isinstance(error, TargetUnreachableError):
            # Not of a target that is over: a late scan would make a forgotten one known again.
            if target not in self.hub_state.state(newer_than=request.enqueued_at).unreachable:
                self.hub_state.remember_target(target, unreachable=str(error))
            reporter.report(targets.unreachable(target, str(error)))
        elif is_missing_domain(error):
            reporter.report(targets.domain_unusable(target, NO_DOMAIN))
        else:
            reporter.report(targets.unlisted(target, str(error)))
        self._count(request, target)


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
