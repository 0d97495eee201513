"""Plans a removal in steps: access first, then the role; nothing is deleted before its time.

The steps: revoke the assignment -> suspend the role -> stop apps -> wait for the retention ->
delete private spaces -> delete the profile. Each reconcile continues at the step that it observes.
A rejoin restores access and role, as long as the profile exists.
Sources: SageMaker developer guide, "Remove user profiles" and "Delete a space"; the statuses of the
SageMaker API model.
"""

from datetime import datetime, timedelta
from typing import assert_never

from hub.runtime.decisions.actions import (
    Action,
    Delete,
    DeleteSpace,
    InSync,
    Revoke,
    Skip,
    SkipKind,
    StopApp,
    Suspend,
    skip,
)
from hub.runtime.decisions.decision import Removal
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus, Workload
from hub.runtime.decisions.progress import must_wait
from hub.runtime.decisions.record import MAY_BE_ASSIGNED, Access, Record
from shared.conventions import SystemRole

Steps = tuple[Action | Skip | InSync, ...]


def remove(
    decision: Removal, profile: ObservedProfile | None, record: Record | None, now: datetime
) -> Steps:
    """Return the next steps of a removal; a profile that is not ours counts as none."""
    person, target, name = decision.person, decision.target, decision.profile_name
    revoke: Steps = ()
    if record is not None and record.access in MAY_BE_ASSIGNED:
        revoke = (Revoke(person, target, name, decision.reason),)
    if profile is None:
        # A removal is not in sync while the user may still sign in.
        return revoke or (InSync(decision, None),)
    match profile.status:
        case ProfileStatus.PENDING | ProfileStatus.UPDATING | ProfileStatus.DELETING:
            return (*revoke, skip(SkipKind.IN_FLIGHT, decision, f"the profile is {profile.status}"))
        case ProfileStatus.FAILED:
            return (*revoke, Delete(person, target, name, decision.reason, profile.efs_uid))
        case ProfileStatus.IN_SERVICE | ProfileStatus.UPDATE_FAILED | ProfileStatus.DELETE_FAILED:
            below = _below_access(decision, profile, record, now)
            rests = any(isinstance(each, InSync) for each in below)
            return revoke if revoke and rests else (*revoke, *below)
        case _:
            assert_never(profile.status)


def retention_ends(decision: Removal, record: Record | None, now: datetime) -> datetime:
    """Return when the retention ends: the ledger's time, or a new one for a new removal."""
    if record is not None and record.retain_until is not None:
        return record.retain_until
    return now + timedelta(days=decision.retention_days)


def _below_access(
    decision: Removal, profile: ObservedProfile, record: Record | None, now: datetime
) -> Steps:
    person, target, name = decision.person, decision.target, decision.profile_name
    runs = profile.workload or Workload()
    blocking = tuple(app for app in runs.apps if app.blocks)
    stops = tuple(StopApp(person, target, name, app) for app in blocking if app.is_running)
    going = skip(SkipKind.IN_FLIGHT, decision, f"stopping: {', '.join(map(str, blocking))}")
    suspended_role = SystemRole.SUSPENDED.arn(target.account, target.region)
    # A profile whose deletion failed cannot be used or changed, only deleted again.
    has_role = (
        profile.role_arn != suspended_role and profile.status is not ProfileStatus.DELETE_FAILED
    )
    if has_role or profile.status is ProfileStatus.UPDATE_FAILED:
        # Apps that are being stopped block the change until they are gone.
        if blocking and not stops:
            return (going,)
        return (Suspend(person, target, name, suspended_role, decision.reason), *stops)
    if blocking:
        return stops or (going,)
    shared = [space.name for space in runs.spaces if not space.is_private]
    if shared:
        return (
            skip(
                SkipKind.SHARED_SPACE,
                decision,
                f"{decision.reason}; the user owns what others may use: {', '.join(shared)}",
            ),
        )
    if decision.kept or now < retention_ends(decision, record, now):
        return (InSync(decision, profile),)
    if record is not None and record.access is Access.BY_HAND:
        return (
            skip(
                SkipKind.BY_HAND,
                decision,
                f"{decision.reason}; whether the user may still sign in is set by hand, and who "
                "signs in without a profile gets one with the domain's default role",
            ),
        )
    # From here on all spaces are private.
    stuck = tuple(space for space in runs.spaces if space.failed_to_go)
    if stuck and must_wait(decision, record):
        names = ", ".join(space.name for space in stuck)
        reason = f"{decision.reason}; Studio failed to delete private spaces: {names}"
        return (skip(SkipKind.FAILED, decision, reason, "it is tried again by itself"),)
    if runs.spaces:
        spaces = tuple(
            DeleteSpace(person, target, name, space.name)
            for space in runs.spaces
            if not space.is_going
        )
        return spaces or (skip(SkipKind.IN_FLIGHT, decision, "private spaces are being deleted"),)
    failed = tuple(StopApp(person, target, name, app) for app in runs.apps if app.failed)
    return (*failed, Delete(person, target, name, decision.reason, profile.efs_uid))
