"""Adds resources to a domain and removes them, so that its indices always agree."""

from simulator.studio.records import App, AppKey, Domain, Profile, Resource, Space


def put_profile(domain: Domain, profile: Profile) -> None:
    """Add a profile."""
    domain.profiles[profile.key] = profile
    domain.profile_shelf.put(profile.number, profile)
    if profile.sso_value is not None:
        domain.by_sso_value.setdefault(profile.sso_value, {})[profile.key] = profile
    if profile.sso_user_id is not None:
        domain.by_sso_user.setdefault(profile.sso_user_id, {})[profile.key] = profile


def put_space(domain: Domain, space: Space) -> None:
    """Add a space."""
    domain.spaces[space.key] = space
    domain.space_shelf.put(space.number, space)
    if space.owner is not None:
        domain.spaces_of.setdefault(space.owner.casefold(), {})[space.key] = space


def put_app(domain: Domain, app: App) -> None:
    """Add an app; it replaces a deleted one of the same key."""
    earlier = domain.apps.get(app.key)
    if earlier is not None:
        drop(domain, earlier)
    domain.apps[app.key] = app
    domain.app_shelf.put(app.number, app)
    _apps_index(domain, app.key)[app.key] = app


def drop(domain: Domain, thing: Resource) -> None:
    """Remove a profile, space or app permanently."""
    thing.turn += 1
    match thing:
        case Profile():
            del domain.profiles[thing.key]
            domain.profile_shelf.drop(thing.number)
            if thing.sso_value is not None:
                domain.by_sso_value[thing.sso_value].pop(thing.key)
            if thing.sso_user_id is not None:
                domain.by_sso_user[thing.sso_user_id].pop(thing.key)
        case Space():
            del domain.spaces[thing.key]
            domain.space_shelf.drop(thing.number)
            if thing.owner is not None:
                domain.spaces_of[thing.owner.casefold()].pop(thing.key)
        case App():
            del domain.apps[thing.key]
            domain.app_shelf.drop(thing.number)
            _apps_index(domain, thing.key).pop(thing.key)


def _apps_index(domain: Domain, key: AppKey) -> dict[AppKey, App]:
    if key.space is not None:
        return domain.apps_of_space.setdefault(key.space, {})
    return domain.apps_of_profile.setdefault(key.profile or "", {})
