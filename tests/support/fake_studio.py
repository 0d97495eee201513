"""A fake Studio with a few profiles and assignments; it can be slow, fail or refuse."""

from dataclasses import dataclass, field, replace

from hub.runtime.decisions.hub_state import Domain
from hub.runtime.decisions.listing import Page
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus, Workload
from shared.conventions import Ownership
from shared.errors import PermanentError, RetryableError
from shared.model import Target, User, UserId

Trouble = RetryableError | PermanentError
Place = tuple[Target, str]
_UNDER_WAY = {ProfileStatus.PENDING, ProfileStatus.UPDATING}


@dataclass
class FakeStudio:
    """Profiles by target and name; `calls` are the writes and the watches, in order.

    A started operation is done at the next watch, except in `slow` targets. A method in `troubles`
    raises in that target. `becomes` gives a target's operations another final status. `by_hand` are
    targets that show no application.
    """

    profiles: dict[Place, ObservedProfile] = field(default_factory=dict)
    workloads: dict[Place, Workload] = field(default_factory=dict)
    troubles: dict[tuple[str, Target], Trouble] = field(default_factory=dict)
    slow: set[Target] = field(default_factory=set)
    becomes: dict[Target, ProfileStatus] = field(default_factory=dict)
    by_hand: set[Target] = field(default_factory=set)
    calls: list[tuple[str, Target]] = field(default_factory=list)

    def profile(self, target: Target, name: str, user_id: UserId) -> ObservedProfile | None:  # noqa: ARG002 (the port's)
        """Return the profile."""
        return self.profiles.get((target, name))

    def owns(self, target: Target, name: str, user_id: UserId) -> bool:  # noqa: ARG002 (the port's)
        """Return whether the profile is there and ours."""
        found = self.profiles.get((target, name))
        return found is not None and found.ownership is Ownership.OURS

    def reach(self, target: Target) -> None:
        """Fail where the target is closed."""
        trouble = self.troubles.get(("reach", target))
        if trouble:
            raise trouble

    def watch(self, target: Target, name: str) -> ObservedProfile | None:
        """Return the profile, after the started operation is done."""
        self._called("watch", target)
        found = self.profiles.get((target, name))
        if found is None or target in self.slow:
            return found
        if found.status is ProfileStatus.DELETING and target not in self.becomes:
            del self.profiles[target, name]
            return None
        if found.status in {*_UNDER_WAY, ProfileStatus.DELETING}:
            status = self.becomes.get(target, ProfileStatus.IN_SERVICE)
            self.profiles[target, name] = replace(found, status=status)
        return self.profiles[target, name]

    def workload(self, target: Target, name: str) -> Workload:
        """Return the profile's apps and spaces."""
        return self.workloads.get((target, name), Workload())

    def domain(self, target: Target) -> Domain:
        """Return the domain with its application, which is empty in `by_hand` targets."""
        return Domain("" if target in self.by_hand else f"application of {target}", "")

    def create(self, target: Target, name: str, person: User, role_arn: str) -> None:
        """Start the creation of a profile."""
        self._called("create", target)
        self.profiles[target, name] = ObservedProfile(
            name, ProfileStatus.PENDING, role_arn, Ownership.OURS, user_name=person.name
        )

    def change_role(self, target: Target, name: str, role_arn: str) -> None:
        """Start the change of the profile's role."""
        self._called("change_role", target)
        found = self.profiles[target, name]
        self.profiles[target, name] = replace(
            found, role_arn=role_arn, status=ProfileStatus.UPDATING
        )

    def stop_app(self, target: Target, name: str, app: App) -> None:  # noqa: ARG002 (the port's)
        """Start stopping an app."""
        self._called(f"stop_app {app.name}", target)

    def delete_space(self, target: Target, space: str) -> None:
        """Start the deletion of a space."""
        self._called(f"delete_space {space}", target)

    def delete(self, target: Target, name: str) -> None:
        """Start the deletion of the profile."""
        self._called("delete", target)
        found = self.profiles[target, name]
        self.profiles[target, name] = replace(found, status=ProfileStatus.DELETING)

    def profiles_of(self, target: Target) -> list[ObservedProfile]:
        """Return the profiles of a target."""
        return [profile for (of, _), profile in self.profiles.items() if of == target]

    def _called(self, what: str, target: Target) -> None:
        self.calls.append((what, target))
        trouble = self.troubles.get((what, target))
        if trouble:
            raise trouble


@dataclass
class FakeAccess:
    """Assignments by application; writes are noted among the Studio's calls."""

    studio: FakeStudio
    assigned: set[tuple[str, UserId]] = field(default_factory=set)

    def assign(self, application_arn: str, user_id: UserId) -> None:
        """Assign a user."""
        self._called("assign", application_arn)
        self.assigned.add((application_arn, user_id))

    def revoke(self, application_arn: str, user_id: UserId) -> None:
        """Delete a user's assignment."""
        self._called("revoke", application_arn)
        self.assigned.discard((application_arn, user_id))

    def is_assigned(self, application_arn: str, user_id: UserId) -> bool:
        """Return whether a user is assigned."""
        self._called("is_assigned", application_arn)
        return (application_arn, user_id) in self.assigned

    def assignments(self, application_arn: str, token: str) -> Page[tuple[str, str]]:  # noqa: ARG002 (the port's)
        """Return all assigned users."""
        return Page(tuple(("USER", user) for arn, user in self.assigned if arn == application_arn))

    def requires_assignment(self, application_arn: str) -> bool:
        """Return True: every application requires an assignment."""
        self._called("requires_assignment", application_arn)
        return True

    def _called(self, what: str, application_arn: str) -> None:
        target = Target.parse(application_arn.removeprefix("application of "))
        self.studio.calls.append((what, target))
        trouble = self.studio.troubles.get((what, target))
        if trouble:
            raise trouble
