"""Studio: domains with their profiles, spaces and apps, for every account and Region."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.errors import UnknownNameError
from simulator.quirks import Durations, Quirks
from simulator.studio import apps, by_hand, domains, people, profile_changes, profiles, spaces, tags
from simulator.studio.records import App, AppKey, Domain, Place, Profile, Resource, Space
from simulator.studio.snapshot import AppView, DomainView, ProfileView, SpaceView, view_domain
from simulator.studio.state import Call, StudioState

__all__ = [
    "OPERATIONS",
    "App",
    "AppKey",
    "AppView",
    "Domain",
    "DomainView",
    "Durations",
    "Place",
    "Profile",
    "ProfileView",
    "Quirks",
    "Resource",
    "Space",
    "SpaceView",
    "Studio",
]

OPERATIONS: dict[str, Callable[[StudioState, Call], dict[str, Any]]] = {
    "CreateDomain": domains.create_domain,
    "DescribeDomain": domains.describe_domain,
    "ListDomains": domains.list_domains,
    "CreateUserProfile": profiles.create_user_profile,
    "DescribeUserProfile": profiles.describe_user_profile,
    "UpdateUserProfile": profile_changes.update_user_profile,
    "DeleteUserProfile": profile_changes.delete_user_profile,
    "ListUserProfiles": profiles.list_user_profiles,
    "CreateSpace": spaces.create_space,
    "DescribeSpace": spaces.describe_space,
    "UpdateSpace": spaces.update_space,
    "DeleteSpace": spaces.delete_space,
    "ListSpaces": spaces.list_spaces,
    "CreateApp": apps.create_app,
    "DescribeApp": apps.describe_app,
    "DeleteApp": apps.delete_app,
    "ListApps": apps.list_apps,
    "AddTags": tags.add_tags,
    "DeleteTags": tags.delete_tags,
    "ListTags": tags.list_tags,
}


class Studio(StudioState):
    """Studio's API, the actions of its users, and the states that tests force."""

    def handle(
        self, operation: str, account: str, region: str, request: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the answer to one validated request, or raise ServiceError."""
        return OPERATIONS[operation](self, Call(account, region, request))

    def add_domain(
        self,
        place: Place,
        *,
        default_role: str | None = None,
        application_arn: str | None = None,
        sso: bool = True,
        efs: bool = True,
    ) -> Domain:
        """Add a domain; see `domains.add_domain`."""
        return domains.add_domain(
            self,
            place,
            default_role=default_role,
            application_arn=application_arn,
            sso=sso,
            efs=efs,
        )

    # Actions of users.

    def sign_in(self, place: Place, user_name: str) -> Profile:
        """Sign a user in; see `people.sign_in`."""
        return people.sign_in(self, place, user_name)

    def start_app(
        self,
        place: Place,
        user_name: str,
        app_type: str,
        space: str | None = None,
        *,
        starting: bool = False,
    ) -> App:
        """Start an app as a user; see `people.start_app`."""
        return people.start_app(self, place, user_name, app_type, space, starting=starting)

    def restart_app(self, place: Place, user_name: str, *, starting: bool = False) -> App:
        """Start a user's latest stopped app again; see `people.restart_app`."""
        return people.restart_app(self, place, user_name, starting=starting)

    def make_profile_by_hand(
        self,
        place: Place,
        *,
        name: str,
        user_name: str | None,
        role: str | None,
        tags: dict[str, str] | None = None,
    ) -> Profile:
        """Add an unmanaged profile; see `by_hand.make_profile_by_hand`."""
        return by_hand.make_profile_by_hand(
            self, place, name=name, user_name=user_name, role=role, tags=tags
        )

    # States that tests force.

    def fail_next(self, place: Place, operation: str, reason: str) -> None:
        """Make the next such operation start as usual and end in its failed status."""
        self.place(place).failures.append((operation, reason))

    def unify(self, place: Place, **settings: str) -> None:
        """Give a domain UnifiedStudioSettings, as a migration to Unified Studio does."""
        described = self.place(place).described
        described["DomainSettings"] = {
            **described.get("DomainSettings", {}),
            "UnifiedStudioSettings": settings,
        }

    def force(self, place: Place, name: str | AppKey, status: str, reason: str = "forced") -> None:
        """Give a profile, a space or an app (by its AppKey) a status that time does not change."""
        domain = self.place(place)
        thing: Resource | None
        if isinstance(name, AppKey):
            thing = domain.apps.get(name)
        else:
            thing = domain.profiles.get(name.casefold()) or domain.spaces.get(name.casefold())
        if thing is None:
            raise UnknownNameError(f"{place.domain_id} has no {name}")
        domain.timetable.fix(thing, status, self.now(), reason)

    def snapshot(self) -> tuple[DomainView, ...]:
        """Return a snapshot of every domain as it is now, by place."""
        return tuple(view_domain(domain) for domain in self.all_domains())
