"""Scans a target: the desired state against the ledger, and the ledger against the listing."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.checks import NO_DOMAIN, is_missing_domain
from hub.runtime.decisions.decision import Decision, DesiredProfile
from hub.runtime.decisions.drift import Drift, DriftKind, KnownTarget, in_ledger
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.listing import ScanResult
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import HeldDisruption
from hub.runtime.problems import targets
from hub.runtime.scan import reports
from hub.runtime.scan.desired import (
    is_obsolete,
    removals,
    role_changes,
    undecided,
)
from hub.runtime.scan.listing import PagedListing
from hub.runtime.scan.ports import ScanPorts
from hub.runtime.scan.profiles import Profiles
from shared.errors import PermanentError, TargetUnreachableError
from shared.model import Target, UserId
from shared.requests import ScanRequest


def scan(request: ScanRequest, ports: ScanPorts, until: datetime) -> ScanResult:
    """Queue users who differ in a target.

    The profiles are listed before the ledger is read, so that a new profile is not taken for an
    unmanaged one. An account that refuses the reader role is remembered until a scan is let in.
    """
    target = Target.parse(request.key)
    paged_listing = PagedListing(
        request,
        lambda token: ports.studio.profiles(target, token),
        lambda profile: profile.name.casefold(),
        ports.listings,
        until,
    )
    state = ports.hub_state.state(newer_than=request.enqueued_at)
    unreachable = state.unreachable.get(target)
    try:
        listed = [profile for page in paged_listing.pages() for profile in page]
    except PermanentError as error:
        _refused(error, request, target, ports)
        return ScanResult(0, complete=False)
    if unreachable is not None and not paged_listing.is_passed_on:
        ports.hub_state.remember_target(target)
    if not request.part:
        ports.roles.check_new(request, target)
    is_open = _is_open(request, target, state, ports)
    reports.checked(target, is_open=is_open, wholly=paged_listing.is_complete and not request.part)
    known = ports.known_targets.of_target(target)
    profiles = Profiles(target, known, ports)
    found = list(profiles.compare(listed))
    if paged_listing.is_complete:
        found += profiles.missing(paged_listing.seen)
        found += _desired(request, target, known, ports, profiles.obstructed(paged_listing.seen))
    count = ports.enqueuer.queue(found, request)
    if not paged_listing.is_complete:
        paged_listing.go_on()
    return ScanResult(count, paged_listing.is_complete)


def _is_open(request: ScanRequest, target: Target, state: HubState, ports: ScanPorts) -> bool:
    """Return whether an account that lists its profiles also lets the hub change them.

    The scan has no right to change anything. It relies on the refusals that `reconcile` recorded.
    """
    refusal = state.refused.get(target)
    if refusal is None:
        return True
    if target in state.unreachable or refusal.is_forgotten(ports.clock.now()):
        # The account is back, or nobody needed it for long. The next reconcile finds out.
        ports.hub_state.remember_refusal(target, None)
        return True
    if not request.part:
        reporter.report(targets.unreachable(target, refusal.reason))
        _count(request, target, ports)
    return False


def _count(request: ScanRequest, target: Target, ports: ScanPorts) -> None:
    """Count a target that refuses the hub, once a sweep, while rows name it."""
    if ports.mappings.is_mapped(request, target) and not request.event_driven:
        telemetry.count("TargetsUnreachable")


def _refused(error: PermanentError, request: ScanRequest, target: Target, ports: ScanPorts) -> None:
    """Report a target whose account refuses the hub, and count it once a sweep.

    A target without rows is not counted: the account may be closed. If no profile is left there
    either, nothing is reported.
    """
    if ports.desired.is_over(request, target):
        reports.over(target)
        return
    if isinstance(error, TargetUnreachableError):
        # Not of a target that is over: a late scan would make a forgotten one known again.
        if target not in ports.hub_state.state(newer_than=request.enqueued_at).unreachable:
            ports.hub_state.remember_target(target, unreachable=str(error))
        reporter.report(targets.unreachable(target, str(error)))
    elif is_missing_domain(error):
        reporter.report(targets.domain_unusable(target, NO_DOMAIN))
    else:
        reporter.report(targets.unlisted(target, str(error)))
    _count(request, target, ports)


def _desired(
    request: ScanRequest,
    target: Target,
    known: KnownTarget,
    ports: ScanPorts,
    obstructed: frozenset[UserId],
) -> Iterator[Drift]:
    """Yield users whose record differs from what groups and rows call for.

    A desired profile of a user who is `obstructed` is not tried again.
    """
    records = known.records
    desired = ports.desired.decisions(request, target, records)
    held = _still_held(target, desired, known, ports)
    disruptions = removals(desired, records)
    changed = role_changes(desired, held)
    if disruptions or changed:
        ports.admission.admit({target: (*disruptions, *changed)}, readmits=True)
        held = ports.limits.state(target).held
    # Only a reconcile, which reads the directory, tells that the cause of a hold is over.
    for each in (*disruptions, *role_changes(desired, held)):
        waits = held.get(each.user_id)
        if waits and waits.disruption.cause not in ("", each.cause) and not waits.is_over:
            yield Drift(each.user_id, DriftKind.UNFINISHED)
    yield from _decided(request, target, held, records, ports)
    now = ports.clock.now()
    if not request.event_driven:
        # Once a sweep, so that the sum of an hour is the number of users.
        late = undecided(desired, records, now)
        if late:
            telemetry.count("RemovalsUndecided", late)
    for user_id, decision in desired.items():
        drift = in_ledger(decision, user_id, records.get(user_id), now)
        again = isinstance(decision, DesiredProfile) and drift is not None and drift.force_observe
        if drift and not (again and user_id in obstructed):
            yield drift


def _still_held(
    target: Target,
    desired: Mapping[UserId, Decision | None],
    known: KnownTarget,
    ports: ScanPorts,
) -> Mapping[UserId, HeldDisruption]:
    """Release obsolete holds, and return the disruptions that are still held."""
    if not known.is_held:
        return {}
    held, records = ports.limits.state(target).held, known.records
    over = [
        u
        for u, disruption in held.items()
        if is_obsolete(disruption, desired.get(u), records.get(u))
    ]
    ports.limits.release(target, over)
    return {user: each for user, each in held.items() if user not in over}


def _decided(
    request: ScanRequest,
    target: Target,
    held: Mapping[UserId, HeldDisruption],
    records: Mapping[UserId, Record],
    ports: ScanPorts,
) -> Iterator[Drift]:
    """Report what is held, and yield users with an approval or with an outdated cause."""
    now = ports.clock.now()
    # Once a sweep, so that the sum of an hour is the number of users.
    reports.waiting(target, held.values(), records.values(), now, counted=not request.event_driven)
    for user, each in held.items():
        if each.is_approved(now):
            yield Drift(user, DriftKind.UNFINISHED)
    for user, record in records.items():
        if record.state is State.HELD and record.hold:
            waits = held.get(user)
            # An approved user was yielded above. Any other record names a hold that does not exist.
            if waits is None or (waits.cause != record.hold and not waits.is_approved(now)):
                yield Drift(user, DriftKind.UNFINISHED)
