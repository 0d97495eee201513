"""Compares a target: the desired state with the ledger, and the ledger with the listing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hub.runtime import telemetry
from hub.runtime.decisions.decision import Decision, DesiredProfile
from hub.runtime.decisions.drift import Drift, DriftKind, KnownTarget, in_ledger
from hub.runtime.decisions.hub_state import ListedProfile
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import HeldDisruption
from hub.runtime.ports import Clock, KnownTargets, Limits
from hub.runtime.scan import reports
from hub.runtime.scan.admission import JointAdmission
from hub.runtime.scan.desired import (
    DesiredReader,
    is_obsolete,
    removals,
    role_changes,
    undecided,
)
from hub.runtime.scan.profiles import ProfilePorts, Profiles
from shared.model import Target, UserId
from shared.requests import ScanRequest


class TargetDrift(NamedTuple):
    """Finds the users of a target whose profile, record and desired state differ."""

    known_targets: KnownTargets
    profiles: ProfilePorts
    desired: DesiredReader
    limits: Limits
    admission: JointAdmission
    clock: Clock

    def find(
        self,
        request: ScanRequest,
        target: Target,
        listed: Iterable[ListedProfile],
        seen: Seen | None,
    ) -> list[Drift]:
        """Return the drift; `seen` is everything that a complete listing showed, None for a part.

        What the ledger knows is read after the profiles were listed.
        """
        known = self.known_targets.of_target(target)
        profiles = Profiles(target, known, self.profiles)
        found = list(profiles.compare(listed))
        if seen is not None:
            found += profiles.missing(seen)
            found += self._desired(request, target, known, profiles.obstructed(seen))
        return found

    def _desired(
        self,
        request: ScanRequest,
        target: Target,
        known: KnownTarget,
        obstructed: frozenset[UserId],
    ) -> Iterator[Drift]:
        """Yield users whose record differs from what groups and rows call for.

        A desired profile of a user who is `obstructed` is not tried again.
        """
        records = known.records
        desired = self.desired.decisions(request, target, records, is_held=known.is_held)
        held = self._still_held(target, desired, known)
        disruptions = removals(desired, records)
        changed = role_changes(desired, held)
        if disruptions or changed:
            self.admission.admit({target: (*disruptions, *changed)}, readmits=True)
            held = self.limits.state(target).held
        # Only a reconcile, which reads the directory, tells that the cause of a hold is over.
        for each in (*disruptions, *role_changes(desired, held)):
            waits = held.get(each.user_id)
            if waits and waits.disruption.cause not in ("", each.cause) and not waits.is_over:
                yield Drift(each.user_id, DriftKind.UNFINISHED)
        yield from self._decided(request, target, held, records)
        now = self.clock.now()
        if not request.event_driven:
            # Once a sweep, so that the sum of an hour is the number of users.
            late = undecided(desired, records, now)
            if late:
                telemetry.count("RemovalsUndecided", late)
        for user_id, decision in desired.items():
            drift = in_ledger(decision, user_id, records.get(user_id), now)
            again = (
                isinstance(decision, DesiredProfile) and drift is not None and drift.force_observe
            )
            if drift and not (again and user_id in obstructed):
                yield drift

    def _still_held(
        self,
        target: Target,
        desired: Mapping[UserId, Decision | None],
        known: KnownTarget,
    ) -> Mapping[UserId, HeldDisruption]:
        """Release obsolete holds, and return the disruptions that are still held."""
        if not known.is_held:
            return {}
        held, records = self.limits.state(target).held, known.records
        over = [
            u
            for u, disruption in held.items()
            if is_obsolete(disruption, desired.get(u), records.get(u))
        ]
        self.limits.release(target, over)
        return {user: each for user, each in held.items() if user not in over}

    def _decided(
        self,
        request: ScanRequest,
        target: Target,
        held: Mapping[UserId, HeldDisruption],
        records: Mapping[UserId, Record],
    ) -> Iterator[Drift]:
        """Report what is held, and yield users with an approval or with an outdated cause."""
        now = self.clock.now()
        # Once a sweep, so that the sum of an hour is the number of users.
        reports.waiting(
            target, held.values(), records.values(), now, counted=not request.event_driven
        )
        for user, each in held.items():
            if each.is_approved(now):
                yield Drift(user, DriftKind.UNFINISHED)
        for user, record in records.items():
            if record.state is State.HELD and record.hold:
                waits = held.get(user)
                # An approved user was yielded above. Any other record names a hold that does not
                # exist.
                if waits is None or (waits.cause != record.hold and not waits.is_approved(now)):
                    yield Drift(user, DriftKind.UNFINISHED)
