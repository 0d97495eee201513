"""Finds drift: which users differ from the ledger, and how."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple, assert_never

from hub.runtime.decisions.actions import SkipKind
from hub.runtime.decisions.checks import TargetChecks
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.hub_state import GroupSnapshot, ListedProfile
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.observed import ProfileStatus
from hub.runtime.decisions.progress import is_due, is_in_sync
from hub.runtime.decisions.record import Record, State
from shared.model import Target, User, UserId, UserStatus
from shared.naming import same_name


class DriftKind(StrEnum):
    """How a user differs; operators filter by these values."""

    JOINED = "joined"
    LEFT = "left"
    DESIRED = "desired-changed"
    MISSING = "profile-missing"
    CHANGED = "profile-changed"
    UNRECORDED = "profile-unrecorded"
    DISABLED = "user-disabled"
    ENABLED = "user-enabled"
    GONE = "user-gone"
    RENAMED = "user-renamed"
    ASSIGNMENT = "assignment-changed"
    # Known to be in progress or failing: no event was missed.
    UNFINISHED = "unfinished"
    # Requested: a mapping changed, or an operator wants every member of a group reconciled.
    REQUESTED = "requested"


# No sign of a missed event. DESIRED was counted when the group snapshots were updated, or its
# request is queued: only the hub's own messages can be missing. A profile keeps the name that it
# was made with, so a renamed user differs in every sweep, with or without an event.
_EXPECTED = frozenset(
    {DriftKind.UNFINISHED, DriftKind.REQUESTED, DriftKind.DESIRED, DriftKind.RENAMED}
)
# Report mode writes only the group snapshots, so each sweep finds all other drift again, with or
# without an event.
_NOTED_IN_REPORTS = frozenset({DriftKind.JOINED, DriftKind.LEFT})
# An open browser session lasts up to an hour: a suspended user is rechecked for longer.
_RESTLESS = timedelta(hours=2)


class Drift(NamedTuple):
    """A user to reconcile, and why; `force_observe` means that the profile is to be observed."""

    user_id: UserId
    drift_kind: DriftKind
    force_observe: bool = False


def is_missed_event(drift_kind: DriftKind, mode: Literal["apply", "report"]) -> bool:
    """Return whether this drift, found by a sweep, means that an event was missed."""
    if mode == "report":
        return drift_kind in _NOTED_IN_REPORTS
    return drift_kind not in _EXPECTED


def joined(copy: GroupSnapshot, listed: Mapping[UserId, str]) -> tuple[Drift, ...]:
    """Return the users who are listed in a group but not in its snapshot."""
    return tuple(
        Drift(user, DriftKind.JOINED) for user in sorted(listed.keys() - copy.members.keys())
    )


def left(copy: GroupSnapshot, seen: Seen) -> tuple[Drift, ...]:
    """Return the users who are in a group's snapshot but not in a complete listing."""
    return tuple(Drift(user, DriftKind.LEFT) for user in sorted(copy.members) if user not in seen)


def in_ledger(
    decision: Decision | None, user_id: UserId, record: Record | None, now: datetime
) -> Drift | None:
    """Return how a decision differs from the ledger; None if a reconcile is not needed.

    An undecided user is left unchanged. Only a change of `undecided_since`, or the end of an
    undecided problem, needs a write. A scheduled retry is left to the request that owns it. What
    was refused or blocked is tried again.
    """
    doubtful = isinstance(decision, Undecided) and decision.keeps_leaver
    if record is not None and doubtful == (record.undecided_since is None):
        return Drift(user_id, DriftKind.UNFINISHED)
    if record is not None and not isinstance(decision, Undecided) and _was_undecided(record):
        return Drift(user_id, DriftKind.UNFINISHED)
    waits = record is not None and record.retry_at is not None and now < record.retry_at
    if waits and not is_due(decision, record, now):
        return None
    match decision:
        case DesiredProfile():
            return _against_desired(decision, user_id, record)
        case Removal():
            return _against_removal(decision, user_id, record, now)
        case Undecided() | None:
            return None
        case _:
            assert_never(decision)


def _was_undecided(record: Record) -> bool:
    return any(each.partition(" ")[0] == SkipKind.UNDECIDED for each in record.problems)


def _against_desired(
    decision: DesiredProfile, user_id: UserId, record: Record | None
) -> Drift | None:
    if record is None or record.state is State.REMOVED:
        return Drift(user_id, DriftKind.DESIRED) if decision.is_granted else None
    if record.because != decision.because:
        return Drift(user_id, DriftKind.DESIRED)
    if record.is_blocked:
        return Drift(user_id, DriftKind.UNFINISHED, force_observe=True)
    if record.state is State.HELD:
        # Held with the desired role: the hold was of a disruption that is obsolete now.
        over = record.role_arn == decision.role_arn
        return Drift(user_id, DriftKind.UNFINISHED) if over else None
    return None if is_in_sync(decision, record) else Drift(user_id, DriftKind.UNFINISHED)


def _against_removal(
    decision: Removal, user_id: UserId, record: Record | None, now: datetime
) -> Drift | None:
    if record is None or record.user_status is not decision.person.user_status:
        return Drift(user_id, DriftKind.DESIRED)
    match record.state:
        case State.REMOVED:
            return None
        case State.ACTIVE:
            return Drift(user_id, DriftKind.DESIRED)
        case State.HELD if record.hold:
            return None
        case State.SUSPENDED if not _is_restless(decision, record, now):
            return None
        case _:
            return Drift(user_id, DriftKind.UNFINISHED, force_observe=record.is_blocked)


def _is_restless(decision: Removal, record: Record, now: datetime) -> bool:
    """Return whether a suspended user needs a reconcile: lately suspended, or retention over."""
    lately = record.since is None or now < record.since + _RESTLESS
    due = record.retain_until is None or now >= record.retain_until
    return lately or (due and not decision.kept)


def in_listing(record: Record, listed: ListedProfile | None) -> Drift | None:
    """Return how a complete listing differs from a record with no action pending."""
    if record.state not in {State.ACTIVE, State.HELD, State.SUSPENDED}:
        return None
    if listed is None:
        # Held, and no profile was ever observed: Studio refused the creation, and would again.
        refused = record.state is State.HELD and not record.modified
        return None if refused else Drift(record.user_id, DriftKind.MISSING, force_observe=True)
    if listed.modified != record.modified or (
        record.state is not State.HELD and listed.status != ProfileStatus.IN_SERVICE
    ):
        return Drift(record.user_id, DriftKind.CHANGED, force_observe=True)
    return None


def is_in_the_way(record: Record, others: Iterable[Record], listed: Container[str]) -> bool:
    """Return whether a complete listing still shows the profile that blocks this user's profile.

    `listed` holds the names in a complete listing, as Studio compares them. The reconcile that
    finds an unmanaged profile notes it in `in_the_way`. The ledger knows the profile of another
    user with the same user name.
    """
    if record.state is not State.HELD or record.is_leaving:
        return False
    if record.in_the_way and record.in_the_way.casefold() in listed:
        return True
    return any(
        other.profile_name.casefold() in listed
        for other in others
        if other.user_id != record.user_id
        and other.role_arn
        and same_name(other.user_name, record.user_name)
    )


class KnownTarget(NamedTuple):
    """What the ledger knows of a target, read at once; a very recent write may be missing.

    Attributes:
        records: the records of all users there.
        is_held: whether any disruption is held there.
        has_unmanaged: whether any unmanaged profile is known there.
        checks: the results of its last checks; None if there are none.
    """

    records: Mapping[UserId, Record]
    is_held: bool
    has_unmanaged: bool
    checks: TargetChecks | None


@dataclass(slots=True, eq=False, repr=False)
class KnownPeople:
    """What the ledger says of users: their statuses, their user names and their profiles."""

    standings: dict[UserId, frozenset[UserStatus]] = field(default_factory=dict)
    names: dict[UserId, frozenset[str]] = field(default_factory=dict)
    profiles: dict[UserId, tuple[tuple[Target, str], ...]] = field(default_factory=dict)

    def knows(self, user_id: str) -> bool:
        """Return whether the ledger has a record of the user."""
        return user_id in self.standings

    def add(self, record: Record) -> None:
        """Add one record."""
        id_ = record.user_id
        self.standings[id_] = self.standings.get(id_, frozenset()) | {record.user_status}
        if record.state is not State.REMOVED:
            self.names[id_] = self.names.get(id_, frozenset()) | {record.user_name}
        if record.has_profile:
            self.profiles[id_] = (*self.profiles.get(id_, ()), (record.target, record.profile_name))


def of_people(listed: Iterable[User], known: KnownPeople) -> Iterator[Drift]:
    """Yield the listed users whose status or name differs from the ledger."""
    for person in listed:
        if known.standings.get(person.id, frozenset()) - {person.user_status}:
            enabled = person.user_status is UserStatus.ENABLED
            yield Drift(person.id, DriftKind.ENABLED if enabled else DriftKind.DISABLED)
        elif any(
            not same_name(name, person.name) for name in known.names.get(person.id, frozenset())
        ):
            yield Drift(person.id, DriftKind.RENAMED)


def gone(seen: Seen, known: KnownPeople) -> Iterator[Drift]:
    """Yield the users in the ledger who are missing from a complete listing of all users."""
    for user_id, standings in known.standings.items():
        if user_id not in seen and standings != {UserStatus.GONE}:
            yield Drift(user_id, DriftKind.GONE)
