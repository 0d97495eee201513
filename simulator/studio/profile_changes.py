"""Updates and deletes profiles; the apps that a user runs block both."""

from typing import Any

from simulator.errors import STUDIO_IN_USE, refuse
from simulator.rules import studio as rule
from simulator.studio.profiles import refuse_role
from simulator.studio.records import (
    BUSY,
    DELETE_FAILED,
    DELETED,
    DELETING,
    FAILED,
    GONE,
    IN_SERVICE,
    RUNNING,
    UPDATE_FAILED,
    UPDATING,
    App,
    Domain,
    Profile,
)
from simulator.studio.state import Call, StudioState


def update_user_profile(state: StudioState, call: Call) -> dict[str, Any]:
    """Start the update of a profile: each sent setting replaces the old one, others stay."""
    domain = state.domain(call, call.request["DomainId"])
    profile = state.profile(call, domain, call.request["UserProfileName"])
    if profile.status not in (IN_SERVICE, UPDATE_FAILED):
        message = f"Unable to update UserProfile [{profile.arn}] in status {profile.status}."
        raise refuse(rule.PROFILE_UPDATE_STATUS, STUDIO_IN_USE, message)
    settings = call.request.get("UserSettings") or {}
    if any(app.status in RUNNING for app in _apps_that_block_update(state, domain, profile)):
        message = (
            f"Unable to update UserProfile [{profile.arn}] because App(s) are associated with it."
        )
        raise refuse(rule.PROFILE_UPDATE_APPS, STUDIO_IN_USE, message)
    refuse_role(state, call, settings)
    if settings:
        # Rule studio.profile-update-merges.
        profile.settings = {**(profile.settings or {}), **settings}
    state.begin(
        domain,
        profile,
        "UpdateUserProfile",
        status=UPDATING,
        then=IN_SERVICE,
        failed=UPDATE_FAILED,
        seconds=state.durations.profile_update,
    )
    return {"UserProfileArn": profile.arn}


def delete_user_profile(state: StudioState, call: Call) -> dict[str, Any]:
    """Start the deletion of a profile that has neither apps nor spaces."""
    domain = state.domain(call, call.request["DomainId"])
    profile = state.profile(call, domain, call.request["UserProfileName"])
    if profile.status in BUSY:
        message = f"Unable to delete UserProfile [{profile.arn}] in status {profile.status}."
        raise refuse(rule.PROFILE_DELETE_STATUS, STUDIO_IN_USE, message)
    spaces = domain.owned_spaces(profile)
    apps = domain.profile_apps(profile)
    apps += [app for space in spaces for app in domain.space_apps(space)]
    harmless = (DELETED,) if state.quirks.failed_app_blocks_profile else (DELETED, FAILED)
    if any(app.status not in harmless for app in apps):
        message = (
            f"Unable to delete UserProfile [{profile.arn}] because App(s) are associated with it."
        )
        raise refuse(rule.PROFILE_HAS_APPS, STUDIO_IN_USE, message)
    if spaces:
        message = (
            f"Unable to delete UserProfile [{profile.arn}] because Space(s) are associated with it."
        )
        raise refuse(rule.PROFILE_HAS_SPACES, STUDIO_IN_USE, message)
    state.begin(
        domain,
        profile,
        "DeleteUserProfile",
        status=DELETING,
        then=GONE,
        failed=DELETE_FAILED,
        seconds=state.durations.profile_delete,
    )
    return {}


def _apps_that_block_update(state: StudioState, domain: Domain, profile: Profile) -> list[App]:
    apps = domain.profile_apps(profile)
    if state.quirks.update_with_space_apps == "refuse":
        private = (space for space in domain.owned_spaces(profile) if space.sharing == "Private")
        apps += [app for space in private for app in domain.space_apps(space)]
    return apps
