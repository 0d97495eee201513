"""The ports of Studio, and of the Identity Center applications that give access to its domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.runtime.decisions.checks import IamRole
    from hub.runtime.decisions.hub_state import Domain, ListedProfile
    from hub.runtime.decisions.listing import Page
    from hub.runtime.decisions.observed import App, ObservedProfile, Workload
    from shared.model import Target, User, UserId


class Studio(Protocol):
    """The user profiles of a target, with their apps and spaces.

    Every method raises TargetUnreachableError if the spoke refuses the hub, RefusedError if AWS
    refuses the call, and RetryableError if it may work later.
    """

    def profile(self, target: Target, name: str, user_id: UserId) -> ObservedProfile | None:
        """Return the profile with its ownership; None if it does not exist."""

    def owns(self, target: Target, name: str, user_id: UserId) -> bool:
        """Return whether the tags of a profile of this name are there and make it this user's.

        It is false where they cannot be read: only `profile` tells why.
        """

    def reach(self, target: Target) -> None:
        """Raise what any other method would if the spoke refuses the hub; read nothing."""

    def watch(self, target: Target, name: str) -> ObservedProfile | None:
        """Return a profile that is known to be ours, without reading its tags again."""

    def workload(self, target: Target, name: str) -> Workload:
        """Return the profile's apps, its own spaces, and the apps in its private spaces."""

    def domain(self, target: Target) -> Domain:
        """Return how users sign in to the domain."""

    def create(self, target: Target, name: str, person: User, role_arn: str) -> None:
        """Start the creation of a profile with our tags."""

    def change_role(self, target: Target, name: str, role_arn: str) -> None:
        """Start the change of the profile's execution role, and of nothing else."""

    def stop_app(self, target: Target, name: str, app: App) -> None:
        """Start the deletion of an app of the profile; one that is gone already is no error."""

    def delete_space(self, target: Target, space: str) -> None:
        """Start the deletion of a private space; one that is gone already is no error."""

    def delete(self, target: Target, name: str) -> None:
        """Start the deletion of the profile; one that is gone already is no error."""


class StudioListing(Protocol):
    """The user profiles of a target, read only; raises what Studio raises."""

    def profiles(self, target: Target, token: str) -> Page[ListedProfile]:
        """Return a page of all profiles."""

    def whose(self, target: Target, name: str) -> tuple[ObservedProfile, UserId | None] | None:
        """Return a profile, and its user by our tags; None if it does not exist.

        A user id that no directory gives names no user. RefusedError if the tags cannot be read.
        """

    def domain(self, target: Target) -> Domain:
        """Return how users sign in to the domain."""


class SpokeReader(Protocol):
    """What the checks read of a target's account besides its domain; raises what Studio raises."""

    def role(self, target: Target, name: str) -> IamRole | None:
        """Return the role of this name; None if there is none, whatever its path."""

    def additional_roles(self, target: Target) -> frozenset[str]:
        """Return the ARNs outside the hub's own path that the access role may pass."""

    def has_policies(self, target: Target, name: str) -> bool:
        """Return whether a role has any policy, of its own or attached."""

    def profile_quota(self, target: Target) -> int:
        """Return how many user profiles the account may have in the target."""


class ApplicationAccess(Protocol):
    """Who may open a domain's application in Identity Center; raises what Studio raises.

    A change raises NotYetPropagatedError while an earlier change of the same assignment is in
    progress.
    """

    def assign(self, application_arn: str, user_id: UserId) -> None:
        """Assign a user."""

    def revoke(self, application_arn: str, user_id: UserId) -> None:
        """Delete a user's assignment; a missing one is no error."""

    def is_assigned(self, application_arn: str, user_id: UserId) -> bool:
        """Return whether a user is assigned directly, not through a group.

        A change that is in progress may not be visible yet.
        """


class AssignmentListing(Protocol):
    """Who may open a domain's application, read only; raises what Studio raises."""

    def assignments(self, application_arn: str, token: str) -> Page[tuple[str, str]]:
        """Return a page of the direct assignments: USER or GROUP, and the id."""

    def requires_assignment(self, application_arn: str) -> bool:
        """Return whether only assigned users may open the application."""
