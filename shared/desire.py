"""What the mappings call for, person by person: yes, no or unknown, and because of what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from shared.model import (
    DEFAULT_RETENTION_DAYS,
    Because,
    Claim,
    DirectorySnapshot,
    EndedClaim,
    GroupId,
    GroupIds,
    GroupMapping,
    MappingTable,
    Person,
    Record,
    Standing,
    State,
    Target,
    Unresolved,
)
from shared.naming import profile_name

# A row that stopped applying still lengthens the retention for this long.
_REMEMBERED = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class DesiredProfile:
    """A profile that the mappings call for.

    `grants` is false where only a disabled row calls for it: such a row keeps what it gave, and
    makes nothing anew.
    """

    person: Person
    target: Target
    profile_name: str
    role_arn: str
    because: Because
    grants: bool = True


@dataclass(frozen=True, slots=True)
class Removal:
    """A profile that no mapping calls for any more."""

    person: Person
    target: Target
    profile_name: str
    reason: str
    retention_days: int


@dataclass(frozen=True, slots=True)
class Undecided:
    """A profile that stays as it is, because nobody can tell what it should be."""

    person: Person
    target: Target
    reason: str
    way_out: str


Verdict = DesiredProfile | Removal | Undecided


class Applies(Enum):
    """Whether a row calls for a profile of this person."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def desire(
    snapshot: DirectorySnapshot,
    table: MappingTable,
    records: Mapping[Target, Record],
    now: datetime,
) -> tuple[Verdict, ...]:
    """Return a verdict for every target that concerns the person, sorted by target.

    A target concerns a person whom a row of it applies to, or who has a record there.
    """
    rows: dict[Target, list[GroupMapping]] = {}
    for row in table.rows:
        rows.setdefault(row.target, []).append(row)
    unparsed: dict[Target, list[str]] = {}
    for bad in table.bad:
        if bad.target:
            unparsed.setdefault(bad.target, []).append(bad.group)
    verdicts = (
        _verdict(
            snapshot,
            _Rows(target, tuple(rows.get(target, ())), tuple(unparsed.get(target, ()))),
            records.get(target),
            now,
        )
        for target in sorted({*rows, *records})
    )
    return tuple(verdict for verdict in verdicts if verdict)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one target, and the groups of those that do not parse."""

    target: Target
    rows: tuple[GroupMapping, ...]
    unparsed: tuple[str, ...]


def _verdict(
    snapshot: DirectorySnapshot, of: _Rows, record: Record | None, now: datetime
) -> Verdict | None:
    person = snapshot.person
    there = record if record and record.state is not State.REMOVED else None
    if person.standing is not Standing.ENABLED:
        reason = f"the user is {person.standing} in the directory"
        return _removal(person, of, there, reason, now) if there else None

    applies = {row: _applies(row, snapshot) for row in of.rows}
    unknown = {row.group for row, is_so in applies.items() if is_so is Applies.UNKNOWN}
    unknown.update(of.unparsed)
    claims = sorted(
        _claim(row, there)
        for row, is_so in applies.items()
        if is_so is Applies.YES and (row.enabled or (there and _giver(there) == row.group))
    )
    if claims and not (there and _giver(there) in unknown):
        because = Because(claims[0], tuple(claims[1:]))
        name = there.profile_name if there else profile_name(person.name, person.id)
        winner = because.winner
        grants = any(row.enabled and row.group == winner.group for row in of.rows)
        return DesiredProfile(person, of.target, name, winner.role_arn, because, grants)
    if there is None:
        return None
    return _uncalled_for(person, of, there, unknown, now)


def _uncalled_for(
    person: Person, of: _Rows, record: Record, unknown: set[str], now: datetime
) -> Removal | Undecided:
    if unknown:
        return Undecided(
            person,
            of.target,
            f"cannot tell whether these mappings apply: {', '.join(sorted(unknown))}",
            "correct the rows, or the groups' names in them: studio-hub mappings check",
        )
    if not of.rows:
        return Undecided(
            person,
            of.target,
            "the last mapping row of this target is gone, and that removes nobody by itself",
            "add the row again, or a row that lists whom the target is for",
        )
    return _removal(person, of, record, "no mapping calls for it", now)


def group_id(row: GroupMapping, groups: GroupIds) -> GroupId | Unresolved:
    """Return the id of a row's group: the one that the row pins, or the one of its name."""
    return row.group_id or groups.get(row.group, Unresolved.UNKNOWN)


def left_groups(
    snapshot: DirectorySnapshot, table: MappingTable, records: Mapping[Target, Record]
) -> tuple[GroupId, ...]:
    """Return the groups that gave the person something and do not list them any more.

    Whether one of them was deleted decides whether they were taken out of it.
    """
    gave = {
        (target, claim.group)
        for target, record in records.items()
        if record.state is not State.REMOVED
        for claim in record.because
    }
    ids = {group_id(row, snapshot.groups) for row in table.rows if (row.target, row.group) in gave}
    certain = {id_ for id_ in ids if not isinstance(id_, Unresolved)}
    return tuple(sorted(certain - snapshot.member_of))


def _applies(row: GroupMapping, snapshot: DirectorySnapshot) -> Applies:
    group = group_id(row, snapshot.groups)
    if isinstance(group, Unresolved) or group in snapshot.doubtful:
        return Applies.UNKNOWN
    if group in snapshot.member_of:
        return Applies.YES
    return Applies.NO if snapshot.complete else Applies.UNKNOWN


def _giver(record: Record) -> str | None:
    """Return the group whose row gave what the profile has, or is just giving it."""
    if record.given_by or record.state is not State.PENDING or not record.because:
        return record.given_by or None
    return record.because[0].group


def _claim(row: GroupMapping, record: Record | None) -> Claim:
    """Return what a row that applies calls for; a disabled one calls for what it gave."""
    given = record.role_arn if record and not row.enabled else ""
    return Claim(row.priority, row.group, given or row.role_arn, row.retention_days)


def _removal(person: Person, of: _Rows, record: Record, reason: str, now: datetime) -> Removal:
    name = person.name or record.user_name
    return Removal(
        replace(person, name=name),
        of.target,
        record.profile_name,
        reason,
        _retention_days(record, of.rows, now),
    )


def _retention_days(record: Record, rows: Iterable[GroupMapping], now: datetime) -> int:
    """Return the longest retention of the rows that applied in the last day.

    A row that is still in the table counts with what it says now.
    """
    recorded = {claim.group: claim.retention_days for claim in remembered(record.ended, now)}
    recorded |= {claim.group: claim.retention_days for claim in record.because}
    says_now = {row.group: row.retention_days for row in rows if row.group in recorded}
    return max((recorded | says_now).values(), default=DEFAULT_RETENTION_DAYS)


def remembered(ended: Iterable[EndedClaim], now: datetime) -> tuple[EndedClaim, ...]:
    """Return those of the ended claims that still count."""
    return tuple(claim for claim in ended if claim.until > now - _REMEMBERED)


def ended_claims(record: Record, because: Iterable[Claim], now: datetime) -> tuple[EndedClaim, ...]:
    """Return what to remember of rows that no longer apply, now that `because` does."""
    still = {claim.group for claim in because}
    just_ended = tuple(
        EndedClaim(claim.group, claim.retention_days, now)
        for claim in record.because
        if claim.group not in still
    )
    return just_ended + tuple(
        claim for claim in remembered(record.ended, now) if claim.group not in still
    )
