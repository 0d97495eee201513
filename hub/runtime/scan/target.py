"""A look at a target: what is called for, against the ledger, against what is listed there."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hub.runtime import telemetry
from hub.runtime.decisions.decision import Decision, DesiredProfile
from hub.runtime.decisions.drift import Drift, DriftKind, in_ledger
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import HeldDisruption
from hub.runtime.scan import reports
from hub.runtime.scan.admission import admit
from hub.runtime.scan.desired import (
    decisions,
    is_mapped,
    is_obsolete,
    is_over,
    records_of,
    removals,
    undecided,
)
from hub.runtime.scan.enqueue import queue
from hub.runtime.scan.found import Found
from hub.runtime.scan.listing import PagedListing
from hub.runtime.scan.ports import ScanPorts
from hub.runtime.scan.profiles import Profiles
from shared.errors import PermanentError, TargetUnreachableError
from shared.model import Target, UserId
from shared.requests import ScanRequest


def look(request: ScanRequest, world: ScanPorts, until: datetime) -> Found:
    """Queue who differs in a target.

    The profiles are listed first and the ledger is read after, so that a profile that was just
    made is not taken for a stray. An account that refuses the hub is remembered, and asked again
    by nobody but the next look.
    """
    target = Target.parse(request.key)
    paged_listing = PagedListing(
        request,
        lambda token: world.studio.profiles(target, token),
        lambda profile: profile.name.casefold(),
        world,
        until,
    )
    state = world.hub_state.state(newer_than=request.enqueued_at)
    unreachable = state.unreachable.get(target)
    try:
        listed = [profile for page in paged_listing.pages() for profile in page]
    except PermanentError as error:
        if isinstance(error, TargetUnreachableError) and unreachable is None:
            world.hub_state.remember_target(target, unreachable=str(error))
        _refused(error, request, target, world)
        return Found(0, complete=False)
    if unreachable is not None and not paged_listing.is_passed_on:
        world.hub_state.remember_target(target)
    is_open = _is_open(request, target, state, world)
    reports.judged(target, is_open=is_open, wholly=paged_listing.is_complete and not request.part)
    records = records_of(target, world)
    profiles = Profiles(target, records, world)
    found = list(profiles.compare(listed))
    if paged_listing.is_complete:
        found += profiles.missing(paged_listing.seen)
        found += _desired(request, target, records, world, profiles.obstructed(paged_listing.seen))
    count = queue(found, request, world)
    if not paged_listing.is_complete:
        paged_listing.go_on()
    return Found(count, paged_listing.is_complete)


def _is_open(request: ScanRequest, target: Target, state: HubState, world: ScanPorts) -> bool:
    """Return whether an account that lists its profiles also lets the hub change them.

    The look itself has no right to change anything: it goes by what people's looks were told.
    """
    refusal = state.refused.get(target)
    if refusal is None:
        return True
    if target in state.unreachable or refusal.is_forgotten(world.clock.now()):
        # The account is back, or nobody needed it for long: whoever comes next finds out.
        world.hub_state.remember_refusal(target, None)
        return True
    if not request.part:
        reports.unreachable(target, refusal.reason)
        _count(request, target, world)
    return False


def _count(request: ScanRequest, target: Target, world: ScanPorts) -> None:
    """Count a target that refuses the hub, once a round, while rows name it."""
    if is_mapped(request, target, world) and not request.event_driven:
        telemetry.count("TargetsUnreachable")


def _refused(error: PermanentError, request: ScanRequest, target: Target, world: ScanPorts) -> None:
    """Report a target whose account refuses the hub, and count it once a round.

    Where no row calls for anything any more, nobody is called to open the account again: it may be
    closed. Where nothing is left either, nothing is reported.
    """
    if is_over(request, target, world):
        reports.over(target)
        return
    if isinstance(error, TargetUnreachableError):
        reports.unreachable(target, str(error))
    else:
        reports.unlisted(target, str(error))
    _count(request, target, world)


def _desired(
    request: ScanRequest,
    target: Target,
    records: Mapping[UserId, Record],
    world: ScanPorts,
    obstructed: frozenset[UserId],
) -> Iterator[Drift]:
    """Yield who has something else in the ledger than the groups and the rows call for.

    What is called for already is not tried again for whom something is `obstructed`.
    """
    desired = decisions(request, target, records, world)
    held = _still_held(target, desired, records, world)
    disruptions = removals(desired, records)
    if disruptions:
        admit({target: disruptions}, world)
        held = world.limits.of(target).held
    yield from _decided(request, target, held, records, world)
    now = world.clock.now()
    if not request.event_driven:
        # Once a round, so that the sum of an hour is the number of people.
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
    records: Mapping[UserId, Record],
    world: ScanPorts,
) -> Mapping[UserId, HeldDisruption]:
    """Release what nothing calls for any more, and return what is held."""
    held = world.limits.of(target).held
    over = [
        u
        for u, disruption in held.items()
        if is_obsolete(disruption, desired.get(u), records.get(u))
    ]
    world.limits.release(target, over)
    return {user: each for user, each in held.items() if user not in over}


def _decided(
    request: ScanRequest,
    target: Target,
    held: Mapping[UserId, HeldDisruption],
    records: Mapping[UserId, Record],
    world: ScanPorts,
) -> Iterator[Drift]:
    """Report what is held, and yield whom an approval, or another cause, gives something to do."""
    now = world.clock.now()
    # Once a round, so that the sum of an hour is the number of people.
    reports.waiting(target, held.values(), records.values(), now, counted=not request.event_driven)
    for user, each in held.items():
        if each.is_approved(now):
            yield Drift(user, DriftKind.UNFINISHED)
    for user, record in records.items():
        if record.state is State.HELD and record.hold:
            waits = held.get(user)
            # An approved one was yielded; any other record tells of a hold that there is not.
            if waits is None or (waits.cause != record.hold and not waits.is_approved(now)):
                yield Drift(user, DriftKind.UNFINISHED)
