"""Computes the ledger's record after each step of a reconcile, and whether it must be written."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from typing import Final, assert_never

from hub.runtime.decisions.actions import (
    Action,
    Assign,
    ChangeRole,
    Create,
    Delete,
    DeleteSpace,
    Discard,
    Resume,
    Revoke,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.progress import has_lapsed, is_unchanged
from hub.runtime.decisions.record import (
    MAY_ENTER,
    Access,
    EndedGrant,
    Record,
    State,
)
from hub.runtime.decisions.removal import retention_ends
from shared.model import MOST_REMEMBERED, Grant
from shared.naming import same_name

# What is observed, and noted with the next write.
_OBSERVED: Final = frozenset(
    {
        "role_arn",
        "given_by",
        "modified",
        "efs_uid",
        "user_name",
        "profile_name",
        "user_status",
        "memberships",
        "last_request",
        "requested_at",
    }
)


def current(decision: DesiredProfile | Removal, record: Record | None) -> Record:
    """Return the record of a user in a target: a new one if they are new there, or were removed.

    Of a removed record, the version and the open problems stay.
    """
    if record is not None and record.state is not State.REMOVED:
        return record
    return Record(
        user_id=decision.person.id,
        target=decision.target,
        state=State.PENDING,
        user_name=decision.person.name,
        profile_name=decision.profile_name,
        because=decision.because if isinstance(decision, DesiredProfile) else (),
        version=record.version if record else 0,
        problems=record.problems if record else (),
    )


def named(record: Record, decision: DesiredProfile | Removal | None) -> Record:
    """Return a record with the desired names, if no profile was ever made.

    The stored name of a profile that was never made is no profile's name.
    """
    if not isinstance(decision, DesiredProfile) or not record.is_never_made:
        return record
    return replace(record, user_name=decision.person.name, profile_name=decision.profile_name)


def with_facts(
    record: Record,
    decision: DesiredProfile | Removal,
    now: datetime,
    profile: ObservedProfile | None = None,
) -> Record:
    """Return a record with the grants that apply now, and the facts of an observed profile."""
    if profile is not None:
        record = replace(
            record,
            user_name=profile.user_name or record.user_name,
            profile_name=profile.name,
            efs_uid=profile.efs_uid,
            modified=profile.modified,
        )
    if isinstance(decision, Removal):
        return record
    grants = decision.because
    ended = ended_grants(record, grants, now)
    # Most records have them already, and to copy one takes longer than to compare these.
    is_there = (record.because, record.ended) == (grants, ended)
    return record if is_there else replace(record, because=grants, ended=ended)


def ended_grants(record: Record, because: Iterable[Grant], now: datetime) -> tuple[EndedGrant, ...]:
    """Return the ended grants to store, now that `because` are the grants that apply.

    An ended grant matters only if its retention is longer than the one that its row has now. If a
    record cannot hold all, those with the longest retention are stored.
    """
    says = {grant.group: grant.retention_days for grant in because}
    before = [EndedGrant(grant.group, grant.retention_days, now) for grant in record.because]
    ended: dict[tuple[str, int], EndedGrant] = {}
    for grant in (*(each for each in record.ended if each.counts(now)), *before):
        if grant.retention_days > says.get(grant.group, -1):
            ended[grant.group, grant.retention_days] = grant
    room, kept = MOST_REMEMBERED, []
    for grant in sorted(ended.values(), key=lambda each: (-each.retention_days, each.group)):
        room -= grant.size
        if room >= 0:
            kept.append(grant)
    return tuple(sorted(kept, key=lambda each: (each.group, each.retention_days)))


def started(
    action: Action,
    decision: DesiredProfile | Removal,
    old: Record | None,
    before: Record | None,
    now: datetime,
) -> Record:
    """Return the record while an action runs; `before` is the record when the reconcile began.

    The record of a removal names when it began and how long its remains are retained. Every action
    for a desired profile leads to an assignment. From its start the access is unsure, so that the
    record is not taken for untouched.
    """
    record = current(decision, old)
    # The obstacle of an earlier failed try stays until an action succeeds.
    tries = record.tries if is_unchanged(decision, record) else 0
    obstacle = record.obstacle if tries else None
    reason = decision.reason if isinstance(decision, Removal) else ""
    record = replace(record, reason=reason, obstacle=obstacle, hold="", tries=tries, retry_at=None)
    if isinstance(decision, DesiredProfile):
        back = record.is_leaving
        record = replace(
            with_facts(record, decision, now),
            state=State.PENDING,
            access=Access.UNSURE if record.access is Access.UNTOUCHED else record.access,
            started=None if back else record.started,
            retain_until=None,
        )
    else:
        record = replace(
            record,
            state=State.REMOVING,
            requested_at=None,
            started=record.started or now,
            retain_until=retention_ends(decision, record, now),
        )
    match action:
        case Create() | Assign() | Revoke():
            return replace(record, access=Access.UNSURE)
        case StopApp() if isinstance(decision, DesiredProfile):
            # A restart is an app that started after the role change began to stop apps. Apps that a
            # removal stopped do not count. Nor do apps whose stop was refused or requeued.
            since = before.started if before is not None and not before.is_leaving else None
            started = action.app.created
            again = since is not None and (started is None or started > since)
            restarts = (before.restarts if before else 0) + int(again)
            return replace(record, started=record.started or now, restarts=restarts)
        case ChangeRole(keeps_apps=False):
            # Apps may start before the new role applies: they are looked for after the change.
            return replace(record, started=record.started or now)
        case DeleteSpace(space=space):
            return replace(record, spaces=tuple(sorted({*record.spaces, space})))
        case Delete(efs_uid=efs_uid):
            return replace(record, efs_uid=efs_uid or record.efs_uid)
        case _:
            return record


def applied(
    action: Action,
    decision: DesiredProfile | Removal,
    record: Record,
    profile: ObservedProfile | None,
    now: datetime,
) -> Record:
    """Return the record once an action is done: in sync, if nothing more is to be done.

    After a change that stopped apps it is not in sync until the next pass: apps may have started
    meanwhile.
    """
    record = with_facts(record, decision, now, profile)
    if not isinstance(action, Discard) and (record.obstacle or record.tries):
        # A discard is part of a retry, so the count of tries continues.
        record = replace(record, obstacle=None, tries=0)
    if isinstance(action, Delete | Discard):
        record = replace(record, role_arn="", given_by="", modified="")
    if isinstance(action, Revoke):
        record = replace(record, access=Access.REVOKED)
    if isinstance(decision, Removal):
        if isinstance(action, Suspend):
            record = replace(record, role_arn=action.role_arn, given_by="")
        return in_sync(decision, record, None, now) if isinstance(action, Delete) else record
    winner = decision.because[0].group
    match action:
        case Assign():
            # The assignment comes after the role, so the profile has the desired role by now.
            role_arn = decision.role_arn
            record = replace(record, access=Access.ASSIGNED, role_arn=role_arn, given_by=winner)
        case Create() | ChangeRole() | Resume():
            kept_role = (
                action.old_role_arn if isinstance(action, ChangeRole) and action.keeps_apps else ""
            )
            role_arn = action.role_arn
            record = replace(record, role_arn=role_arn, given_by=winner, kept_role=kept_role)
        case _:
            pass
    has_role = (record.role_arn, record.given_by) == (decision.role_arn, winner)
    if has_role and record.access in MAY_ENTER and record.started is None:
        return in_sync(decision, record, None, now)
    return record


def in_sync(
    decision: DesiredProfile | Removal,
    record: Record | None,
    profile: ObservedProfile | None,
    now: datetime,
) -> Record:
    """Return the record of a target that is in sync: active, suspended or removed.

    A removal with a profile suspends it until its retention ends. Without one, the user has no
    profile, or never had one.
    """
    is_gone = isinstance(decision, Removal) and profile is None
    if record is None or not is_gone:
        record = current(decision, record)
    record = replace(
        with_facts(record, decision, now, profile),
        reason=decision.reason if isinstance(decision, Removal) else "",
        obstacle=None,
        hold="",
        requested_at=None,
        in_the_way="",
        tries=0,
        retry_at=None,
    )
    match decision:
        case DesiredProfile():
            # A change that ended unseen may have left apps running with the role before it.
            is_other = record.role_arn not in {"", decision.role_arn}
            kept = replace(record, kept_role=record.role_arn) if is_other else record
            return replace(
                record,
                state=State.ACTIVE,
                kept_role="" if has_lapsed(decision, kept) else kept.kept_role,
                role_arn=decision.role_arn,
                given_by=decision.because[0].group,
                started=None,
                retain_until=None,
                restarts=0,
                spaces=(),
            )
        case Removal() if profile is not None:
            return replace(
                record,
                state=State.SUSPENDED,
                role_arn=profile.role_arn,
                given_by="",
                started=record.started or now,
                retain_until=retention_ends(decision, record, now),
            )
        case Removal():
            return replace(
                record,
                state=State.REMOVED,
                role_arn="",
                given_by="",
                kept_role="",
                because=(),
                ended=(),
                modified="",
                started=None,
                retain_until=None,
                restarts=0,
            )
        case _:
            assert_never(decision)


def is_written(
    record: Record, written: Record, action: Action | None = None, *, joins: bool = False
) -> bool:
    """Return whether the written record says all that a new record would, for now.

    New memberships alone need a write only if the group snapshots lack them: one record carries
    them there. Before an action it is enough that a crash leaves a trace of it. The record of a
    creation announces the assignment, and that of a refusal announces the retry under the same
    name.
    """
    changed = {
        each.name
        for each in fields(Record)
        if getattr(record, each.name) != getattr(written, each.name)
    } - {"version"}
    if changed <= {"last_request"} or (not joins and changed <= {"last_request", "memberships"}):
        return True
    if isinstance(action, Assign) and changed <= _OBSERVED:
        return True
    repeats = written.is_blocked and same_name(record.profile_name, written.profile_name)
    is_retry = repeats and isinstance(action, Create | Assign | Revoke)
    return is_retry and changed <= _OBSERVED | {"state", "reason", "obstacle"}
