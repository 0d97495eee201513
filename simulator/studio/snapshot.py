"""A snapshot of every domain, for reports and for tests that compare two states."""

from dataclasses import dataclass

from simulator.studio.records import App, Domain, Place, Profile, Space


@dataclass(frozen=True, slots=True)
class AppView:
    """An app; `role` is the execution role it runs with, `owner` the owning profile's name."""

    name: str
    type: str
    status: str
    owner: str | None
    space: str | None
    role: str | None


@dataclass(frozen=True, slots=True)
class SpaceView:
    """A space; `type` is Private or Shared, `owner` the owning profile's name."""

    name: str
    type: str
    status: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile with its apps and spaces; `role` is the execution role in force.

    `sso_user` is the user name that the profile was created with. `sso_user_id` is the id of the
    user who had that name then.
    """

    place: Place
    name: str
    sso_user: str | None
    sso_user_id: str | None
    role: str | None
    status: str
    tags: tuple[tuple[str, str], ...]
    efs_uid: str | None
    apps: tuple[AppView, ...]
    spaces: tuple[SpaceView, ...]


@dataclass(frozen=True, slots=True)
class DomainView:
    """A domain: its profiles, and the spaces and apps that belong to no profile."""

    place: Place
    application_arn: str | None
    profiles: tuple[ProfileView, ...]
    spaces: tuple[SpaceView, ...]
    apps: tuple[AppView, ...]


def view_domain(domain: Domain) -> DomainView:
    """Return a snapshot of a domain as it is now; it includes apps deleted in the last day."""
    profiles = sorted(domain.profiles.values(), key=lambda each: each.key)
    ownerless = [space for space in domain.space_shelf if _owner(domain, space) is None]
    return DomainView(
        place=domain.place,
        application_arn=domain.application_arn,
        profiles=tuple(_view_profile(domain, profile) for profile in profiles),
        spaces=tuple(_view_space(space) for space in ownerless),
        apps=tuple(
            _view_app(app, space.owner) for space in ownerless for app in domain.space_apps(space)
        ),
    )


def _view_profile(domain: Domain, profile: Profile) -> ProfileView:
    spaces = domain.owned_spaces(profile)
    apps = domain.profile_apps(profile)
    apps += [app for space in spaces for app in domain.space_apps(space)]
    return ProfileView(
        place=domain.place,
        name=profile.name,
        sso_user=profile.sso_value,
        sso_user_id=profile.sso_user_id,
        role=domain.role_of(profile),
        status=profile.status,
        tags=tuple(sorted(profile.tags.items())),
        efs_uid=profile.uid,
        apps=tuple(_view_app(app, profile.name) for app in apps),
        spaces=tuple(_view_space(space) for space in spaces),
    )


def _owner(domain: Domain, space: Space) -> Profile | None:
    return domain.profiles.get(space.owner.casefold()) if space.owner else None


def _view_app(app: App, owner: str | None) -> AppView:
    return AppView(app.name, app.type, app.status, owner, app.space, app.role)


def _view_space(space: Space) -> SpaceView:
    return SpaceView(space.name, space.sharing or "Shared", space.status, space.owner)
