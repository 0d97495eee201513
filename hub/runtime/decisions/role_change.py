"""Plans a role change so that it takes effect: no app keeps the old role after the change.

Source: SageMaker developer guide (rstudio-add-existing): UpdateUserProfile fails while apps run.
Nothing is documented for apps in spaces. So running apps are always stopped before the change, and
apps that started during the change are stopped after it. An app may keep a role that a row still
grants.
"""

from collections.abc import Iterable
from datetime import datetime

from hub.runtime.decisions.actions import Action, ChangeRole, Resume, Skip, SkipKind, StopApp, skip
from hub.runtime.decisions.decision import DesiredProfile
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus, Workload
from hub.runtime.decisions.progress import has_lapsed
from hub.runtime.decisions.record import Record
from shared.conventions import SystemRole


def bring_to_role(
    decision: DesiredProfile, profile: ObservedProfile, record: Record | None
) -> tuple[Action | Skip, ...]:
    """Return the actions that give a profile the desired role; none if it has that role."""
    person, target, name = decision.person, decision.target, profile.name
    runs = profile.workload or Workload()
    blocking = tuple(app for app in runs.apps if app.blocks)
    has_it = profile.role_arn == decision.role_arn
    if has_it and profile.status is ProfileStatus.IN_SERVICE:
        looked_for = has_lapsed(decision, record) or bool(record and record.started)
        old = _started_before(profile, blocking) if looked_for else ()
        stops = tuple(StopApp(person, target, name, app) for app in old if app.is_running)
        if old and not stops:
            return (skip(SkipKind.IN_FLIGHT, decision, "apps with the old role are being stopped"),)
        return stops
    keeps = keeps_apps(decision, profile)
    if blocking and not keeps:
        stops = tuple(StopApp(person, target, name, app) for app in blocking if app.is_running)
        return stops or (
            skip(SkipKind.IN_FLIGHT, decision, f"stopping: {', '.join(map(str, blocking))}"),
        )
    if _is_suspended(decision, profile):
        return (Resume(person, target, name, decision.role_arn, decision.because),)
    return (
        ChangeRole(
            person, target, name, profile.role_arn, decision.role_arn, decision.because, keeps
        ),
    )


def keeps_apps(decision: DesiredProfile, profile: ObservedProfile) -> bool:
    """Return whether running apps may keep the profile's current role: a row still grants it."""
    granted = {grant.role_arn for grant in decision.because}
    return profile.role_arn in granted and not _is_suspended(decision, profile)


def _is_suspended(decision: DesiredProfile, profile: ObservedProfile) -> bool:
    target = decision.target
    return profile.role_arn == SystemRole.SUSPENDED.arn(target.account, target.region)


def _started_before(profile: ObservedProfile, apps: Iterable[App]) -> tuple[App, ...]:
    """Return the apps that started before the profile was changed."""
    if not profile.modified:
        return ()
    changed = datetime.fromisoformat(profile.modified)
    return tuple(app for app in apps if app.created is None or app.created < changed)
