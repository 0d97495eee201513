"""What a story came to, in the form that `--json` prints."""

from collections import Counter
from typing import Any

from shared.ownership import MANAGED_BY
from simulator.gateway import Change
from simulator.studio import AppView, DomainView, ProfileView, SpaceView
from simulator.world import HUB_ACCOUNT, World

Json = dict[str, Any]

_APP_GONE = "Deleted"


def result(world: World, refusals: list[str], holds: list[Json]) -> Json:
    """Return the end of a story: everything there is, what waits, and all that was reported."""
    domains = world.services.studio.snapshot()
    return {
        "profiles": [
            _profile(world, domain, profile) for domain in domains for profile in domain.profiles
        ],
        "holds": holds,
        "problems": _problems(world, refusals),
        "dead_letters": world.dead_letters(),
        "changes": [_change(change) for change in world.gateway.changes],
        "api_calls": dict(sorted(Counter(world.gateway.calls).items())),
    }


def _profile(world: World, domain: DomainView, profile: ProfileView) -> Json:
    services = world.services
    person = services.identity_store.find_user(profile.sso_user) if profile.sso_user else None
    assigned = (
        person is not None
        and domain.application_arn is not None
        and services.application_access.is_assigned(domain.application_arn, "USER", person.user_id)
    )
    return {
        "account": profile.place.account,
        "region": profile.place.region,
        "domain": profile.place.domain_id,
        "name": profile.name,
        "user": profile.sso_user,
        "execution_role_arn": profile.role,
        "status": profile.status,
        "managed": dict(profile.tags).get(MANAGED_BY) == HUB_ACCOUNT,
        "assigned": assigned,
        "apps": [_app(app) for app in profile.apps if app.status != _APP_GONE],
        "spaces": [_space(space) for space in profile.spaces],
    }


def _app(app: AppView) -> Json:
    return {
        "name": app.name,
        "type": app.type,
        "status": app.status,
        "owner": app.owner,
        "space": app.space,
    }


def _space(space: SpaceView) -> Json:
    return {"name": space.name, "type": space.type, "status": space.status, "owner": space.owner}


def _problems(world: World, refusals: list[str]) -> list[Json]:
    """Return what the hub reported, the latest of each subject, and what people were refused."""
    found: dict[str, Json] = {}
    for entry in world.lambdas.log:
        if entry.get("message") == "PROBLEM":
            facts = {
                key: entry[key]
                for key in ("kind", "subject", "reason", "way_out", "user_id", "target")
                if entry.get(key)
            }
            found[facts["subject"]] = facts
        elif entry.get("message") == "RESOLVED":
            if found.get(entry["subject"], {}).get("kind") == entry["kind"]:
                del found[entry["subject"]]
        elif entry.get("message") in {"CRASH", "UNREADABLE"}:
            reason = str(entry.get("error") or entry.get("reason"))
            kind = str(entry["message"]).lower()
            found[f"{kind}: {reason}"] = {
                "kind": kind,
                "subject": "a message",
                "reason": reason,
            }
    told = [{"kind": "refused-act", "subject": text, "reason": text} for text in refusals]
    return [*found.values(), *told]


def _change(change: Change) -> Json:
    return {"operation": change.operation, "target": change.target, "name": change.name}
