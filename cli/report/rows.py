"""The rows of the access review, made from what the ledger holds; nothing is read here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.hub_state import HubState, UnmanagedProfile
from hub.runtime.decisions.protection import protected_profile
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.problems import users
from shared.model import Grant, Target, UserId
from shared.naming import role_name

UNMANAGED: Final = "unmanaged"


class ExceptionKind(StrEnum):
    """What a reviewer looks at first: why a row is not as the mappings alone would have it."""

    UNMANAGED = UNMANAGED
    HELD = "held"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNDECIDED = "undecided"
    PROTECTED = "protected"
    KEPT = "kept"
    MANUAL_ACCESS = "manual access"
    OLD_ROLE = "old role"
    ROLE_PENDING = "role pending"
    PROBLEM = "problem"


# A row says these problems in other words; the others are named by their kind.
_SAID_OTHERWISE: Final = frozenset(
    kind.name
    for kind in (
        *(users.UNDECIDED, users.REFUSED, users.HAS_UNMANAGED_PROFILE, users.NAME_TAKEN),
        *(users.OWNS_SHARED_SPACE, users.SIGN_IN_BY_HAND, users.END_SIGN_IN_BY_HAND),
    )
)


class RowException(NamedTuple):
    """One exception of a row, and what it means for it."""

    kind: ExceptionKind
    detail: str


class LastChange(NamedTuple):
    """The latest event in the history of a user's profile; `at` is UTC."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One user in one target, or one unmanaged profile; times are UTC, None where unknown.

    Attributes:
        user_id: empty for an unmanaged profile, whose owner the ledger knows by name only.
        user_status: the user's status in the directory at the last reconcile; empty if unknown.
        role_arn: the profile's role; empty without a profile, and for an unmanaged one.
        state: a state of the ledger, or UNMANAGED.
        since: when the state began.
        access: what the ledger knows of the right to sign in; empty for an unmanaged profile.
        granted_by: the group whose mapping row gave the role that the profile has now.
        because: the mapping rows that apply, the winner first, then those that lose against it;
            of a removal, the last ones before it.
        reason: why the user leaves, or what is in the way; empty for everybody else.
        deletion: when the profile and its private spaces are deleted; None for no removal.
    """

    user_id: str = ""
    user_name: str
    user_status: str = ""
    target: Target
    profile_name: str
    role_arn: str = ""
    state: str
    since: datetime | None = None
    access: str = ""
    granted_by: str = ""
    because: tuple[Grant, ...] = ()
    reason: str = ""
    last_change: LastChange | None = None
    deletion: datetime | None = None
    exceptions: tuple[RowException, ...] = ()

    @property
    def role(self) -> str:
        """Return the role's name; empty if it has none or the ledger does not know it."""
        return role_name(self.role_arn)

    @property
    def grant(self) -> Grant | None:
        """Return the mapping row that gave the role, else the winner; None if neither is known."""
        giving = (grant for grant in self.because if grant.group == self.granted_by)
        return next(giving, self.because[0] if self.because else None)

    @property
    def over(self) -> tuple[Grant, ...]:
        """Return the other mapping rows that apply."""
        return tuple(grant for grant in self.because if grant != self.grant)

    @property
    def has_profile(self) -> bool:
        """Return whether there is a profile, as far as the ledger knows."""
        return bool(self.role_arn) or self.state == UNMANAGED


def rows_of(
    records: Iterable[Record],
    last_changes: Mapping[tuple[UserId, Target], LastChange],
    holds: Mapping[Target, Iterable[Hold]],
    unmanaged: Mapping[Target, Iterable[UnmanagedProfile]],
    state: HubState,
    now: datetime,
) -> tuple[ReportRow, ...]:
    """Return every row, sorted by target, user name and profile."""
    held = {
        (target, user): hold
        for target, them in holds.items()
        for hold in them
        for user in hold.users
    }
    managed = (
        _managed(
            record,
            last_changes.get((record.user_id, record.target)),
            held.get((record.target, record.user_id)),
            state,
            now,
        )
        for record in records
    )
    others = (
        _unmanaged(target, profile, state)
        for target, profiles in unmanaged.items()
        for profile in profiles
    )
    return tuple(
        sorted(
            (*managed, *others),
            key=lambda row: (row.target, row.user_name.casefold(), row.user_id, row.profile_name),
        )
    )


def _managed(
    record: Record,
    last_change: LastChange | None,
    hold: Hold | None,
    state: HubState,
    now: datetime,
) -> ReportRow:
    is_removed = record.state is State.REMOVED
    return ReportRow(
        user_id=record.user_id,
        user_name=record.user_name,
        user_status=str(record.user_status),
        target=record.target,
        profile_name=record.profile_name,
        role_arn=record.role_arn,
        state=str(record.state),
        since=record.since,
        access=str(record.access),
        granted_by=record.given_by,
        because=record.because,
        reason=record.why,
        last_change=last_change,
        deletion=None if is_removed else record.retain_until,
        exceptions=() if is_removed else tuple(_exceptions(record, hold, state, now)),
    )


def _exceptions(
    record: Record, hold: Hold | None, state: HubState, now: datetime
) -> Iterator[RowException]:
    """Yield what is unusual about a record, the gravest first."""
    if hold is not None:
        yield RowException(ExceptionKind.HELD, _held(hold, record.user_id))
    elif record.state is State.HELD and not record.hold:
        yield RowException(ExceptionKind.BLOCKED, record.why)
    if record.state is State.FAILED:
        yield RowException(ExceptionKind.FAILED, record.why)
    if record.undecided_since is not None:
        yield RowException(
            ExceptionKind.UNDECIDED,
            f"since {minute(record.undecided_since)} UTC no mapping grants it for certain, and one "
            "that cannot be read forbids the removal",
        )
    yield from _ordered(record, state, now)
    if record.access is Access.BY_HAND:
        yield RowException(
            ExceptionKind.MANUAL_ACCESS,
            "the domain has no application: who may sign in is set by hand",
        )
    if record.kept_role:
        yield RowException(
            ExceptionKind.OLD_ROLE,
            f"apps that ran at the role change may go on with {role_name(record.kept_role)}",
        )
    if record.given_by and record.because and record.given_by != record.because[0].group:
        winner = record.because[0]
        yield RowException(
            ExceptionKind.ROLE_PENDING, f"{winner} grants {role_name(winner.role_arn)}"
        )
    kinds = sorted({text.partition(" ")[0] for text in record.problems} - _SAID_OTHERWISE)
    if kinds:
        yield RowException(ExceptionKind.PROBLEM, ", ".join(kinds))


def _held(hold: Hold, user: UserId) -> str:
    """Return what is held of a user, why, and by which digest to find it."""
    kinds = (each.disruption.kind for each in hold.disruptions if each.disruption.user_id == user)
    return f"{next(kinds)}: {hold.why} (hold {hold.digest})"


def _ordered(record: Record, state: HubState, now: datetime) -> Iterator[RowException]:
    """Yield what operators ordered for a user or their profile."""
    if record.user_id in state.protected:
        yield RowException(ExceptionKind.PROTECTED, "the user: no profile and no role is taken")
    if protected_profile(record.target, record.profile_name) in state.protected:
        yield RowException(ExceptionKind.PROTECTED, "the profile: neither it nor its role is taken")
    until = state.kept.get(record.user_id)
    if until is not None and until > now:
        yield RowException(ExceptionKind.KEPT, f"nothing is removed until {minute(until)} UTC")


def _unmanaged(target: Target, profile: UnmanagedProfile, state: HubState) -> ReportRow:
    exceptions = [
        RowException(
            ExceptionKind.UNMANAGED, "the hub did not make it and never changes it; role unknown"
        )
    ]
    if protected_profile(target, profile.name) in state.protected:
        exceptions.append(RowException(ExceptionKind.PROTECTED, "the profile"))
    changed = _utc(profile.modified)
    return ReportRow(
        user_name=profile.user_name,
        target=target,
        profile_name=profile.name,
        state=UNMANAGED,
        last_change=LastChange(changed, "Profile modified") if changed else None,
        exceptions=tuple(exceptions),
    )


def _utc(text: str) -> datetime | None:
    """Return a stored time as UTC; None if it is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def minute(time: datetime | None) -> str:
    """Return a time to the minute, as a reader compares it; empty for none."""
    return f"{time:%Y-%m-%d %H:%M}" if time else ""
