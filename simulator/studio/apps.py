"""The operations on apps, of profiles and in spaces."""

from typing import Any

from simulator.errors import STUDIO_IN_USE, STUDIO_NOT_FOUND, VALIDATION, refuse
from simulator.pages import Shelf
from simulator.rules import spaces as rule
from simulator.studio.contents import put_app
from simulator.studio.listing import domains_asked, listed
from simulator.studio.records import (
    DELETED,
    DELETING,
    FAILED,
    IN_SERVICE,
    PENDING,
    RUNNING,
    App,
    AppKey,
    Domain,
    Profile,
    Space,
)
from simulator.studio.state import Call, StudioState

SPACE_TYPES = ("JupyterLab", "CodeEditor")
PROFILE_TYPES = ("RSessionGateway", "RStudioServerPro", "Canvas", "TensorBoard", "DetailedProfiler")


def create_app(state: StudioState, call: Call) -> dict[str, Any]:
    """Start an app for a profile or in a space."""
    request = call.request
    domain = state.domain(call, request["DomainId"])
    home = _home(state, call, domain)
    app = new_app(state, domain, call, home, app_type=request["AppType"], name=request["AppName"])
    app.tags.update({tag["Key"]: tag["Value"] for tag in request.get("Tags", ())})
    app.resource_spec.update(request.get("ResourceSpec") or {})
    start(state, domain, app)
    return {"AppArn": app.arn}


def start(state: StudioState, domain: Domain, app: App) -> None:
    """Make an app Pending until it has started."""
    state.begin(
        domain,
        app,
        "CreateApp",
        status=PENDING,
        then=IN_SERVICE,
        failed=FAILED,
        seconds=state.durations.app_create,
    )


def new_app(
    state: StudioState,
    domain: Domain,
    call: Call,
    home: Profile | Space,
    *,
    app_type: str,
    name: str,
) -> App:
    """Add an app that is InService, or refuse the request."""
    in_space = isinstance(home, Space)
    if app_type in (PROFILE_TYPES if in_space else SPACE_TYPES):
        message = (
            f"AppType [{app_type}] is not supported for {'spaces' if in_space else 'profiles'}."
        )
        raise refuse(rule.APP_HOME, VALIDATION, message)
    if home.status != IN_SERVICE:
        message = f"Unable to create App because [{home.arn}] is not in InService."
        raise refuse(rule.APP_HOME_STATUS, VALIDATION, message)
    siblings = domain.space_apps(home) if isinstance(home, Space) else domain.profile_apps(home)
    arn = call.arn("app", domain.place.domain_id, home.name, app_type.lower(), name)
    for other in siblings:
        same = other.type == app_type and other.name.casefold() == name.casefold()
        if other.status in RUNNING and (same or in_space):
            message = f"App [{other.arn}] already exists."
            raise refuse(rule.APP_EXISTS, STUDIO_IN_USE, message)
    owner_name = home.owner if isinstance(home, Space) else home.name
    owner = domain.profiles.get(owner_name.casefold()) if owner_name else None
    shared = isinstance(home, Space) and home.sharing != "Private"
    now = state.now()
    # Rules apps.tags and apps.role.
    tags = {**(owner.tags if owner else {}), "sagemaker:domain-arn": domain.arn}
    if owner is not None:
        tags["sagemaker:user-profile-arn"] = owner.arn
    app = App(
        arn=arn,
        domain_id=domain.place.domain_id,
        number=next(state.numbers),
        status=IN_SERVICE,
        created=now,
        modified=now,
        tags=tags,
        profile=None if in_space else home.name,
        space=home.name if in_space else None,
        type=app_type,
        name=name,
        role=domain.default_role if shared or owner is None else domain.role_of(owner),
        resource_spec={},
    )
    put_app(domain, app)
    return app


def describe_app(state: StudioState, call: Call) -> dict[str, Any]:
    """Describe an app; a deleted app is described for one more day."""
    domain = state.domain(call, call.request["DomainId"])
    app = _app(state, call, domain)
    body = {**_details(app), "AppArn": app.arn}
    if app.failure and app.status == FAILED:
        body["FailureReason"] = app.failure
    return body


def delete_app(state: StudioState, call: Call) -> dict[str, Any]:
    """Start the deletion of an app."""
    domain = state.domain(call, call.request["DomainId"])
    app = _app(state, call, domain)
    if app.status == DELETED:
        message = f"App [{app.arn}] has already been deleted."
        raise refuse(rule.APP_DELETED, VALIDATION, message)
    if app.status == FAILED:
        message = f"App [{app.arn}] previously failed and was automatically deleted."
        raise refuse(rule.APP_FAILED, VALIDATION, message)
    busy = app.status == DELETING
    if busy or (app.status == PENDING and state.quirks.delete_pending_app == "refuse"):
        message = f"Unable to delete App [{app.arn}] in status {app.status}."
        raise refuse(rule.APP_DELETING if busy else rule.APP_PENDING, STUDIO_IN_USE, message)
    state.begin(
        domain,
        app,
        "DeleteApp",
        status=DELETING,
        then=DELETED,
        failed=FAILED,
        seconds=state.durations.app_delete,
    )
    return {}


def list_apps(state: StudioState, call: Call) -> dict[str, Any]:
    """List apps; apps in spaces show their space and no profile."""
    profile = call.request.get("UserProfileNameEquals")
    space = call.request.get("SpaceNameEquals")
    if profile is not None and space is not None:
        message = "UserProfileNameEquals and SpaceNameEquals cannot be given together."
        raise refuse(rule.APP_FILTERS, VALIDATION, message)

    domains = domains_asked(state, call)
    if profile is not None:
        shelves = [_shelf(domain.apps_of_profile.get(profile.casefold())) for domain in domains]
    elif space is not None:
        shelves = [_shelf(domain.apps_of_space.get(space.casefold())) for domain in domains]
    else:
        shelves = [domain.app_shelf for domain in domains]
    page, token = listed(state, call, "ListApps", shelves)
    return {"Apps": [_details(app) for app in page], **token}


def _shelf(apps: dict[AppKey, App] | None) -> Shelf[App]:
    shelf: Shelf[App] = Shelf()
    for app in sorted((apps or {}).values(), key=lambda each: each.number):
        shelf.put(app.number, app)
    return shelf


def _home(state: StudioState, call: Call, domain: Domain) -> Profile | Space:
    profile, space = call.request.get("UserProfileName"), call.request.get("SpaceName")
    if (profile is None) == (space is None):
        message = "Exactly one of UserProfileName and SpaceName is required."
        raise refuse(rule.APP_HOME, VALIDATION, message)
    if space is not None:
        return state.space(call, domain, space)
    return state.profile(call, domain, str(profile))


def _app(state: StudioState, call: Call, domain: Domain) -> App:
    home = _home(state, call, domain)
    in_space, key = isinstance(home, Space), home.name.casefold()
    type_, name = call.request["AppType"], call.request["AppName"]
    app = domain.apps.get(AppKey(None if in_space else key, key if in_space else None, type_, name))
    if app is None:
        arn = call.arn("app", domain.place.domain_id, home.name, type_.lower(), name)
        raise refuse(rule.APP_UNKNOWN, STUDIO_NOT_FOUND, f"App [{arn}] does not exist.")
    return app


def _details(app: App) -> dict[str, Any]:
    details: dict[str, Any] = {
        "DomainId": app.domain_id,
        "AppType": app.type,
        "AppName": app.name,
        "Status": app.status,
        "CreationTime": app.created,
        "ResourceSpec": app.resource_spec,
    }
    if app.space is not None:
        details["SpaceName"] = app.space
    else:
        details["UserProfileName"] = app.profile
    return details
