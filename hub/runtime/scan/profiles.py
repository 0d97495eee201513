"""Compares the profiles that a target lists with the ledger's records."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.drift import (
    Drift,
    DriftKind,
    KnownTarget,
    in_listing,
    is_in_the_way,
)
from hub.runtime.decisions.hub_state import ListedProfile, UnmanagedProfile
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.record import State, rebuilt
from hub.runtime.ports import Clock, Ledger, UnmanagedProfiles
from hub.runtime.problems import targets, users
from hub.runtime.studio_ports import StudioListing
from shared.errors import RefusedError
from shared.model import Target, UserId


class ProfilePorts(NamedTuple):
    """Where the profiles of a target, and what is known of them, are read and stored."""

    studio: StudioListing
    unmanaged_profiles: UnmanagedProfiles
    ledger: Ledger
    clock: Clock


class Profiles:
    """One target's records by profile name; case does not count, as in Studio."""

    def __init__(self, target: Target, known: KnownTarget, ports: ProfilePorts) -> None:
        self._target = target
        self._records = records = known.records
        self._ports = ports
        # Read when they are needed.
        self._unmanaged: Mapping[str, UnmanagedProfile] | None = None if known.has_unmanaged else {}
        self._unreadable: list[str] = []
        self._unreadable_why = ""
        self._by_name = {
            record.profile_name.casefold(): record
            # A record that holds the name overrides one that is held because of that name.
            for record in sorted(
                records.values(),
                key=lambda each: (each.state is not State.HELD, bool(each.role_arn)),
            )
            if record.state is not State.REMOVED
        }

    def compare(self, listed: Iterable[ListedProfile]) -> Iterator[Drift]:
        """Yield drift of recorded profiles, and identify profiles without a record once."""
        for profile in listed:
            record = self._by_name.get(profile.name.casefold())
            if record is not None:
                drift = in_listing(record, profile)
            else:
                known = self._known_unmanaged().get(profile.name.casefold())
                same = known is not None and known.modified == profile.modified
                drift = None if same else self._unknown(profile)
            if drift:
                yield drift
        if self._unreadable:
            reporter.report(
                targets.unreadable_tags(self._target, self._unreadable, self._unreadable_why)
            )

    def missing(self, seen: Seen) -> Iterator[Drift]:
        """Yield drift of recorded profiles that a complete listing did not show."""
        for name, unmanaged in self._known_unmanaged().items():
            if name not in seen or name in self._by_name:
                self._ports.unmanaged_profiles.forget(self._target, name)
                reporter.resolved(
                    users.UNMANAGED_PROFILE.name, users.in_target(unmanaged.name, self._target)
                )
        for name, record in self._by_name.items():
            drift = None if name in seen else in_listing(record, None)
            if drift:
                yield drift

    def obstructed(self, seen: Seen) -> frozenset[UserId]:
        """Return the users whose profile is still blocked by one in a complete listing."""
        blocked = [record for record in self._records.values() if record.is_blocked]
        return frozenset(
            record.user_id
            for record in blocked
            if is_in_the_way(record, self._records.values(), seen)
        )

    def _known_unmanaged(self) -> Mapping[str, UnmanagedProfile]:
        """Return the unmanaged profiles that were known before this scan."""
        if self._unmanaged is None:
            self._unmanaged = self._ports.unmanaged_profiles.of_target(self._target)
        return self._unmanaged

    def _unknown(self, listed: ListedProfile) -> Drift | None:
        """Identify the owner of a profile without a record by its tags."""
        try:
            found = self._ports.studio.whose(self._target, listed.name)
        except RefusedError as refused:
            self._unreadable.append(listed.name)
            self._unreadable_why = self._unreadable_why or str(refused)
            return None
        if found is None:
            return None
        profile, user_id = found
        if user_id is None:
            seen = UnmanagedProfile(listed.modified, profile.user_name, listed.name)
            self._ports.unmanaged_profiles.remember(self._target, seen)
            problem = users.unmanaged_profile(
                self._target, profile.name, profile.user_name, profile.role_arn
            )
            reporter.report(problem)
            telemetry.count("UnmanagedProfile")
            return None
        known = self._records.get(user_id)
        if known is None or known.state is State.REMOVED or known.is_never_made:
            now = self._ports.clock.now()
            self._ports.ledger.write(rebuilt(self._target, user_id, profile, known, now))
        return Drift(user_id, DriftKind.UNRECORDED, force_observe=True)
