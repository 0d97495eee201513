"""Computes the ledger's record after each step of a reconcile, one function for each step."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

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
from hub.runtime.decisions.progress import is_unchanged
from hub.runtime.decisions.record import MAY_ENTER, Access, EndedGrant, Record, State
from hub.runtime.decisions.removal import retention_ends
from shared.conventions import Ownership
from shared.model import MOST_REMEMBERED, Grant
from shared.naming import same_name


def blank(decision: DesiredProfile | Removal) -> Record:
    """Return the record of a user who is new to the ledger in a target."""
    return Record(
        user_id=decision.person.id,
        target=decision.target,
        state=State.PENDING,
        user_name=decision.person.name,
        profile_name=decision.profile_name,
        because=decision.because.grants if isinstance(decision, DesiredProfile) else (),
    )


def with_grants(record: Record, desired: DesiredProfile, now: datetime) -> Record:
    """Return a record with the grants that apply now."""
    grants = desired.because.grants
    return replace(record, because=grants, ended=ended_grants(record, grants, now))


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
    record = old or replace(
        blank(decision),
        version=before.version if before else 0,
        problems=before.problems if before else (),
    )
    # The reason of an earlier failed try stays until an action succeeds.
    again = old is not None and is_unchanged(decision, old)
    tries = record.tries if again else 0
    reason = record.reason if tries else ""
    record = replace(record, reason=reason, hold="", tries=tries, retry_at=None)
    if isinstance(decision, DesiredProfile):
        back = record.is_leaving
        record = replace(
            with_grants(record, decision, now),
            state=State.PENDING,
            access=Access.UNSURE if record.access is Access.UNTOUCHED else record.access,
            started=None if back else record.started,
            retain_until=None,
        )
    else:
        record = replace(
            record,
            state=State.REMOVING,
            reason=record.reason or decision.reason,
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


def announces(written: Record, record: Record) -> bool:
    """Return whether a record differs from the written one only in observed facts."""
    return (
        replace(
            record,
            role_arn=written.role_arn,
            given_by=written.given_by,
            modified=written.modified,
            efs_uid=written.efs_uid,
            user_name=written.user_name,
            profile_name=written.profile_name,
            user_status=written.user_status,
            last_request=written.last_request,
            requested_at=written.requested_at,
        )
        == written
    )


def applied(
    action: Action,
    decision: DesiredProfile | Removal,
    record: Record,
    profile: ObservedProfile | None,
) -> Record:
    """Return the record once an action is done."""
    if profile is not None:
        record = seen(record, profile)
    if not isinstance(action, Discard):
        # A discard is part of a retry, so the count of tries continues.
        reason = decision.reason if isinstance(decision, Removal) else ""
        record = replace(record, reason=reason, tries=0)
    match action:
        case Assign() if isinstance(decision, DesiredProfile):
            # The assignment comes after the role, so the profile has the desired role by now.
            return replace(
                record,
                access=Access.ASSIGNED,
                role_arn=decision.role_arn,
                given_by=decision.because.winner.group,
            )
        case Revoke():
            return replace(record, access=Access.REVOKED)
        case Create() | ChangeRole() | Resume() if isinstance(decision, DesiredProfile):
            given_by = decision.because.winner.group
            kept_role = (
                action.old_role_arn if isinstance(action, ChangeRole) and action.keeps_apps else ""
            )
            return replace(record, role_arn=action.role_arn, given_by=given_by, kept_role=kept_role)
        case Suspend():
            return replace(record, role_arn=action.role_arn, given_by="")
        case Delete() | Discard():
            return replace(record, role_arn="", given_by="", modified="")
        case _:
            return record


def is_granted(desired: DesiredProfile, record: Record) -> bool:
    """Return whether the user has the desired role and may sign in with it.

    It is false after a change that stopped apps, until the next pass: apps may have started
    meanwhile.
    """
    return (
        record.role_arn == desired.role_arn
        and record.given_by == desired.because.winner.group
        and record.access in MAY_ENTER
        and record.started is None
    )


def active(
    desired: DesiredProfile, record: Record, profile: ObservedProfile | None, now: datetime
) -> Record:
    """Return the record of a user who has the desired profile."""
    if profile is not None:
        record = seen(record, profile)
    still = record.kept_role in {grant.role_arn for grant in desired.because.grants}
    return replace(
        with_grants(record, desired, now),
        state=State.ACTIVE,
        kept_role=record.kept_role if still else "",
        role_arn=desired.role_arn,
        given_by=desired.because.winner.group,
        reason="",
        hold="",
        requested_at=None,
        started=None,
        retain_until=None,
        restarts=0,
        in_the_way="",
        tries=0,
        retry_at=None,
        spaces=(),
    )


def suspended(removal: Removal, record: Record, profile: ObservedProfile, now: datetime) -> Record:
    """Return the record of a suspended user, whose profile and spaces are retained."""
    return replace(
        seen(record, profile),
        state=State.SUSPENDED,
        role_arn=profile.role_arn,
        given_by="",
        reason=removal.reason,
        hold="",
        requested_at=None,
        started=record.started or now,
        retain_until=retention_ends(removal, record, now),
        in_the_way="",
        tries=0,
        retry_at=None,
    )


def removed(removal: Removal, record: Record) -> Record:
    """Return the record of a user who has no profile, or never had one."""
    return replace(
        record,
        state=State.REMOVED,
        reason=removal.reason,
        role_arn="",
        given_by="",
        kept_role="",
        because=(),
        ended=(),
        modified="",
        hold="",
        requested_at=None,
        started=None,
        retain_until=None,
        restarts=0,
        in_the_way="",
        tries=0,
        retry_at=None,
    )


def seen(record: Record, profile: ObservedProfile) -> Record:
    """Return a record with the observed facts of the profile."""
    return replace(
        record,
        user_name=profile.user_name or record.user_name,
        profile_name=profile.name,
        efs_uid=profile.efs_uid,
        modified=profile.modified,
    )


def requeue(record: Record, reason: str, until: datetime) -> Record:
    """Return the record of a user for whom something did not work and is retried at `until`."""
    return replace(record, reason=reason, tries=record.tries + 1, retry_at=until)


def noted(
    record: Record, state: State, reason: str, profile: ObservedProfile | None, hold: str
) -> Record:
    """Return a record with a state, its reason and what was observed; the known role stays."""
    if profile is not None and same_name(profile.name, record.profile_name):
        record = replace(record, modified=profile.modified)
    if profile is not None and profile.ownership is not Ownership.OURS:
        record = replace(record, in_the_way=profile.name)
    if state in {State.HELD, State.FAILED}:
        # Once an operator has to act, the latency says nothing about the hub.
        record = replace(record, requested_at=None)
    return replace(record, state=state, reason=reason, hold=hold, retry_at=None)


def named(record: Record, decision: DesiredProfile | Removal | None) -> Record:
    """Return a record with the desired names, if no profile was ever made.

    The stored name of a profile that was never made is no profile's name.
    """
    if not (record.is_never_made and isinstance(decision, DesiredProfile)):
        return record
    return replace(record, user_name=decision.person.name, profile_name=decision.profile_name)


def is_announced_by_refusal(refused: Record, record: Record) -> bool:
    """Return whether a started action repeats the refused one, under the same name.

    The record of the refusal is then enough to recover from a crash.
    """
    again = replace(record, state=refused.state, reason=refused.reason)
    return same_name(refused.profile_name, record.profile_name) and announces(refused, again)


def says_no_more(record: Record, written: Record, *, joins: bool) -> bool:
    """Return whether a record need not be written over the written one.

    New memberships alone need a write only if the group snapshots lack them: one record carries
    them there.
    """
    known = replace(record, last_request=written.last_request, memberships=written.memberships)
    return known == written and not (joins and record.memberships != written.memberships)


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
    left, kept = MOST_REMEMBERED, []
    for grant in sorted(ended.values(), key=lambda each: (-each.retention_days, each.group)):
        left -= grant.size
        if left >= 0:
            kept.append(grant)
    return tuple(sorted(kept, key=lambda each: (each.group, each.retention_days)))
