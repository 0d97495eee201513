"""What the hub needs of Studio, and of the applications by which people come into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.runtime.decisions.hub_state import Domain, ListedProfile
    from hub.runtime.decisions.listing import Page
    from hub.runtime.decisions.observed import App, ObservedProfile, Workload
    from shared.model import Target, User, UserId


class Studio(Protocol):
    """The user profiles of one target, and what belongs to them.

    Every method raises TargetUnreachableError when the spoke refuses the hub, RefusedError when
    AWS refuses the call, and RetryableError when it may work later.
    """

    def profile(self, target: Target, name: str, user_id: UserId) -> ObservedProfile | None:
        """Return the profile with its ownership, or None."""

    def watch(self, target: Target, name: str) -> ObservedProfile | None:
        """Return a profile that is known to be ours, without reading its tags again."""

    def workload(self, target: Target, name: str) -> Workload:
        """Return the profile's apps, the spaces that it owns, and the apps in the private ones."""

    def domain(self, target: Target) -> Domain:
        """Return what people come into the domain by."""

    def create(self, target: Target, name: str, person: User, role_arn: str) -> None:
        """Start the creation of a profile, with our tags."""

    def change_role(self, target: Target, name: str, role_arn: str) -> None:
        """Start the change of the profile's execution role, and of nothing else."""

    def stop_app(self, target: Target, name: str, app: App) -> None:
        """Start stopping an app of the profile; one that is gone already is no error."""

    def delete_space(self, target: Target, space: str) -> None:
        """Start the deletion of a private space; one that is gone already is no error."""

    def delete(self, target: Target, name: str) -> None:
        """Start the deletion of the profile; one that is gone already is no error."""


class StudioListing(Protocol):
    """The user profiles of a target, read only; raises what Studio raises."""

    def profiles(self, target: Target, token: str) -> Page[ListedProfile]:
        """Return a page of all profiles."""

    def whose(self, target: Target, name: str) -> tuple[ObservedProfile, UserId | None] | None:
        """Return a profile, and whose it is by our tags; None when there is none."""

    def domain(self, target: Target) -> Domain:
        """Return what people come into the domain by."""


class ApplicationAccess(Protocol):
    """Who may open a domain's application in Identity Center; raises what Studio raises.

    A change raises NotYetPropagatedError while an earlier one of the same assignment is under way.
    """

    def assign(self, application_arn: str, user_id: UserId) -> None:
        """Assign a person."""

    def revoke(self, application_arn: str, user_id: UserId) -> None:
        """End a person's assignment; where there is none, that is no error."""

    def is_assigned(self, application_arn: str, user_id: UserId) -> bool:
        """Return whether a person is assigned now, as a user and not through a group.

        A change that is under way may not be seen yet.
        """


class AssignmentListing(Protocol):
    """Who may open a domain's application, read only; raises what Studio raises."""

    def assignments(self, application_arn: str, token: str) -> Page[tuple[str, str]]:
        """Return a page of the direct assignments: USER or GROUP, and the id."""

    def requires_assignment(self, application_arn: str) -> bool:
        """Return whether only assigned people may open the application."""
