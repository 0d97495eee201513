"""Compares decisions with observed profiles: actions, skips with a reason, or targets in sync.

The actions of a role change are in `role_change`, those of a removal in `removal`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import assert_never

from hub.runtime.decisions.actions import (
    Action,
    Assign,
    ChangeRole,
    Create,
    Delete,
    Discard,
    InSync,
    Plan,
    Resume,
    Revoke,
    Skip,
    SkipKind,
    StopApp,
    Suspend,
    skip,
)
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus
from hub.runtime.decisions.progress import has_lapsed, must_wait
from hub.runtime.decisions.record import MAY_BE_ASSIGNED, MAY_ENTER, Record, State
from hub.runtime.decisions.removal import remove
from hub.runtime.decisions.role_change import bring_to_role, keeps_apps
from shared.conventions import Ownership, SystemRole
from shared.model import Target
from shared.naming import same_name

# Source: the SageMaker API model's UserProfileStatus.
_ENDED_AS_FAILED = frozenset(
    {ProfileStatus.FAILED, ProfileStatus.UPDATE_FAILED, ProfileStatus.DELETE_FAILED}
)
_CHANGES = ChangeRole | Resume | Suspend | Delete | Discard


def needs_workload(
    decision: Decision,
    profile: ObservedProfile,
    record: Record | None,
    *,
    role_first: bool = False,
) -> bool:
    """Return whether the plan depends on the user's apps and spaces.

    With `role_first`, a removal takes the role before it looks for apps: they matter only if they
    block that.
    """
    if profile.ownership is not Ownership.OURS:
        return False
    match decision:
        case DesiredProfile():
            stopping = record is not None and record.started is not None
            stops = profile.role_arn != decision.role_arn and not keeps_apps(decision, profile)
            return stops or stopping or has_lapsed(decision, record)
        case Removal():
            suspended = SystemRole.SUSPENDED.arn(decision.target.account, decision.target.region)
            has_role = profile.status is ProfileStatus.IN_SERVICE and profile.role_arn != suspended
            return not (role_first and has_role)
        case Undecided():
            return False
        case _:
            assert_never(decision)


def plan(
    decisions: Iterable[Decision],
    observed: Mapping[Target, ObservedProfile | None],
    records: Mapping[Target, Record],
    now: datetime,
) -> Plan:
    """Return the actions for the targets in `observed`, and the skips.

    Decisions on targets that could not be observed are left out: their failure is reported where
    it happened.
    """
    actions: list[Action] = []
    skips: list[Skip] = []
    in_sync: list[InSync] = []
    for decision in sorted(decisions, key=lambda decision: decision.target):
        if isinstance(decision, Undecided):
            skips.append(_undecided(decision))
        elif decision.target in observed:
            profile, record = observed[decision.target], records.get(decision.target)
            found = _steps(decision, profile, record, now)
            actions += [each for each in found if isinstance(each, Action)]
            skips += [each for each in found if isinstance(each, Skip)]
            in_sync += [each for each in found if isinstance(each, InSync)]
    return Plan(tuple(actions), tuple(skips), tuple(in_sync))


def _steps(
    decision: DesiredProfile | Removal,
    profile: ObservedProfile | None,
    record: Record | None,
    now: datetime,
) -> tuple[Action | Skip | InSync, ...]:
    if profile is not None and profile.ownership is not Ownership.OURS:
        return _unmanaged(decision, profile, record, now)
    match decision:
        case DesiredProfile():
            found = _desired(decision, profile, record)
        case Removal():
            found = remove(decision, profile, record, now)
        case _:
            assert_never(decision)
    if profile is None or profile.status not in _ENDED_AS_FAILED or not must_wait(decision, record):
        return found
    return _without_repeating(decision, profile, found)


def _without_repeating(
    decision: DesiredProfile | Removal,
    profile: ObservedProfile,
    found: tuple[Action | Skip | InSync, ...],
) -> tuple[Action | Skip | InSync, ...]:
    """Return a plan that does not repeat at once an operation that just failed in Studio."""
    if not any(isinstance(each, _CHANGES) for each in found):
        return found
    why = profile.failure or "Studio gives no reason"
    failed = skip(
        SkipKind.FAILED,
        decision,
        f"the profile is {profile.status}: {why}",
        "read Studio's reason; it is tried again by itself",
    )
    kept = tuple(each for each in found if not isinstance(each, _CHANGES | Assign))
    return (*kept, failed)


def _desired(
    decision: DesiredProfile, profile: ObservedProfile | None, record: Record | None
) -> tuple[Action | Skip | InSync, ...]:
    person, target, name = decision.person, decision.target, decision.profile_name
    if profile is None:
        if not decision.is_granted:
            remedy = "enable the mapping"
            reason = "only a disabled mapping names it, and that grants nothing new"
            return (skip(SkipKind.DISABLED, decision, reason, remedy),)
        create = Create(person, target, name, decision.role_arn, decision.because)
        return (create, Assign(person, target, name))
    match profile.status:
        case ProfileStatus.PENDING | ProfileStatus.UPDATING | ProfileStatus.DELETING:
            return (skip(SkipKind.IN_FLIGHT, decision, f"the profile is {profile.status}"),)
        case ProfileStatus.FAILED | ProfileStatus.DELETE_FAILED:
            why = profile.failure or "Studio gives no reason"
            return (Discard(person, target, profile.name, f"it is {profile.status}: {why}"),)
        case ProfileStatus.IN_SERVICE | ProfileStatus.UPDATE_FAILED:
            changes = bring_to_role(decision, profile, record)
        case _:
            assert_never(profile.status)
    if any(isinstance(each, Skip | StopApp) for each in changes):
        # Access comes only with the desired role: apps that must be stopped come first.
        return changes
    may_enter = record is not None and record.access in MAY_ENTER
    assign = () if may_enter else (Assign(person, target, profile.name),)
    return (*changes, *assign) or (InSync(decision, profile),)


def _unmanaged(
    decision: DesiredProfile | Removal,
    profile: ObservedProfile,
    record: Record | None,
    now: datetime,
) -> tuple[Action | Skip | InSync, ...]:
    left = _not_ours(decision, profile, record)
    stays = profile.ownership is Ownership.UNREADABLE or _lets_in(decision, profile)
    if isinstance(decision, DesiredProfile) or stays:
        return (left,)
    # The assignment that the ledger records is ours, whatever happened to the profile.
    found = remove(decision, None, record, now)
    if isinstance(left, InSync):
        return found
    return (*(each for each in found if isinstance(each, Revoke)), left)


def _not_ours(
    decision: DesiredProfile | Removal, profile: ObservedProfile, record: Record | None
) -> Skip | InSync:
    if profile.ownership is Ownership.UNREADABLE:
        return skip(
            SkipKind.UNREADABLE,
            decision,
            f"the tags of the profile {profile.name} cannot be read: owner unknown",
        )
    # Nothing of ours is left to remove, but a user whom an assignment still lets in is reported.
    enters = record and record.access in MAY_BE_ASSIGNED and _lets_in(decision, profile)
    held = record is not None and record.state is State.HELD and not record.hold
    if isinstance(decision, Removal) and held and not enters:
        return InSync(decision, None)
    if profile.ownership is Ownership.OTHER_PERSON:
        return skip(
            SkipKind.NAME_TAKEN,
            decision,
            f"the profile {profile.name} belongs to another user, and is never handed over",
        )
    if profile.user_name and not _lets_in(decision, profile):
        return skip(
            SkipKind.NAME_TAKEN,
            decision,
            f"the profile {profile.name} belongs to another user: it signs in {profile.user_name}",
            "delete it by hand, then the user gets a managed one with the next hourly sweep; it is "
            "never handed over",
        )
    if isinstance(decision, Removal) and profile.user_name:
        return skip(
            SkipKind.UNMANAGED,
            decision,
            f"the profile {profile.name} is not ours, and the user may still sign in to it",
            "if they are not to: end their assignment and delete the profile by hand",
        )
    return skip(
        SkipKind.UNMANAGED,
        decision,
        f"the profile {profile.name} exists but is not ours",
    )


def _lets_in(decision: DesiredProfile | Removal, profile: ObservedProfile) -> bool:
    """Return whether this user signs in to an unmanaged profile."""
    theirs = profile.user_name and same_name(profile.user_name, decision.person.name)
    return profile.ownership is Ownership.UNMANAGED and bool(theirs)


def _undecided(decision: Undecided) -> Skip:
    kind = SkipKind.ROLE_NOT_GIVEN if decision.is_of_target else SkipKind.UNDECIDED
    return Skip(kind, decision.person, decision.target, "", decision.reason, decision.remedy)
