"""The actions of users: signing in and starting apps; none is an API call of the hub."""

import re
from typing import Any

from simulator.errors import OperationRefusedError, UnknownNameError
from simulator.studio import apps, spaces
from simulator.studio.profiles import new_profile
from simulator.studio.records import DELETED, FAILED, IN_SERVICE, App, Domain, Place, Profile
from simulator.studio.state import Call, StudioState


def sign_in(state: StudioState, place: Place, user_name: str) -> Profile:
    """Return the profile that a user signs in to; an assigned user without one gets a new one.

    Raises ActRefusedError for a user who is disabled, not assigned, or whose profile is not
    InService.
    """
    domain = state.place(place)
    if state.directory is None:
        raise UnknownNameError("this Studio has no directory to sign in from")
    user = state.directory.find_user(user_name)
    if user is None:
        raise UnknownNameError(f"no user with the name {user_name}")
    if user.status == "DISABLED":
        raise OperationRefusedError(f"{user_name} is disabled")
    if domain.portal_is_off:
        raise OperationRefusedError(f"{domain.place.domain_id} is opened in Unified Studio alone")
    arn = domain.application_arn
    if state.access is not None and arn and not state.access.may_enter(arn, user.user_id):
        raise OperationRefusedError(f"{user_name} is not assigned to {domain.place.domain_id}")
    # Rule studio.sign-in-by-name.
    if state.quirks.sign_in_matches == "user-id":
        profiles = domain.by_sso_user.get(user.user_id, {})
    else:
        profiles = domain.by_sso_value.get(user.user_name, {})
    for profile in profiles.values():
        if profile.status != IN_SERVICE:
            raise OperationRefusedError(f"the profile {profile.name} is {profile.status}")
        return profile
    # Rule studio.stray-profile.
    name = _unmanaged_name(domain, user.user_name)
    return new_profile(
        state,
        domain,
        name=name,
        arn=_call(place).arn("user-profile", place.domain_id, name),
        sso_value=user.user_name,
        sso_user_id=user.user_id,
        settings=None,
        tags={},
    )


def start_app(
    state: StudioState,
    place: Place,
    user_name: str,
    app_type: str,
    space: str | None = None,
    *,
    starting: bool = False,
) -> App:
    """Start an app as a user does in an open browser, assigned or not.

    `space` is "private" or "shared" for an app in a new space of that kind. The app is InService at
    once; with `starting` it is Pending for its usual time.
    """
    domain = state.place(place)
    profile = _entered(state, domain, user_name)
    if space is None:
        home: Any = profile
        name = "default" if app_type != "KernelGateway" else f"kernel-{next(state.numbers)}"
    else:
        name = _free_name(domain.spaces, f"{profile.name[:50]}-{space}", "{}-{}")
        home = spaces.new_space(
            state,
            domain,
            name=name,
            arn=_call(place).arn("space", place.domain_id, name),
            owner=profile.name,
            sharing=space.capitalize(),
        )
        home.settings = {"AppType": app_type}
        name = "default"
    app = apps.new_app(state, domain, _call(place), home, app_type=app_type, name=name)
    if starting:
        apps.start(state, domain, app)
    return app


def restart_app(state: StudioState, place: Place, user_name: str, *, starting: bool = False) -> App:
    """Start a user's latest stopped app again, in the same space, with the current role."""
    domain = state.place(place)
    profile = _entered(state, domain, user_name)
    own = domain.profile_apps(profile)
    own += [app for each in domain.owned_spaces(profile) for app in domain.space_apps(each)]
    stopped = [app for app in own if app.status in (DELETED, FAILED)]
    if not stopped:
        raise OperationRefusedError(f"{user_name} has no stopped app in {place.domain_id}")
    last = max(stopped, key=lambda app: app.number)
    home = domain.spaces[last.space.casefold()] if last.space else profile
    app = apps.new_app(state, domain, _call(place), home, app_type=last.type, name=last.name)
    if starting:
        apps.start(state, domain, app)
    return app


def _entered(state: StudioState, domain: Domain, user_name: str) -> Profile:
    user = state.directory.find_user(user_name) if state.directory else None
    candidates = dict(domain.by_sso_value.get(user_name, {}))
    if user is not None:
        candidates |= domain.by_sso_user.get(user.user_id, {})
    for profile in candidates.values():
        if profile.status == IN_SERVICE:
            return profile
    raise OperationRefusedError(f"{user_name} has no profile InService in {domain.place.domain_id}")


def _unmanaged_name(domain: Domain, user_name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", user_name).strip("-")[:59].rstrip("-") or "user"
    return _free_name(domain.profiles, plain, "{}-{:03d}")


def _free_name(taken: dict[str, Any], stem: str, form: str) -> str:
    number = 1
    while form.format(stem, number).casefold() in taken:
        number += 1
    return form.format(stem, number)


def _call(place: Place) -> Call:
    return Call(place.account, place.region, {})
