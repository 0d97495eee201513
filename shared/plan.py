"""Verdicts against what is there: an action, a skip with its reason, or nothing left to do."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from shared.actions import Action, ChangeRole, Create, Delete, Plan, Settled, Skip, SkipKind
from shared.desire import DesiredProfile, Removal, Undecided, Verdict
from shared.model import ObservedProfile, ProfileStatus, Record, State, Target
from shared.naming import role_name
from shared.ownership import Ownership


def is_at_rest(verdict: Verdict, record: Record | None) -> bool:
    """Return whether the ledger says that the verdict is carried out already."""
    match verdict:
        case DesiredProfile():
            return (
                record is not None
                and record.state is State.ACTIVE
                and record.role_arn == verdict.role_arn
            )
        case Removal():
            return record is None or record.state is State.REMOVED
        case Undecided():
            return False
        case _:
            assert_never(verdict)


def needs_workload(verdict: Verdict, profile: ObservedProfile) -> bool:
    """Return whether the plan depends on the person's apps and spaces."""
    if profile.ownership is not Ownership.OURS:
        return False
    match verdict:
        case DesiredProfile():
            return profile.role_arn != verdict.role_arn
        case Removal():
            return verdict.retention_days == 0
        case Undecided():
            return False
        case _:
            assert_never(verdict)


def plan(
    verdicts: Iterable[Verdict],
    observed: Mapping[Target, ObservedProfile | None],
    records: Mapping[Target, Record],
) -> Plan:
    """Return what is to be done for the targets in `observed`, and what is left alone.

    Verdicts on targets that nobody could observe are left out: their failure is reported where
    it happened.
    """
    found = [
        _undecided(verdict)
        if isinstance(verdict, Undecided)
        else _one(verdict, observed[verdict.target], records.get(verdict.target))
        for verdict in sorted(verdicts, key=lambda verdict: verdict.target)
        if isinstance(verdict, Undecided) or verdict.target in observed
    ]
    actions = tuple(item for item in found if isinstance(item, Action))
    return Plan(
        actions=actions,
        skips=(*(item for item in found if isinstance(item, Skip)), *_access_notes(actions)),
        settled=tuple(item for item in found if isinstance(item, Settled)),
    )


def _one(
    verdict: DesiredProfile | Removal, profile: ObservedProfile | None, record: Record | None
) -> Action | Skip | Settled:
    if profile is None:
        return _absent(verdict)
    if profile.ownership is not Ownership.OURS:
        return _not_ours(verdict, profile, record)
    if profile.status is not ProfileStatus.IN_SERVICE:
        return _not_in_service(verdict, profile)
    match verdict:
        case DesiredProfile():
            return _desired(verdict, profile)
        case Removal():
            return _removal(verdict, profile)
        case _:
            assert_never(verdict)


def _access_notes(actions: Iterable[Action]) -> Iterable[Skip]:
    return (
        Skip(
            SkipKind.ACCESS,
            action.person,
            action.target,
            action.profile_name,
            "this version does not assign people to the domain's application",
            "assign the person there, so that they may sign in",
        )
        for action in actions
        if isinstance(action, Create)
    )


def _absent(verdict: DesiredProfile | Removal) -> Create | Skip | Settled:
    if isinstance(verdict, Removal):
        return Settled(verdict, None)
    if not verdict.grants:
        return _skip(
            SkipKind.DISABLED,
            verdict,
            "only a disabled mapping calls for it, and that grants nothing new",
            "enable the mapping",
        )
    return Create(
        verdict.person, verdict.target, verdict.profile_name, verdict.role_arn, verdict.because
    )


def _desired(verdict: DesiredProfile, profile: ObservedProfile) -> Action | Skip | Settled:
    if profile.role_arn == verdict.role_arn:
        return Settled(verdict, profile)
    has, wanted = role_name(profile.role_arn), role_name(verdict.role_arn)
    if profile.workload is None or profile.workload.apps:
        apps = ", ".join(profile.workload.apps) if profile.workload else "unknown"
        return _skip(
            SkipKind.APPS_RUNNING,
            verdict,
            f"the role stays {has} instead of {wanted} while apps run: {apps}",
            "ask the person to stop the apps; the role changes at the next look",
        )
    return ChangeRole(
        verdict.person,
        verdict.target,
        profile.name,
        profile.role_arn,
        verdict.role_arn,
        verdict.because,
    )


def _removal(verdict: Removal, profile: ObservedProfile) -> Delete | Skip:
    if verdict.retention_days:
        return _skip(
            SkipKind.RETENTION,
            verdict,
            f"{verdict.reason}; its mappings keep it {verdict.retention_days} days, and this "
            "version neither suspends nor deletes what is kept: the person still has it",
            "delete the profile by hand, or set retention_days to 0 in the mapping",
        )
    if profile.workload is None or profile.workload.apps or profile.workload.spaces:
        left = (
            ", ".join((*profile.workload.apps, *profile.workload.spaces))
            if profile.workload
            else "unknown"
        )
        return _skip(
            SkipKind.NOT_EMPTY,
            verdict,
            f"{verdict.reason}, but apps or spaces are left, which this version does not "
            f"remove: {left}",
            "delete them by hand; the profile goes at the next look",
        )
    return Delete(verdict.person, verdict.target, profile.name, verdict.reason)


def _not_ours(
    verdict: DesiredProfile | Removal, profile: ObservedProfile, record: Record | None
) -> Skip | Settled:
    if profile.ownership is Ownership.UNREADABLE:
        return _skip(
            SkipKind.UNREADABLE,
            verdict,
            f"the profile {profile.name} does not show its tags, so nobody can tell whose it is",
            "let the spoke's access role read tags: compare its stack with this version's",
        )
    if isinstance(verdict, Removal) and record and record.state is State.HELD:
        return Settled(verdict, None)
    if profile.ownership is Ownership.OTHER_PERSON:
        return _skip(
            SkipKind.NAME_TAKEN,
            verdict,
            f"the profile {profile.name} belongs to another person of the directory",
            "remove that profile first, by hand; it is never handed over",
        )
    return _skip(
        SkipKind.NOT_OURS,
        verdict,
        f"the profile {profile.name} exists but is not ours",
        "delete it by hand, then the person gets a managed one at the next look",
    )


def _not_in_service(verdict: DesiredProfile | Removal, profile: ObservedProfile) -> Skip:
    match profile.status:
        case ProfileStatus.PENDING | ProfileStatus.UPDATING | ProfileStatus.DELETING:
            return _skip(
                SkipKind.IN_FLIGHT, verdict, f"the profile is {profile.status}", "wait for it"
            )
        case _:
            return _skip(
                SkipKind.UNHEALTHY,
                verdict,
                f"the profile is {profile.status}: {profile.failure or 'Studio gives no reason'}",
                "repair or delete the profile by hand; it is looked at again at the next event",
            )


def _undecided(verdict: Undecided) -> Skip:
    return Skip(
        SkipKind.UNDECIDED,
        verdict.person,
        verdict.target,
        "",
        verdict.reason,
        verdict.way_out,
    )


def _skip(kind: SkipKind, verdict: DesiredProfile | Removal, reason: str, way_out: str) -> Skip:
    return Skip(kind, verdict.person, verdict.target, verdict.profile_name, reason, way_out)
