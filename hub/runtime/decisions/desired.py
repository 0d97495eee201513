"""Decides what the mappings grant one user: yes, no or unknown, and by which rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from hub.runtime.decisions.decision import (
    Applies,
    Decision,
    DesiredProfile,
    Removal,
    RowAnswer,
    RowReason,
    Undecided,
)
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.pattern_rows import gave, is_of, unmatched
from hub.runtime.decisions.record import EndedGrant, Record, State
from shared.model import (
    DEFAULT_RETENTION_DAYS,
    Because,
    DirectorySnapshot,
    Grant,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
    UserStatus,
)
from shared.naming import profile_name

_NOT_GRANTED = "no mapping grants it"
_ALL_AVAILABLE: Final[Mapping[Target, Collection[str]]] = MappingProxyType({})
# The causes for which a disruption always needs an approval.
LAST_ROW, DELETED, EMPTIED, UNMATCHED = "last-row", "deleted", "emptied", "unmatched"


class TargetRows(NamedTuple):
    """The rows of one target, and the groups of rows that do not parse.

    Attributes:
        unparsed: the groups of rows that do not parse.
        targetless: the groups of the rows whose target does not parse. Each may be of this target:
            it prevents every removal from the users of its group, and grants nothing.
        patterns: the groups of this target's pattern rows.
        unlisted: those of them whose groups were never listed to the end.
        withheld: the rows of groups that a pattern matches by the name of another group.
    """

    target: Target
    rows: tuple[GroupMapping, ...] = ()
    unparsed: tuple[str, ...] = ()
    targetless: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    withheld: tuple[GroupMapping, ...] = ()


def rows_by_target(table: MappingTable, targets: Iterable[Target] = ()) -> dict[Target, TargetRows]:
    """Return the rows of every target that the table names, and of the given targets."""
    rows: dict[Target, list[GroupMapping]] = {target: [] for target in targets}
    unparsed: dict[Target, list[str]] = {}
    for row in table.rows:
        rows.setdefault(row.target, []).append(row)
    patterns: dict[Target, list[str]] = {}
    for pattern in table.patterns:
        rows.setdefault(pattern.target, [])
        patterns.setdefault(pattern.target, []).append(pattern.group)
    for bad in table.bad:
        if bad.target:
            unparsed.setdefault(bad.target, []).append(bad.group)
    targetless = tuple(sorted({bad.group for bad in table.bad if bad.target is None}))
    return {
        target: TargetRows(
            target,
            tuple(rows.get(target, ())),
            tuple(unparsed.get(target, ())),
            targetless,
            tuple(patterns.get(target, ())),
            tuple(row.group for row in table.unlisted if row.target == target),
            tuple(row for row in table.withheld if row.target == target),
        )
        for target in sorted({*rows, *unparsed})
    }


def desire(
    snapshot: DirectorySnapshot,
    table: MappingTable,
    records: Mapping[Target, Record],
    now: datetime,
    unavailable: Mapping[Target, Collection[str]] = _ALL_AVAILABLE,
) -> tuple[Decision, ...]:
    """Return a decision for every target that concerns the user, sorted by target.

    A target concerns a user if one of its rows applies to them, or if they have a record there.
    `unavailable` holds the ARNs of the roles that cannot be given in a target.
    """
    decisions = (
        decision_in(of, snapshot, records.get(target), now, unavailable.get(target, ()))
        for target, of in rows_by_target(table, records).items()
    )
    return tuple(decision for decision in decisions if decision)


def decision_in(
    of: TargetRows,
    snapshot: DirectorySnapshot,
    record: Record | None,
    now: datetime,
    unavailable: Collection[str] = (),
) -> Decision | None:
    """Return the decision on one user in one target, or None if it does not concern them.

    `unavailable` holds the ARNs of the roles that cannot be given in the target.
    """
    person = snapshot.person
    there = record if record and record.state is not State.REMOVED else None
    answers = row_answers(of, snapshot, record)
    # A disabled row grants only the role that it gave.
    grants = sorted(
        Grant(
            row.priority,
            row.group,
            (there.role_arn if there and not row.enabled else "") or row.role_arn,
            row.retention_days,
            str(group_id(row, snapshot.groups)),
            row.pattern,
        )
        for _, why, row in answers
        if row is not None and why.applies is Applies.YES
    )
    ungiven = {grant.group for grant in grants if grant.role_arn in unavailable}
    is_status_new = record is not None and record.user_status is not person.user_status
    if person.user_status is not UserStatus.ENABLED:
        if not (there or is_status_new or grants):
            return None
        reason = f"the user is {person.user_status} in the directory"
        return _removal(of, snapshot, record, now, reason)
    targetless = {each.group for each in answers if each.reason is RowReason.UNPARSED_TARGET}
    unknown = {
        each.group
        for each in answers
        if each.reason.applies is Applies.UNKNOWN and each.reason is not RowReason.UNPARSED_TARGET
    }
    # A row of the group that parses for this target says what the group grants here.
    unknown_givers = (unknown | targetless - {row.group for row in of.rows}) - {""}
    if ungiven:
        grants = _without(ungiven, grants, there.granted_by if there else "")
    if grants and not (there and unknown_givers and is_of(unknown_givers, there.granted_by)):
        return _desired(of, snapshot, there, Because.of(grants))
    if there and ungiven:
        return Undecided(
            person,
            of.target,
            f"these mappings give a role that is unavailable: {', '.join(sorted(ungiven))}",
            f"studio-hub doctor --target {of.target} tells why",
            is_of_target=True,
        )
    if there:
        return _not_granted(of, snapshot, there, sorted(unknown | targetless), now)
    return _removal(of, snapshot, record, now, _NOT_GRANTED) if is_status_new else None


def _without(ungiven: Collection[str], grants: Sequence[Grant], giver: str) -> list[Grant]:
    """Return the grants that count while the roles of some groups cannot be given.

    No losing row's role is given instead of one that would win. So if such a row wins, only the row
    that gave the user what they have counts, and goes first. If such a row gave it, nothing counts:
    nothing of the user is changed.
    """
    if giver in ungiven:
        return []
    if grants[0].group not in ungiven:
        return [*grants]
    if giver not in {grant.group for grant in grants}:
        return []
    return sorted(grants, key=lambda grant: grant.group != giver)


def row_answers(
    of: TargetRows,
    snapshot: DirectorySnapshot,
    record: Record | None,
    unavailable: Collection[str] = (),
) -> tuple[RowAnswer, ...]:
    """Return for each row of a target whether it grants the user a profile, in the rows' order.

    The rows that do not parse come last: those of the target, then those without a readable target
    that may be of this one. A row that would grant one of the roles in `unavailable` is unknown.
    """
    there = record if record and record.state is not State.REMOVED else None
    found = []
    for row in of.rows:
        reason = _reason(row, snapshot, there)
        if reason.applies is Applies.YES and row.role_arn in unavailable:
            reason = RowReason.ROLE_UNAVAILABLE
        found.append(RowAnswer(row.group, reason, row))
    found += [
        RowAnswer(row.group, RowReason.NAME_TAKEN, row)
        for row in of.withheld
        if row.group_id in snapshot.member_of
    ]
    found += [RowAnswer(group, RowReason.UNPARSED) for group in of.unparsed]
    found += [RowAnswer(group, RowReason.UNLISTED) for group in of.unlisted]
    found += [
        RowAnswer(group, RowReason.UNPARSED_TARGET)
        for group in of.targetless
        if _may_be_here(group, snapshot, there)
    ]
    return tuple(found)


def _desired(
    of: TargetRows, snapshot: DirectorySnapshot, there: Record | None, because: Because
) -> DesiredProfile:
    person, winner = snapshot.person, because[0]
    is_made = there is not None and not there.is_never_made
    name = there.profile_name if there and is_made else profile_name(person.name, person.id)
    is_granted = any(row.enabled and row.group == winner.group for row in of.rows)
    # The deletion of the group takes the role that it granted, unless another row grants that role.
    deleted = {row.group for row in of.rows if group_id(row, snapshot.groups) in snapshot.deleted}
    giver = there.granted_by if there else ""
    takes = there and giver in deleted and there.loses_role_to(winner.role_arn)
    hold = f"{DELETED} {giver}" if takes else ""
    moved = unmatched(of.patterns, of.rows, snapshot, there) if there and of.patterns else ()
    if there and giver in moved and not hold:
        hold = f"{UNMATCHED} {giver}" if there.loses_role_to(winner.role_arn) else ""
    return DesiredProfile(person, of.target, name, winner.role_arn, because, is_granted, hold)


def _not_granted(
    of: TargetRows,
    snapshot: DirectorySnapshot,
    there: Record,
    unknown: Sequence[str],
    now: datetime,
) -> Removal | Undecided:
    """Return the decision on a user with a record, to whom no row applies for certain."""
    if unknown:
        rows = ", ".join(group or "(no group)" for group in unknown)
        return Undecided(
            snapshot.person,
            of.target,
            f"cannot tell whether these mappings apply: {rows}",
            "correct the rows, or the groups' names in them: studio-hub mappings check",
            keeps_leaver=True,
        )
    for group in unmatched(of.patterns, of.rows, snapshot, there) if of.patterns else ():
        reason = f"no pattern row matches the group {group} any more"
        return _removal(of, snapshot, there, now, reason, f"{UNMATCHED} {group}")
    if not of.rows:
        reason = "the last mapping row of this target is gone"
        return _removal(of, snapshot, there, now, reason, LAST_ROW)
    for grant in there.because:
        if grant.group_id in snapshot.deleted:
            reason = f"the group {grant.group} was deleted"
            return _removal(of, snapshot, there, now, reason, f"{DELETED} {grant.group}")
        if grant.group_id in snapshot.emptied:
            reason = f"the group {grant.group} lists nobody any more"
            return _removal(of, snapshot, there, now, reason, f"{EMPTIED} {grant.group}")
    return _removal(of, snapshot, there, now, _NOT_GRANTED)


def _removal(
    of: TargetRows,
    snapshot: DirectorySnapshot,
    record: Record | None,
    now: datetime,
    reason: str,
    hold: str = "",
) -> Removal:
    """Return a removal, with the longest retention (days) that applied in the last day.

    Every value that an applying row had in that time counts, as far as the ledger knows. So a
    retention that was lowered a moment ago deletes nothing at once.

    A user who never had a profile gets one too: the ledger then records why they have none, so that
    a sweep need not queue them again.
    """
    person = snapshot.person
    if record is None:
        name = profile_name(person.name, person.id)
        return Removal(person, of.target, name, reason, DEFAULT_RETENTION_DAYS)
    applied: list[Grant | EndedGrant] = [*record.because]
    applied += [grant for grant in record.ended if grant.counts(now)]
    groups = {grant.group for grant in applied}
    days = [grant.retention_days for grant in applied]
    days += [row.retention_days for row in of.rows if row.group in groups]
    return Removal(
        person._replace(name=person.name or record.user_name),
        of.target,
        record.profile_name,
        reason,
        max(days, default=DEFAULT_RETENTION_DAYS),
        hold,
    )


def _reason(row: GroupMapping, snapshot: DirectorySnapshot, there: Record | None) -> RowReason:
    """Return why a row grants the user a profile or none, or why that is unknown.

    The stored group ids may be lost while the records are not. Records that are rebuilt from tags
    do not contain the group that granted the role.
    """
    group = group_id(row, snapshot.groups)
    not_in_it = RowReason.NOT_A_MEMBER
    if group is Unresolved.UNREADABLE:
        return RowReason.UNREADABLE_NAME
    if group is Unresolved.UNKNOWN:
        givers = there.givers if there else frozenset()
        if row.group in givers or (there and there.role_arn and not givers):
            return RowReason.NAME_GONE
        not_in_it = RowReason.NO_SUCH_GROUP
    elif group in snapshot.doubtful:
        return RowReason.UNREADABLE_GROUP
    elif group in snapshot.member_of:
        if row.enabled:
            return RowReason.MEMBER
        keeps = there is not None and gave(row, there)
        return RowReason.KEPT if keeps else RowReason.DISABLED
    return not_in_it if snapshot.complete else RowReason.INCOMPLETE


def _may_be_here(group: str, snapshot: DirectorySnapshot, there: Record | None) -> bool:
    """Return whether a row without a readable target may grant the user a profile in this target.

    It may if its group granted the user something here, or if the user may be in the group. A row
    whose group cannot be read either may grant any user something.
    """
    if not group or (there and any(is_of((group,), giver) for giver in there.givers)):
        return True
    id_ = snapshot.groups.get(group)
    gave = {grant.group_id for grant in there.because} if there else set()
    may_be_in = id_ in snapshot.member_of | snapshot.doubtful | gave or not snapshot.complete
    return isinstance(id_, str) and may_be_in
