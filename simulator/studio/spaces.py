"""The operations on spaces, private and shared."""

from typing import Any

from simulator.errors import STUDIO_IN_USE, STUDIO_LIMIT, VALIDATION, refuse
from simulator.rules import spaces as rule
from simulator.studio.contents import put_space
from simulator.studio.listing import domains_asked, listed
from simulator.studio.profiles import new_profile
from simulator.studio.records import (
    BUSY,
    DELETE_FAILED,
    DELETED,
    DELETING,
    FAILED,
    FAILURES,
    GONE,
    IN_SERVICE,
    PENDING,
    UPDATE_FAILED,
    UPDATING,
    Domain,
    Profile,
    Space,
)
from simulator.studio.state import Call, StudioState


def create_space(state: StudioState, call: Call) -> dict[str, Any]:
    """Start the creation of a space; its owner's profile must be InService."""
    request = call.request
    domain = state.domain(call, request["DomainId"])
    name = request["SpaceName"]
    arn = call.arn("space", domain.place.domain_id, name)
    if name.casefold() in domain.spaces:
        raise refuse(rule.SPACE_EXISTS, STUDIO_IN_USE, f"Space [{arn}] already exists.")
    owner_name = (request.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
    sharing = (request.get("SpaceSharingSettings") or {}).get("SharingType")
    if (owner_name is None) != (sharing is None):
        message = "OwnershipSettings and SpaceSharingSettings must be given together."
        raise refuse(rule.SPACE_OWNER_AND_SHARING, VALIDATION, message)
    if owner_name is not None:
        owner = _owner(state, call, domain, owner_name)
        if owner.status != IN_SERVICE:
            message = (
                f"Unable to create Space [{arn}] because UserProfile [{owner.arn}] "
                "is not in InService."
            )
            raise refuse(rule.SPACE_OWNER_STATUS, VALIDATION, message)
        owner_name = owner.name
    if state.space_quota is not None and len(domain.spaces) >= state.space_quota:
        message = (
            "The account-level service limit 'Maximum number of Studio spaces allowed per account' "
            f"is {state.space_quota}, with current utilization of {len(domain.spaces)} "
            "and a request delta of 1."
        )
        raise refuse(rule.SPACE_QUOTA, STUDIO_LIMIT, message)
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
    space = new_space(state, domain, name=name, arn=arn, owner=owner_name, sharing=sharing)
    space.tags.update(tags)
    space.settings = dict(request.get("SpaceSettings") or {})
    space.display_name = request.get("SpaceDisplayName")
    state.begin(
        domain,
        space,
        "CreateSpace",
        status=PENDING,
        then=IN_SERVICE,
        failed=FAILED,
        seconds=state.durations.space_create,
    )
    return {"SpaceArn": arn}


def _owner(state: StudioState, call: Call, domain: Domain, name: str) -> Profile:
    """Return the profile that will own a space; creates it with the space if requested."""
    settings = call.request.get("SpaceSettings") or {}
    managed = settings.get("SpaceManagedResources") == "ENABLED"
    if not managed or name.casefold() in domain.profiles:
        return state.profile(call, domain, name)
    # Rule spaces.managed-resources.
    user = state.directory.find_user(name) if state.directory else None
    return new_profile(
        state,
        domain,
        name=name,
        arn=call.arn("user-profile", domain.place.domain_id, name),
        sso_value=user.user_name if user else None,
        sso_user_id=user.user_id if user else None,
        settings=None,
        tags={},
    )


def new_space(
    state: StudioState,
    domain: Domain,
    *,
    name: str,
    arn: str,
    owner: str | None,
    sharing: str | None,
) -> Space:
    """Add a space that is InService, with the tags that Studio adds for users."""
    now = state.now()
    tags = {"sagemaker:domain-arn": domain.arn}
    if owner is not None:
        tags["sagemaker:user-profile-arn"] = domain.profiles[owner.casefold()].arn
    space = Space(
        arn=arn,
        domain_id=domain.place.domain_id,
        number=next(state.numbers),
        status=IN_SERVICE,
        created=now,
        modified=now,
        tags=tags,
        name=name,
        owner=owner,
        sharing=sharing,
        settings={},
        display_name=None,
    )
    put_space(domain, space)
    return space


def describe_space(state: StudioState, call: Call) -> dict[str, Any]:
    """Describe a space."""
    domain = state.domain(call, call.request["DomainId"])
    space = state.space(call, domain, call.request["SpaceName"])
    body: dict[str, Any] = {**_head(space), "SpaceArn": space.arn, "SpaceSettings": space.settings}
    if space.owner is not None:
        body["OwnershipSettings"] = {"OwnerUserProfileName": space.owner}
        body["SpaceSharingSettings"] = {"SharingType": space.sharing}
    if space.failure and space.status in FAILURES:
        body["FailureReason"] = space.failure
    return body


def update_space(state: StudioState, call: Call) -> dict[str, Any]:
    """Start the update of a space's settings; its owner cannot be changed."""
    domain = state.domain(call, call.request["DomainId"])
    space = state.space(call, domain, call.request["SpaceName"])
    if space.status not in (IN_SERVICE, UPDATE_FAILED):
        message = f"Unable to update Space [{space.arn}] in status {space.status}."
        raise refuse(rule.SPACE_UPDATE_STATUS, STUDIO_IN_USE, message)
    space.settings = {**space.settings, **(call.request.get("SpaceSettings") or {})}
    space.display_name = call.request.get("SpaceDisplayName", space.display_name)
    state.begin(
        domain,
        space,
        "UpdateSpace",
        status=UPDATING,
        then=IN_SERVICE,
        failed=UPDATE_FAILED,
        seconds=state.durations.space_update,
    )
    return {"SpaceArn": space.arn}


def delete_space(state: StudioState, call: Call) -> dict[str, Any]:
    """Start the deletion of a space that runs no app."""
    domain = state.domain(call, call.request["DomainId"])
    space = state.space(call, domain, call.request["SpaceName"])
    if space.status == PENDING:
        message = f"Unable to delete Space [{space.arn}] in status {space.status}."
        raise refuse(rule.SPACE_DELETE_PENDING, VALIDATION, message)
    if space.status in BUSY:
        message = f"Unable to delete Space [{space.arn}] in status {space.status}."
        raise refuse(rule.SPACE_DELETE_STATUS, STUDIO_IN_USE, message)
    if any(app.status not in (DELETED, FAILED) for app in domain.space_apps(space)):
        message = f"Unable to delete Space [{space.arn}] because App(s) are associated with it."
        raise refuse(rule.SPACE_HAS_APPS, STUDIO_IN_USE, message)
    state.begin(
        domain,
        space,
        "DeleteSpace",
        status=DELETING,
        then=GONE,
        failed=DELETE_FAILED,
        seconds=state.durations.space_delete,
    )
    return {}


def list_spaces(state: StudioState, call: Call) -> dict[str, Any]:
    """List spaces, each with its owner and whether it is shared."""
    part = call.request.get("SpaceNameContains", "").casefold()
    keep = (lambda space: part in space.key) if part else None
    shelves = [domain.space_shelf for domain in domains_asked(state, call)]
    page, token = listed(state, call, "ListSpaces", shelves, keep)
    return {"Spaces": [_details(space) for space in page], **token}


def _head(space: Space) -> dict[str, Any]:
    head = {
        "DomainId": space.domain_id,
        "SpaceName": space.name,
        "Status": space.status,
        "CreationTime": space.created,
        "LastModifiedTime": space.modified,
    }
    if space.display_name is not None:
        head["SpaceDisplayName"] = space.display_name
    return head


def _details(space: Space) -> dict[str, Any]:
    # Rule spaces.listing.
    details = {**_head(space), "SpaceSettingsSummary": {}}
    if "AppType" in space.settings:
        details["SpaceSettingsSummary"] = {"AppType": space.settings["AppType"]}
    if space.owner is not None:
        details["OwnershipSettingsSummary"] = {"OwnerUserProfileName": space.owner}
        details["SpaceSharingSettingsSummary"] = {"SharingType": space.sharing}
    return details
