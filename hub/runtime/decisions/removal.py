"""The removal ladder: access first, the role next, and nothing that is lost before its time.

revoke the assignment -> take the role -> stop what runs -> wait out the retention -> delete private
spaces -> delete the profile. Each look stands on the rung that it finds; a rejoin climbs back up.
Sources: SageMaker developer guide, "Remove user profiles" and "Delete a space"; the statuses of the
SageMaker API model.
"""

from datetime import datetime, timedelta
from typing import assert_never

from hub.runtime.decisions.actions import (
    Action,
    Delete,
    DeleteSpace,
    Revoke,
    Settled,
    Skip,
    SkipKind,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import Removal
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus, Workload
from hub.runtime.decisions.record import Access, Record
from hub.runtime.decisions.retries import must_wait
from hub.runtime.decisions.skips import in_flight, skip
from shared.conventions import suspended_role_arn

Found = tuple[Action | Skip | Settled, ...]
# Whose assignment is ours, or may be.
MAY_BE_ASSIGNED = frozenset({Access.ASSIGNED, Access.UNSURE})


def remove(
    verdict: Removal, profile: ObservedProfile | None, record: Record | None, now: datetime
) -> Found:
    """Return the next rung of a removal."""
    person, target, name = verdict.person, verdict.target, verdict.profile_name
    revoke = revocation(verdict, record)
    if profile is None:
        return revoke or (Settled(verdict, None),)
    match profile.status:
        case ProfileStatus.PENDING | ProfileStatus.UPDATING | ProfileStatus.DELETING:
            return (*revoke, in_flight(verdict, f"the profile is {profile.status}"))
        case ProfileStatus.FAILED:
            return (*revoke, Delete(person, target, name, verdict.reason, profile.efs_uid))
        case ProfileStatus.IN_SERVICE | ProfileStatus.UPDATE_FAILED | ProfileStatus.DELETE_FAILED:
            below = _below_access(verdict, profile, record, now)
            # Nobody rests who may still sign in.
            rests = any(isinstance(each, Settled) for each in below)
            return revoke if revoke and rests else (*revoke, *below)
        case _:
            assert_never(profile.status)


def revocation(verdict: Removal, record: Record | None) -> tuple[Revoke, ...]:
    """Return what ends the person's way in; nothing where the ledger knows of none."""
    if record is None or record.access not in MAY_BE_ASSIGNED:
        return ()
    return (Revoke(verdict.person, verdict.target, verdict.profile_name, verdict.reason),)


def retention_ends(verdict: Removal, record: Record | None, now: datetime) -> datetime:
    """Return when what the person has here is deleted: as the ledger says, once it does."""
    if record is not None and record.retain_until is not None:
        return record.retain_until
    return now + timedelta(days=verdict.retention_days)


def _below_access(
    verdict: Removal, profile: ObservedProfile, record: Record | None, now: datetime
) -> Found:
    person, target, name = verdict.person, verdict.target, verdict.profile_name
    runs = profile.workload or Workload()
    stops = tuple(StopApp(person, target, name, app) for app in runs.running)
    going = in_flight(verdict, f"stopping: {', '.join(map(str, runs.blocking))}")
    powerless = suspended_role_arn(target.account, target.region)
    # What could not be deleted cannot be used or changed, only deleted again.
    has_role = profile.role_arn != powerless and profile.status is not ProfileStatus.DELETE_FAILED
    if has_role or profile.status is ProfileStatus.UPDATE_FAILED:
        # What is being stopped already stands in the way for as long as it takes.
        if runs.blocking and not stops:
            return (going,)
        return (Suspend(person, target, name, powerless, verdict.reason), *stops)
    if runs.blocking:
        return stops or (going,)
    if runs.shared:
        names = ", ".join(space.name for space in runs.shared)
        return (
            skip(
                SkipKind.SHARED_SPACE,
                verdict,
                f"{verdict.reason}; the person owns what others may use: {names}",
                "copy what is needed from the shared space and delete it by hand: its owner cannot "
                "be changed; the removal goes on by itself then",
            ),
        )
    if verdict.kept or now < retention_ends(verdict, record, now):
        return (Settled(verdict, profile),)
    if record is not None and record.access is Access.BY_HAND:
        return (
            skip(
                SkipKind.BY_HAND,
                verdict,
                f"{verdict.reason}; whether the person may still sign in is set by hand, and who "
                "signs in without a profile gets one with the domain's default role",
                "end the sign-in in the domain's console, then delete private spaces and profile "
                "by hand",
            ),
        )
    stuck = tuple(space for space in runs.private if space.failed_to_go)
    if stuck and must_wait(verdict, record):
        names = ", ".join(space.name for space in stuck)
        reason = f"{verdict.reason}; Studio failed to delete private spaces: {names}"
        return (skip(SkipKind.FAILED, verdict, reason, "it is tried again by itself"),)
    if runs.private:
        spaces = tuple(
            DeleteSpace(person, target, name, space.name)
            for space in runs.private
            if not space.is_going
        )
        return spaces or (in_flight(verdict, "private spaces are being deleted"),)
    failed = tuple(StopApp(person, target, name, app) for app in runs.failed)
    return (*failed, Delete(person, target, name, verdict.reason, profile.efs_uid))
