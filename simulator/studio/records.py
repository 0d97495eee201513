"""Studio's records of domains, profiles, spaces and apps; their statuses follow the clock."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from simulator.pages import Shelf

GONE = "Gone"
PENDING, IN_SERVICE, UPDATING, DELETING = "Pending", "InService", "Updating", "Deleting"
FAILED, UPDATE_FAILED, DELETE_FAILED = "Failed", "Update_Failed", "Delete_Failed"
DELETED = "Deleted"

BUSY = (PENDING, UPDATING, DELETING)
FAILURES = (FAILED, UPDATE_FAILED, DELETE_FAILED)
RUNNING = (PENDING, IN_SERVICE, DELETING)  # an app in one of these blocks changes


class Place(NamedTuple):
    """The account, Region and id of a domain."""

    account: str
    region: str
    domain_id: str


@dataclass(slots=True, eq=False, kw_only=True)
class Resource:
    """The common parts of profiles, spaces and apps; times are epoch seconds."""

    arn: str
    domain_id: str
    number: int
    status: str
    created: float
    modified: float
    failure: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    turn: int = 0


@dataclass(slots=True, eq=False, kw_only=True)
class Profile(Resource):
    """A user profile; `settings` is None if it was created without UserSettings."""

    name: str
    sso_value: str | None
    sso_user_id: str | None
    settings: dict[str, Any] | None
    uid: str | None

    @property
    def key(self) -> str:
        """Return the name as it is compared: in one case."""
        return self.name.casefold()


@dataclass(slots=True, eq=False, kw_only=True)
class Space(Resource):
    """A space; classic shared spaces may have no owner."""

    name: str
    owner: str | None
    sharing: str | None
    settings: dict[str, Any]
    display_name: str | None

    @property
    def key(self) -> str:
        """Return the name as it is compared: in one case."""
        return self.name.casefold()


class AppKey(NamedTuple):
    """The key of an app within its domain; exactly one of `profile` and `space` is set."""

    profile: str | None
    space: str | None
    type: str
    name: str


@dataclass(slots=True, eq=False, kw_only=True)
class App(Resource):
    """An app of a profile or a space; `role` is the execution role it was started with."""

    profile: str | None
    space: str | None
    type: str
    name: str
    role: str | None
    resource_spec: dict[str, Any]

    @property
    def key(self) -> AppKey:
        """Return the key of this app within its domain."""
        profile = self.profile.casefold() if self.profile else None
        return AppKey(profile, self.space.casefold() if self.space else None, self.type, self.name)


class Timetable:
    """Pending changes of status; a newer change cancels an older one."""

    # Rules common.time, studio.profile-life, spaces.life, apps.life.

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Resource, int, str]] = []
        self._order = itertools.count()

    def begin(self, thing: Resource, status: str, then: str, now: float, seconds: float) -> None:
        """Set a status now, and another one after some seconds."""
        thing.status, thing.modified = status, now
        self._put(thing, then, now + seconds)

    def fix(self, thing: Resource, status: str, now: float, reason: str | None = None) -> None:
        """Set a status that lasts until the next operation."""
        thing.turn += 1
        thing.status, thing.modified, thing.failure = status, now, reason

    def expire(self, thing: Resource, at: float) -> None:
        """Remove a resource at a time."""
        self._put(thing, GONE, at)

    def settle(self, now: float, arrive: Callable[[Resource, str, float], None]) -> None:
        """Call `arrive(thing, status, due)` for every change that is due, in order of time."""
        while self._due and self._due[0][0] <= now:
            due, _, thing, turn, status = heapq.heappop(self._due)
            if thing.turn == turn:
                arrive(thing, status, due)

    def _put(self, thing: Resource, then: str, at: float) -> None:
        thing.turn += 1
        heapq.heappush(self._due, (at, next(self._order), thing, thing.turn, then))


@dataclass(slots=True, eq=False, kw_only=True)
class Domain:
    """One Studio domain with the indices of everything in it."""

    place: Place
    arn: str
    number: int
    name: str
    sso: bool
    default_role: str | None
    application_arn: str | None
    efs_id: str | None
    created: float
    described: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    timetable: Timetable = field(default_factory=Timetable)
    failures: list[tuple[str, str]] = field(default_factory=list)
    uids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(200001))
    profiles: dict[str, Profile] = field(default_factory=dict)
    profile_shelf: Shelf[Profile] = field(default_factory=Shelf)
    spaces: dict[str, Space] = field(default_factory=dict)
    space_shelf: Shelf[Space] = field(default_factory=Shelf)
    apps: dict[AppKey, App] = field(default_factory=dict)
    app_shelf: Shelf[App] = field(default_factory=Shelf)
    by_sso_value: dict[str, dict[str, Profile]] = field(default_factory=dict)
    by_sso_user: dict[str, dict[str, Profile]] = field(default_factory=dict)
    spaces_of: dict[str, dict[str, Space]] = field(default_factory=dict)
    apps_of_profile: dict[str, dict[AppKey, App]] = field(default_factory=dict)
    apps_of_space: dict[str, dict[AppKey, App]] = field(default_factory=dict)

    @property
    def portal_is_off(self) -> bool:
        """Return whether Studio's own portal is switched off in favour of Unified Studio."""
        # Rule studio.unified-portal.
        settings = self.described.get("DomainSettings") or {}
        unified = settings.get("UnifiedStudioSettings") or {}
        return bool(unified.get("StudioWebPortalAccess") == "DISABLED")

    def role_of(self, profile: Profile) -> str | None:
        """Return the execution role in force for a profile."""
        own = (profile.settings or {}).get("ExecutionRole")
        return own or self.default_role

    def owned_spaces(self, profile: Profile) -> list[Space]:
        """Return the spaces that a profile owns, private and shared."""
        return list(self.spaces_of.get(profile.key, {}).values())

    def profile_apps(self, profile: Profile) -> list[App]:
        """Return the apps of a profile itself, not those in spaces."""
        return list(self.apps_of_profile.get(profile.key, {}).values())

    def space_apps(self, space: Space) -> list[App]:
        """Return the apps in a space."""
        return list(self.apps_of_space.get(space.key, {}).values())
