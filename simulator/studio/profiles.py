"""The operations on user profiles, with their preconditions."""

from collections.abc import Mapping
from typing import Any

from simulator.errors import (
    ACCESS_DENIED,
    STUDIO_IN_USE,
    STUDIO_LIMIT,
    VALIDATION,
    refuse,
)
from simulator.request_parts import account_of
from simulator.rules import studio as rule
from simulator.studio.contents import put_profile
from simulator.studio.listing import domains_asked, listed
from simulator.studio.records import (
    FAILED,
    FAILURES,
    IN_SERVICE,
    PENDING,
    Domain,
    Profile,
)
from simulator.studio.state import Call, StudioState


def create_user_profile(state: StudioState, call: Call) -> dict[str, Any]:
    """Start the creation of a profile."""
    request = call.request
    domain = state.domain(call, request["DomainId"])
    name, settings = request["UserProfileName"], request.get("UserSettings")
    arn = call.arn("user-profile", domain.place.domain_id, name)
    if name.casefold() in domain.profiles:
        message = f"UserProfile [{domain.profiles[name.casefold()].arn}] already exists."
        raise refuse(rule.PROFILE_EXISTS, STUDIO_IN_USE, message)
    user_id = _sso_user(state, domain, call)
    _refuse_unassigned(state, domain, user_id)
    if state.profile_quota is not None and len(domain.profiles) >= state.profile_quota:
        message = (
            "The account-level service limit 'Maximum number of Studio user profiles allowed per "
            f"account' is {state.profile_quota}, with current utilization of "
            f"{len(domain.profiles)} and a request delta of 1."
        )
        raise refuse(rule.PROFILE_QUOTA, STUDIO_LIMIT, message)
    refuse_role(state, call, settings)
    profile = new_profile(
        state,
        domain,
        name=name,
        arn=arn,
        sso_value=request.get("SingleSignOnUserValue"),
        sso_user_id=user_id,
        settings=dict(settings) if settings is not None else None,
        tags={tag["Key"]: tag["Value"] for tag in request.get("Tags", ())},
    )
    state.begin(
        domain,
        profile,
        "CreateUserProfile",
        status=PENDING,
        then=IN_SERVICE,
        failed=FAILED,
        seconds=state.durations.profile_create,
    )
    # Rule studio.no-assignment-made.
    if state.quirks.create_profile_assigns and state.access and user_id and domain.application_arn:
        state.access.assign(domain.application_arn, "USER", user_id)
    return {"UserProfileArn": profile.arn}


def new_profile(
    state: StudioState,
    domain: Domain,
    *,
    name: str,
    arn: str,
    sso_value: str | None,
    sso_user_id: str | None,
    settings: dict[str, Any] | None,
    tags: dict[str, str],
) -> Profile:
    """Add a profile that is InService, with its own home directory."""
    now = state.now()
    profile = Profile(
        arn=arn,
        domain_id=domain.place.domain_id,
        number=next(state.numbers),
        status=IN_SERVICE,
        created=now,
        modified=now,
        tags=tags,
        name=name,
        sso_value=sso_value,
        sso_user_id=sso_user_id,
        settings=settings,
        # Rule studio.home-directory.
        uid=str(next(domain.uids)) if domain.efs_id else None,
    )
    put_profile(domain, profile)
    return profile


def describe_user_profile(state: StudioState, call: Call) -> dict[str, Any]:
    """Describe a profile: no tags, and no UserSettings if it was created without them."""
    domain = state.domain(call, call.request["DomainId"])
    profile = state.profile(call, domain, call.request["UserProfileName"])
    body: dict[str, Any] = {**_summary(profile), "UserProfileArn": profile.arn}
    if profile.uid is not None:
        body["HomeEfsFileSystemUid"] = profile.uid
    if profile.sso_value is not None:
        body["SingleSignOnUserIdentifier"] = "UserName"
        body["SingleSignOnUserValue"] = profile.sso_value
    if profile.settings is not None:  # rule studio.profile-description
        body["UserSettings"] = profile.settings
    if profile.failure and profile.status in FAILURES:
        body["FailureReason"] = profile.failure
    return body


def list_user_profiles(state: StudioState, call: Call) -> dict[str, Any]:
    """List profiles: names, statuses and times, nothing else."""
    part = call.request.get("UserProfileNameContains", "").casefold()
    keep = (lambda profile: part in profile.key) if part else None
    shelves = [domain.profile_shelf for domain in domains_asked(state, call)]
    page, token = listed(state, call, "ListUserProfiles", shelves, keep)
    return {"UserProfiles": [_summary(profile) for profile in page], **token}


def refuse_role(state: StudioState, call: Call, settings: Mapping[str, Any] | None) -> None:
    """Refuse an execution role that does not exist, or that is not of the domain's account."""
    role = (settings or {}).get("ExecutionRole")
    if role is not None and account_of(role) != call.account:
        message = "Cross-account pass role is not allowed."
        raise refuse(rule.UNMANAGED_ROLE, ACCESS_DENIED, message)
    if role in state.missing_roles:
        message = (
            f"Could not assume role {role}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role."
        )
        raise refuse(rule.MISSING_ROLE, VALIDATION, message)


def _refuse_unassigned(state: StudioState, domain: Domain, user_id: str | None) -> None:
    """Refuse a profile for a user who may not open the application, if the quirk is on."""
    if not state.quirks.create_needs_assignment or domain.application_arn is None:
        return
    if state.access is None or not user_id:
        return
    if not state.access.may_enter(domain.application_arn, user_id):
        message = f"The SSO user [{user_id}] is not assigned to the application of the Domain."
        raise refuse(rule.NEEDS_ASSIGNMENT, VALIDATION, message)


def _sso_user(state: StudioState, domain: Domain, call: Call) -> str | None:
    identifier = call.request.get("SingleSignOnUserIdentifier")
    value = call.request.get("SingleSignOnUserValue")
    if not domain.sso:
        if identifier is None and value is None:
            return None
        message = "SingleSignOnUserIdentifier and SingleSignOnUserValue are for SSO domains only."
        raise refuse(rule.SSO_MEMBERS, VALIDATION, message)
    if identifier is None or value is None:
        message = (
            "SingleSignOnUserIdentifier and SingleSignOnUserValue are required in SSO domains."
        )
        raise refuse(rule.SSO_MEMBERS, VALIDATION, message)
    user = state.directory.find_user(value) if state.directory else None
    if user is None and state.quirks.unknown_sso_user == "refuse" and state.directory:
        message = f"The SSO user [{value}] does not exist."
        raise refuse(rule.SSO_USER_UNKNOWN, VALIDATION, message)
    user_id = user.user_id if user else None
    others = domain.by_sso_value.get(value) or domain.by_sso_user.get(user_id or "")
    if others and state.quirks.second_profile != "accept":
        other = next(iter(others.values()))
        message = f"The SSO user [{value}] already has the UserProfile [{other.arn}]."
        raise refuse(rule.SECOND_PROFILE, state.quirks.second_profile, message)
    return user_id


def _summary(profile: Profile) -> dict[str, Any]:
    # Rule studio.profile-listing.
    return {
        "DomainId": profile.domain_id,
        "UserProfileName": profile.name,
        "Status": profile.status,
        "CreationTime": profile.created,
        "LastModifiedTime": profile.modified,
    }
