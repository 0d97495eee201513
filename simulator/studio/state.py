"""Studio's state: every domain of every account and Region, and the clock that advances it."""

import itertools
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.conventions import partition
from simulator.errors import STUDIO_NOT_FOUND, SimulatorError, UnknownNameError, refuse
from simulator.quirks import Durations, Quirks
from simulator.rules import spaces as space_rule
from simulator.rules import studio as rule
from simulator.studio import contents
from simulator.studio.records import DELETED, GONE, App, Domain, Place, Profile, Resource, Space

if TYPE_CHECKING:
    from simulator.application_access import ApplicationAccess
    from simulator.identity_store.directory import Directory


class Call(NamedTuple):
    """One API call: the caller's account and Region, and the validated request."""

    account: str
    region: str
    request: Mapping[str, Any]

    def arn(self, kind: str, *path: str) -> str:
        """Return the ARN of a Studio resource of the caller's account and Region."""
        place = f"arn:{partition(self.region)}:sagemaker:{self.region}:{self.account}"
        return f"{place}:{kind}/{'/'.join(path)}"


class StudioState:
    """All domains, and what every operation needs: time, quirks, quotas, the directory."""

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        quirks: Quirks | None = None,
        *,
        directory: "Directory | None" = None,
        access: "ApplicationAccess | None" = None,
        durations: Durations | None = None,
        page_limit: int | None = None,
        profile_quota: int | None = None,
        space_quota: int | None = None,
    ) -> None:
        self.now = now
        self.quirks = quirks or Quirks()
        self.durations = durations or Durations()
        self.directory = directory
        self.access = access
        self.page_limit = page_limit
        self.profile_quota = profile_quota
        self.space_quota = space_quota
        # The ARNs of roles that do not exist; all other roles do.
        self.missing_roles: set[str] = set()
        self.numbers = itertools.count(1)
        self._failed_once: set[tuple[str, str]] = set()
        self._regions: dict[tuple[str, str], dict[str, Domain]] = {}

    def put_domain(self, domain: Domain) -> None:
        """Add a domain; its id must be new in its account and Region."""
        domains = self._regions.setdefault(domain.place[:2], {})
        if domain.place.domain_id in domains:
            raise SimulatorError(f"two domains at {domain.place}")
        domains[domain.place.domain_id] = domain

    def new_domain_id(self, call: Call) -> str:
        """Return an id that no domain of the caller's account and Region has."""
        # AWS uses random ids; here the same scenario gives the same ids.
        taken = self._regions.get((call.account, call.region), {})
        ids = (f"d-made{number:08d}" for number in itertools.count(1))
        return next(each for each in ids if each not in taken)

    def place(self, place: Place) -> Domain:
        """Return a domain as it is now, or raise UnknownNameError."""
        domain = self._regions.get(place[:2], {}).get(place.domain_id)
        if domain is None:
            raise UnknownNameError(f"no domain at {'/'.join(place)}")
        return self._in_sync(domain)

    def domains(self, account: str, region: str) -> list[Domain]:
        """Return all domains of an account and Region as they are now, oldest first."""
        return [
            self._in_sync(domain) for domain in self._regions.get((account, region), {}).values()
        ]

    def all_domains(self) -> list[Domain]:
        """Return all domains as they are now, by place."""
        every = [domain for domains in self._regions.values() for domain in domains.values()]
        return [self._in_sync(domain) for domain in sorted(every, key=lambda each: each.place)]

    def domain(self, call: Call, domain_id: str) -> Domain:
        """Return a domain of the caller's account and Region, or refuse the request."""
        domain = self._regions.get((call.account, call.region), {}).get(domain_id)
        if domain is None:
            message = f"Domain [{call.arn('domain', domain_id)}] does not exist."
            raise refuse(rule.DOMAIN_UNKNOWN, STUDIO_NOT_FOUND, message)
        return self._in_sync(domain)

    def profile(self, call: Call, domain: Domain, name: str) -> Profile:
        """Return a profile of a domain, or refuse the request."""
        profile = domain.profiles.get(name.casefold())
        if profile is None:
            arn = call.arn("user-profile", domain.place.domain_id, name)
            message = f"UserProfile [{arn}] does not exist."
            raise refuse(rule.PROFILE_UNKNOWN, STUDIO_NOT_FOUND, message)
        return profile

    def space(self, call: Call, domain: Domain, name: str) -> Space:
        """Return a space of a domain, or refuse the request."""
        space = domain.spaces.get(name.casefold())
        if space is None:
            arn = call.arn("space", domain.place.domain_id, name)
            raise refuse(
                space_rule.SPACE_UNKNOWN, STUDIO_NOT_FOUND, f"Space [{arn}] does not exist."
            )
        return space

    def begin(
        self,
        domain: Domain,
        thing: Resource,
        operation: str,
        *,
        status: str,
        then: str,
        failed: str,
        seconds: float,
    ) -> None:
        """Start a change that completes with time, or fails if a failure was requested for it."""
        # Rule studio.fails-later.
        reason = next((why for what, why in domain.failures if what == operation), None)
        if reason is not None:
            domain.failures.remove((operation, reason))
            then = failed
        elif operation in self.quirks.first_attempt_fails and (operation, thing.arn) not in (
            self._failed_once
        ):
            self._failed_once.add((operation, thing.arn))
            reason, then = f"{operation} failed in Studio", failed
        thing.failure = reason
        domain.timetable.begin(thing, status, then, self.now(), seconds)

    def _in_sync(self, domain: Domain) -> Domain:
        def arrive(thing: Resource, status: str, due: float) -> None:
            if status == GONE:
                contents.drop(domain, thing)
                return
            thing.status, thing.modified = status, due
            if isinstance(thing, App) and status == DELETED:
                domain.timetable.expire(thing, due + self.durations.app_memory)

        domain.timetable.settle(self.now(), arrive)
        return domain
