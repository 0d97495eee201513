"""Switches for behaviour that nobody has verified on real AWS, and durations of operations."""

from dataclasses import dataclass
from typing import Literal

RefuseOrAccept = Literal["refuse", "accept"]


@dataclass(frozen=True, slots=True)
class Quirks:
    """Behaviours that documents leave open; the default is the likelier one, else the refusal."""

    # UpdateUserProfile while the only running apps are in the user's private spaces.
    update_with_space_apps: RefuseOrAccept = "refuse"
    # CreateUserProfile for a user name that the directory does not know.
    unknown_sso_user: RefuseOrAccept = "refuse"
    # CreateUserProfile for a user who has a profile in the domain: the error code, or accepted.
    second_profile: Literal["ResourceInUse", "ValidationException", "accept"] = "ResourceInUse"
    # DeleteApp while the app is still starting.
    delete_pending_app: RefuseOrAccept = "refuse"
    # DeleteUserProfile while the profile has an app that Failed.
    failed_app_blocks_profile: bool = False
    # ListUserProfiles, ListSpaces and ListApps of a domain that does not exist.
    list_unknown_domain: Literal["refuse", "empty"] = "refuse"
    # CreateUserProfile also assigns the user to the domain's application.
    create_profile_assigns: bool = False
    # CreateUserProfile for a user who is not assigned to the domain's application is refused.
    create_needs_assignment: bool = False
    # How Studio matches the user who signs in: the profile's SSO value, or the directory's user id.
    sign_in_matches: Literal["name", "user-id"] = "name"
    # CreateApplicationAssignment by the account that owns the application, not the instance.
    member_account_assigns: RefuseOrAccept = "accept"
    # CreateApplicationAssignment for a principal that the directory does not know.
    unknown_principal: RefuseOrAccept = "refuse"
    # CreateApplicationAssignment for a principal that is assigned already.
    assign_twice: RefuseOrAccept = "refuse"
    # How long a change of an assignment blocks the opposite change, in seconds.
    assignment_propagation: float = 0
    # Whether a new application requires an assignment.
    assignment_required: bool = True
    # How long a new user is listed but cannot be read by id, in seconds.
    user_readable_after: float = 0
    # Studio's operations whose first attempt on each resource ends in its failed status.
    first_attempt_fails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Durations:
    """How long Studio's asynchronous operations take, in seconds."""

    profile_create: float = 2
    profile_update: float = 2
    profile_delete: float = 4
    space_create: float = 5
    space_update: float = 2
    space_delete: float = 20
    app_create: float = 30
    app_delete: float = 150
    app_memory: float = 24 * 3600
