"""The operations on tags of domains, profiles, spaces and apps."""

from typing import Any

from simulator.errors import STUDIO_LIMIT, STUDIO_NOT_FOUND, refuse
from simulator.pages import page_of
from simulator.request_parts import account_of
from simulator.rules import studio as rule
from simulator.studio.records import App, Domain, Resource
from simulator.studio.state import Call, StudioState

MOST_TAGS = 50


def add_tags(state: StudioState, call: Call) -> dict[str, Any]:
    """Add or replace tags."""
    tags = _tags(state, call)
    new = {**tags, **{tag["Key"]: tag["Value"] for tag in call.request["Tags"]}}
    if len(new) > MOST_TAGS:
        raise refuse(rule.TAG_QUOTA, STUDIO_LIMIT, f"Maximum number of tags is {MOST_TAGS}.")
    tags.update(new)
    return {"Tags": _listed(tags)}


def delete_tags(state: StudioState, call: Call) -> dict[str, Any]:
    """Remove tags; missing keys are ignored."""
    tags = _tags(state, call)
    for key in call.request["TagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags(state: StudioState, call: Call) -> dict[str, Any]:
    """List the tags of one resource."""
    tags = _listed(_tags(state, call))

    def after(number: int) -> list[tuple[int, dict[str, str]]]:
        return list(enumerate(tags, start=1))[number:]

    scope = f"ListTags/{call.request['ResourceArn']}"
    page, token = page_of(after, call.request, scope, MOST_TAGS, state.page_limit)
    return {"Tags": page, **token}


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _tags(state: StudioState, call: Call) -> dict[str, str]:
    arn = call.request["ResourceArn"]
    kind, *path = arn.split(":", 5)[5].split("/")
    here = account_of(arn) == call.account and arn.split(":")[3] == call.region
    owner: Domain | Resource | None = None
    for domain in state.domains(call.account, call.region) if here and path else ():
        if domain.place.domain_id == path[0]:
            owner = _find(domain, kind, path[1:])
    if owner is None:
        raise refuse(rule.TAG_TARGET, STUDIO_NOT_FOUND, f"Resource [{arn}] does not exist.")
    return owner.tags


def _find(domain: Domain, kind: str, path: list[str]) -> Domain | Resource | None:
    match kind, path:
        case "domain", []:
            return domain
        case "user-profile", [name]:
            return domain.profiles.get(name.casefold())
        case "space", [name]:
            return domain.spaces.get(name.casefold())
        case "app", [_, _, _]:
            wanted = domain.arn.replace(":domain/", ":app/") + "/" + "/".join(path)
            return next((app for app in domain.app_shelf if _same(app, wanted)), None)
        case _:
            return None


def _same(app: App, arn: str) -> bool:
    return app.arn.casefold() == arn.casefold()
