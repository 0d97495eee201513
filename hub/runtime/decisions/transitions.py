"""What the ledger's record says after each step of a look: one function a kind of step."""

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
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.decisions.removal import retention_ends
from hub.runtime.decisions.retention import ended_claims
from hub.runtime.decisions.retries import calls_for_the_same
from shared.naming import same_name

MAY_ENTER = frozenset({Access.ASSIGNED, Access.BY_HAND})


def blank(decision: DesiredProfile | Removal) -> Record:
    """Return the record of somebody whom the ledger does not know in a target."""
    return Record(
        user_id=decision.person.id,
        target=decision.target,
        state=State.PENDING,
        user_name=decision.person.name,
        profile_name=decision.profile_name,
        because=decision.because.grants if isinstance(decision, DesiredProfile) else (),
    )


def with_claims(record: Record, desired: DesiredProfile, now: datetime) -> Record:
    """Return a record with the rows that call for the profile now."""
    grants = desired.because.grants
    return replace(record, because=grants, ended=ended_claims(record, grants, now))


def started(
    action: Action,
    decision: DesiredProfile | Removal,
    old: Record | None,
    before: Record | None,
    now: datetime,
) -> Record:
    """Return the record while an action is being carried out; `before` is as it was before.

    Whatever a removal takes is announced with the time at which it began, and with the time until
    which the rest is kept. Whatever is begun for somebody ends with their access, so from then on
    nobody knows how far that is: who was here once is not taken for untouched.
    """
    record = old or replace(
        blank(decision),
        version=before.version if before else 0,
        problems=before.problems if before else (),
    )
    # What was tried before in vain stays told until something comes of it.
    again = old is not None and calls_for_the_same(decision, old)
    tries = record.tries if again else 0
    reason = record.reason if tries else ""
    record = replace(record, reason=reason, hold="", tries=tries, retry_at=None)
    if isinstance(decision, DesiredProfile):
        back = record.is_leaving
        record = replace(
            with_claims(record, decision, now),
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
            # What a removal had stopped is none of the apps that a role change stops.
            # Nor what was never stopped, since that was refused or put off.
            since = before.started if before is not None and not before.is_leaving else None
            started = action.app.created
            again = since is not None and (started is None or started > since)
            restarts = (before.restarts if before else 0) + int(again)
            return replace(record, started=record.started or now, restarts=restarts)
        case ChangeRole(keeps_apps=False):
            # Something may be started before the role is there: it is looked for afterwards.
            return replace(record, started=record.started or now)
        case DeleteSpace(space=space):
            return replace(record, spaces=tuple(sorted({*record.spaces, space})))
        case Delete(efs_uid=efs_uid):
            return replace(record, efs_uid=efs_uid or record.efs_uid)
        case _:
            return record


def announces(written: Record, record: Record) -> bool:
    """Return whether a record tells no more than what was seen since it was written."""
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
    """Return the record once an action is seen to be done."""
    if profile is not None:
        record = seen(record, profile)
    if not isinstance(action, Discard):
        # A profile is discarded to try anew, so that the tries go on.
        reason = decision.reason if isinstance(decision, Removal) else ""
        record = replace(record, reason=reason, tries=0)
    match action:
        case Assign() if isinstance(decision, DesiredProfile):
            # It follows the role, or finds it: whoever is let in has what is called for.
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
    """Return whether the person has the role that is called for, and may sign in with it.

    A change that stopped apps is looked at once more: something may have started meanwhile.
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
    """Return the record of somebody who has what is called for."""
    if profile is not None:
        record = seen(record, profile)
    still = record.kept_role in {grant.role_arn for grant in desired.because.grants}
    return replace(
        with_claims(record, desired, now),
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
    """Return the record of somebody whose role is taken, and whose things are kept for a while."""
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
    """Return the record of somebody who has no profile, also if they never had one."""
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
    """Return a record with what was seen of the profile."""
    return replace(
        record,
        user_name=profile.user_name or record.user_name,
        profile_name=profile.name,
        efs_uid=profile.efs_uid,
        modified=profile.modified,
    )


def requeue(record: Record, reason: str, until: datetime) -> Record:
    """Return the record of somebody for whom something did not work, and is tried again then."""
    return replace(record, reason=reason, tries=record.tries + 1, retry_at=until)


def named(record: Record, decision: DesiredProfile) -> Record:
    """Return a record with the names that are called for now, where no profile was ever made.

    A name that the ledger noted for a profile which was never made is no profile's name.
    """
    if not record.is_never_made:
        return record
    return replace(record, user_name=decision.person.name, profile_name=decision.profile_name)


def is_announced_by_refusal(refused: Record, record: Record) -> bool:
    """Return whether what is begun anew is what was refused before, under the same name.

    The record of the refusal tells then what a crash may leave behind.
    """
    again = replace(record, state=refused.state, reason=refused.reason)
    return same_name(refused.profile_name, record.profile_name) and announces(refused, again)


def says_no_more(record: Record, written: Record, *, joins: bool) -> bool:
    """Return whether a record need not be written over another one.

    New memberships alone are worth a write where they have still to join the groups' copies: one
    record takes them along.
    """
    known = replace(record, last_request=written.last_request, memberships=written.memberships)
    return known == written and not (joins and record.memberships != written.memberships)
