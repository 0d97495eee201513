"""Manual changes of profiles in the console of an account; none is an API call of the hub."""

from simulator.errors import OperationRefusedError
from simulator.studio.contents import drop
from simulator.studio.profiles import new_profile
from simulator.studio.records import Domain, Place, Profile
from simulator.studio.state import Call, StudioState


def make_profile_by_hand(
    state: StudioState,
    place: Place,
    *,
    name: str,
    user_name: str | None,
    role: str | None,
    tags: dict[str, str] | None = None,
) -> Profile:
    """Add an unmanaged profile: InService at once, for a user who need not exist."""
    domain = state.place(place)
    user = state.directory.find_user(user_name) if state.directory and user_name else None
    if name.casefold() in domain.profiles:
        raise OperationRefusedError(f"{place.domain_id} has a profile {name} already")
    return new_profile(
        state,
        domain,
        name=name,
        arn=Call(place.account, place.region, {}).arn("user-profile", place.domain_id, name),
        sso_value=user_name,
        sso_user_id=user.user_id if user else None,
        settings={"ExecutionRole": role} if role else None,
        tags=dict(tags or {}),
    )


def delete(state: StudioState, place: Place, user_name: str) -> Profile:
    """Delete a user's profile at once, with its apps and the spaces that it owns; return it."""
    domain = state.place(place)
    profile = _profile_of(state, domain, user_name)
    spaces = domain.owned_spaces(profile)
    apps = domain.profile_apps(profile)
    apps += [app for space in spaces for app in domain.space_apps(space)]
    for thing in (*apps, *spaces, profile):
        drop(domain, thing)
    return profile


def untag(state: StudioState, place: Place, user_name: str) -> None:
    """Remove all tags from a user's profile."""
    _profile_of(state, state.place(place), user_name).tags.clear()


def recreate(state: StudioState, place: Place, user_name: str) -> None:
    """Delete a user's profile and create one of the same name and role, without tags."""
    gone = delete(state, place, user_name)
    new_profile(
        state,
        state.place(place),
        name=gone.name,
        arn=gone.arn,
        sso_value=gone.sso_value,
        sso_user_id=gone.sso_user_id,
        settings=gone.settings,
        tags={},
    )


def change_role(state: StudioState, place: Place, user_name: str, role: str) -> None:
    """Give a user's profile another execution role."""
    profile = _profile_of(state, state.place(place), user_name)
    profile.settings = {**(profile.settings or {}), "ExecutionRole": role}
    profile.modified = state.now()


def _profile_of(state: StudioState, domain: Domain, user_name: str) -> Profile:
    user = state.directory.find_user(user_name) if state.directory else None
    found = dict(domain.by_sso_value.get(user_name, {}))
    if user is not None:
        found = {**domain.by_sso_user.get(user.user_id, {}), **found}
    for profile in found.values():
        return profile
    raise OperationRefusedError(f"{user_name} has no profile in {domain.place.domain_id}")
