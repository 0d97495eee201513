"""What a look finds: who differs from what the ledger says, and in which way."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, assert_never

from hub.runtime.decisions.actions import SkipKind
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.hub_state import GroupSnapshot, ListedProfile
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.observed import ProfileStatus
from hub.runtime.decisions.plan import is_in_sync
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import has_profile
from hub.runtime.decisions.retries import calls_for_the_same, waits
from shared.model import Target, User, UserId, UserStatus
from shared.naming import same_user


class DriftKind(StrEnum):
    """In which way somebody differs; the words are what operators filter by."""

    JOINED = "joined"
    LEFT = "left"
    DESIRED = "called-for-differently"
    MISSING = "profile-missing"
    CHANGED = "profile-changed"
    UNRECORDED = "profile-unrecorded"
    DISABLED = "user-disabled"
    ENABLED = "user-enabled"
    GONE = "user-gone"
    RENAMED = "user-renamed"
    ASSIGNMENT = "assignment-changed"
    # Known to be under way or in trouble: nothing that an event should have told.
    UNFINISHED = "unfinished"
    # Asked for: a mapping changed, or an operator wants all of a group looked at.
    EVERYONE = "include_all"


# No sign of a lost event. What the copies and the rows call for differently was counted when the
# copies learned of it, or is on its way: only the hub's own messages can be missing. A profile
# keeps the name that it was made with, so a renamed person differs every day, told or not.
_EXPECTED = frozenset(
    {DriftKind.UNFINISHED, DriftKind.EVERYONE, DriftKind.DESIRED, DriftKind.RENAMED}
)
# In report mode nothing but the copies of groups is written down, so that each round finds all else
# again, told or not.
_NOTED_IN_REPORTS = frozenset({DriftKind.JOINED, DriftKind.LEFT})
# An open browser session lasts up to an hour: whoever is suspended is looked at for longer.
_RESTLESS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Drift:
    """A user who is to be looked at, and why; `doubt` tells that the profile is to be observed."""

    user_id: UserId
    drift_kind: DriftKind
    force_observe: bool = False


def is_missed_event(drift_kind: DriftKind, mode: Literal["apply", "report"]) -> bool:
    """Return whether a sweep learns by this, once, what an event should have told."""
    if mode == "report":
        return drift_kind in _NOTED_IN_REPORTS
    return drift_kind not in _EXPECTED


def joined(copy: GroupSnapshot, listed: Mapping[UserId, str]) -> tuple[Drift, ...]:
    """Return who is listed in a group and not in its copy."""
    return tuple(
        Drift(user, DriftKind.JOINED) for user in sorted(listed.keys() - copy.members.keys())
    )


def left(copy: GroupSnapshot, seen: Seen) -> tuple[Drift, ...]:
    """Return who is in a group's copy and was not seen in a listing that reached its end."""
    return tuple(Drift(user, DriftKind.LEFT) for user in sorted(copy.members) if user not in seen)


def in_ledger(
    decision: Decision | None, user_id: UserId, record: Record | None, now: datetime
) -> Drift | None:
    """Return how what is called for differs from what the ledger says.

    Who is undecided stays as they are, whatever that is; but the ledger keeps since when a removal
    is undecided, and who is not undecided any more. What is tried again by itself is left to the
    request that tries it; what was refused, or has something in its way, is tried again.
    """
    doubtful = isinstance(decision, Undecided) and decision.keeps_leaver
    if record is not None and doubtful == (record.undecided_since is None):
        return Drift(user_id, DriftKind.UNFINISHED)
    if record is not None and not isinstance(decision, Undecided) and _was_undecided(record):
        return Drift(user_id, DriftKind.UNFINISHED)
    if record is not None and waits(record, now):
        same = not isinstance(decision, Undecided | None) and calls_for_the_same(decision, record)
        if same:
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
    if record.because != decision.because.grants:
        return Drift(user_id, DriftKind.DESIRED)
    if record.is_blocked:
        return Drift(user_id, DriftKind.UNFINISHED, force_observe=True)
    if record.state is State.HELD:
        # Held with the role that is called for: it was a removal, which nothing calls for now.
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
    """Return whether a suspended person is to be looked at: lately suspended, or due."""
    lately = record.since is None or now < record.since + _RESTLESS
    due = record.retain_until is None or now >= record.retain_until
    return lately or (due and not decision.kept)


def in_listing(record: Record, listed: ListedProfile | None) -> Drift | None:
    """Return how a listing that reached its end differs from a record that is at rest."""
    if record.state not in {State.ACTIVE, State.HELD, State.SUSPENDED}:
        return None
    if listed is None:
        # Held without ever having seen what holds it: Studio refused to create it, and would again.
        refused = record.state is State.HELD and not record.modified
        return None if refused else Drift(record.user_id, DriftKind.MISSING, force_observe=True)
    if listed.modified != record.modified or (
        record.state is not State.HELD and listed.status != ProfileStatus.IN_SERVICE
    ):
        return Drift(record.user_id, DriftKind.CHANGED, force_observe=True)
    return None


def is_in_the_way(record: Record, others: Iterable[Record], listed: Container[str]) -> bool:
    """Return whether a listing still shows what was in the way of somebody's profile.

    `listed` are the names of a listing that reached its end, as Studio compares them. A profile of
    other hands is noted by the look that finds it; of another person with the same user name the
    ledger knows.
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
        and same_user(other.user_name, record.user_name)
    )


@dataclass(slots=True)
class KnownPeople:
    """What the ledger says of people: their standings, their user names, and their profiles."""

    standings: dict[UserId, frozenset[UserStatus]] = field(default_factory=dict)
    names: dict[UserId, frozenset[str]] = field(default_factory=dict)
    profiles: dict[UserId, tuple[tuple[Target, str], ...]] = field(default_factory=dict)

    def knows(self, user_id: str) -> bool:
        """Return whether the ledger has a record of the person."""
        return user_id in self.standings

    def add(self, record: Record) -> None:
        """Take in one record."""
        id_ = record.user_id
        self.standings[id_] = self.standings.get(id_, frozenset()) | {record.user_status}
        if record.state is not State.REMOVED:
            self.names[id_] = self.names.get(id_, frozenset()) | {record.user_name}
        if has_profile(record):
            self.profiles[id_] = (*self.profiles.get(id_, ()), (record.target, record.profile_name))


def of_people(listed: Iterable[User], known: KnownPeople) -> Iterator[Drift]:
    """Yield which of the listed people are not what the ledger says of them."""
    for person in listed:
        if known.standings.get(person.id, frozenset()) - {person.user_status}:
            enabled = person.user_status is UserStatus.ENABLED
            yield Drift(person.id, DriftKind.ENABLED if enabled else DriftKind.DISABLED)
        elif any(
            not same_user(name, person.name) for name in known.names.get(person.id, frozenset())
        ):
            yield Drift(person.id, DriftKind.RENAMED)


def gone(seen: Seen, known: KnownPeople) -> Iterator[Drift]:
    """Yield whom the ledger knows and a listing of everybody to its end did not show."""
    for user_id, standings in known.standings.items():
        if user_id not in seen and standings != {UserStatus.GONE}:
            yield Drift(user_id, DriftKind.GONE)
