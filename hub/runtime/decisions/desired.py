"""Decides what the mappings grant one user: yes, no or unknown, and by which rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.retention import retention_days
from hub.runtime.decisions.target_rows import (
    TargetRows,
    maybe_here,
    rows_by_target,
    targetless_groups,
)
from shared.conventions import SystemRole
from shared.model import (
    DEFAULT_RETENTION_DAYS,
    Because,
    DirectorySnapshot,
    Grant,
    GroupId,
    GroupIds,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
    User,
    UserStatus,
)
from shared.naming import profile_name

_UNCALLED_FOR = "no mapping grants it"
# The causes for which a disruption always needs an approval.
LAST_ROW, DELETED, EMPTIED = "last-row", "deleted", "emptied"


class Applies(Enum):
    """Whether a row grants this user a profile."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def desire(
    snapshot: DirectorySnapshot,
    table: MappingTable,
    records: Mapping[Target, Record],
    now: datetime,
) -> tuple[Decision, ...]:
    """Return a decision for every target that concerns the user, sorted by target.

    A target concerns a user if one of its rows applies to them, or if they have a record there.
    """
    rows, targetless = rows_by_target(table), targetless_groups(table)
    decisions = (
        decision_in(
            replace(rows.get(target, TargetRows(target)), targetless=targetless),
            snapshot,
            records.get(target),
            now,
        )
        for target in sorted({*rows, *records})
    )
    return tuple(decision for decision in decisions if decision)


def decision_in(
    of: TargetRows, snapshot: DirectorySnapshot, record: Record | None, now: datetime
) -> Decision | None:
    """Return the decision on one user in one target, or None if it does not concern them."""
    person = snapshot.person
    there = record if record and record.state is not State.REMOVED else None
    applies = {row: _applies(row, snapshot, there) for row in of.rows}
    grants = sorted(
        _grant(row, snapshot.groups, there)
        for row, is_so in applies.items()
        if is_so is Applies.YES and (row.enabled or (there and _granted_by(there) == row.group))
    )
    if person.user_status is not UserStatus.ENABLED:
        known = there or (record and record.user_status is not person.user_status)
        return _disabled_or_deleted(person, of, record, now) if known or grants else None

    unknown = {row.group for row, is_so in applies.items() if is_so is Applies.UNKNOWN}
    unknown.update(of.unparsed)
    maybe = maybe_here(of.targetless, snapshot, there, _granted_by(there) if there else None)
    # A row of the group that parses for this target says what the group grants here.
    unknown_givers = unknown | maybe - {row.group for row in of.rows}
    if grants and not (there and _granted_by(there) in unknown_givers):
        because = Because.of(grants)
        made = there is not None and not there.is_never_made
        name = there.profile_name if there and made else profile_name(person.name, person.id)
        winner = because.winner
        is_granted = any(row.enabled and row.group == winner.group for row in of.rows)
        deleted = frozenset(r.group for r in of.rows if _id(r, snapshot) in snapshot.deleted)
        hold = _taken_by_a_deletion(of.target, there, winner.role_arn, deleted)
        return DesiredProfile(person, of.target, name, winner.role_arn, because, is_granted, hold)
    if there:
        return _uncalled_for(of, there, snapshot, sorted(unknown | maybe), now)
    if record and record.user_status is not person.user_status:
        return _removal(person, of, record, _UNCALLED_FOR, now)
    return None


def _disabled_or_deleted(
    person: User, of: TargetRows, record: Record | None, now: datetime
) -> Removal:
    """Return the removal of a user who is disabled or gone, even if they never had a profile.

    The ledger records why they have none, so that a sweep need not queue them again.
    """
    reason = f"the user is {person.user_status} in the directory"
    if record is None:
        name = profile_name(person.name, person.id)
        return Removal(person, of.target, name, reason, DEFAULT_RETENTION_DAYS)
    return _removal(person, of, record, reason, now)


def _taken_by_a_deletion(
    target: Target, there: Record | None, role_arn: str, deleted: frozenset[str]
) -> str:
    """Return the hold cause of a role change that follows the deletion of the granting group.

    It is empty if another row grants the same role, because then nothing is taken.
    """
    if there is None or _granted_by(there) not in deleted:
        return ""
    suspended_role = SystemRole.SUSPENDED.arn(target.account, target.region)
    return (
        ""
        if there.role_arn in {"", suspended_role, role_arn}
        else f"{DELETED} {_granted_by(there)}"
    )


def _uncalled_for(
    of: TargetRows,
    record: Record,
    snapshot: DirectorySnapshot,
    unknown: Sequence[str],
    now: datetime,
) -> Removal | Undecided:
    person = snapshot.person
    if unknown:
        rows = ", ".join(group or "(no group)" for group in unknown)
        return Undecided(
            person,
            of.target,
            f"cannot tell whether these mappings apply: {rows}",
            "correct the rows, or the groups' names in them: studio-hub mappings check",
            keeps_leaver=True,
        )
    if not of.rows:
        reason = "the last mapping row of this target is gone"
        return _removal(person, of, record, reason, now, hold=LAST_ROW)
    for grant in record.because:
        if grant.group_id in snapshot.deleted:
            reason = f"the group {grant.group} was deleted"
            return _removal(person, of, record, reason, now, hold=f"{DELETED} {grant.group}")
        if grant.group_id in snapshot.emptied:
            reason = f"the group {grant.group} lists nobody any more"
            return _removal(person, of, record, reason, now, hold=f"{EMPTIED} {grant.group}")
    return _removal(person, of, record, _UNCALLED_FOR, now)


def left_groups(
    snapshot: DirectorySnapshot, table: MappingTable, records: Mapping[Target, Record]
) -> tuple[GroupId, ...]:
    """Return the groups that granted the user something and do not list them any more.

    The removal is held if one of these groups was deleted or lists nobody.
    """
    gave = {
        (target, group)
        for target, record in records.items()
        if record.state is not State.REMOVED
        for group in (record.given_by, *(grant.group for grant in record.because))
    }
    ids = {group_id(row, snapshot.groups) for row in table.rows if (row.target, row.group) in gave}
    certain = {id_ for id_ in ids if not isinstance(id_, Unresolved)}
    return tuple(sorted(certain - snapshot.member_of))


def _id(row: GroupMapping, snapshot: DirectorySnapshot) -> GroupId | Unresolved:
    return group_id(row, snapshot.groups)


def _applies(row: GroupMapping, snapshot: DirectorySnapshot, record: Record | None) -> Applies:
    """Return whether a row applies; a name that was never resolved never granted anything."""
    group = _id(row, snapshot)
    if group is Unresolved.UNKNOWN and not _may_have_given(row, record):
        # With an incomplete read, no user is a leaver.
        return Applies.NO if snapshot.complete else Applies.UNKNOWN
    if isinstance(group, Unresolved) or group in snapshot.doubtful:
        return Applies.UNKNOWN
    if group in snapshot.member_of:
        return Applies.YES
    return Applies.NO if snapshot.complete else Applies.UNKNOWN


def _may_have_given(row: GroupMapping, record: Record | None) -> bool:
    """Return whether a user may have something through a row whose group has no known id.

    The stored group ids may be lost while the records are not. Records that are rebuilt from tags
    do not contain the group that granted the role.
    """
    if record is None:
        return False
    known = {record.given_by, *(grant.group for grant in record.because)} - {""}
    return row.group in known or (not known and bool(record.role_arn))


def _granted_by(record: Record) -> str | None:
    """Return the group whose row granted the profile's role, or grants it in a pending action."""
    if record.given_by or record.state is not State.PENDING or not record.because:
        return record.given_by or None
    return record.because[0].group


def _grant(row: GroupMapping, groups: GroupIds, record: Record | None) -> Grant:
    """Return the grant of a row that applies; a disabled row grants the role that it gave."""
    given = record.role_arn if record and not row.enabled else ""
    id_ = group_id(row, groups)
    return Grant(
        row.priority,
        row.group,
        given or row.role_arn,
        row.retention_days,
        "" if isinstance(id_, Unresolved) else id_,
    )


def _removal(
    person: User, of: TargetRows, record: Record, reason: str, now: datetime, hold: str = ""
) -> Removal:
    return Removal(
        replace(person, name=person.name or record.user_name),
        of.target,
        record.profile_name,
        reason,
        retention_days(record, of.rows, now),
        hold,
    )
