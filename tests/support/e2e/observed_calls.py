"""A call that the served simulator received, with what IAM knows of its resource then."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.moto_backend import EmbeddedServices
from simulator.server import ServedCall
from simulator.studio import Domain, Space


@dataclass(frozen=True, slots=True)
class ObservedCall:
    """A call; `tags` are its resource's tags before it, `keys` the service's condition keys."""

    call: ServedCall
    tags: Mapping[str, str]
    keys: Mapping[str, str]


def observe(services: EmbeddedServices, call: ServedCall) -> ObservedCall:
    """Return a call with the facts of its resource, before it is answered."""
    if call.service == "sso-admin":
        application = services.application_access.applications.get(_application(call))
        keys = {"sso:ApplicationAccount": application.account} if application else {}
        return ObservedCall(call, {}, keys)
    if call.service != "sagemaker":
        return ObservedCall(call, {}, {})
    here = services.studio.domains(call.account, call.region)
    named = next(
        (each for each in here if each.place.domain_id == call.request.get("DomainId")), None
    )
    if named is None:
        return ObservedCall(call, {}, {})
    profile = named.profiles.get(str(call.request.get("UserProfileName") or "").casefold())
    space = named.spaces.get(str(call.request.get("SpaceName") or "").casefold())
    if space is not None:
        return ObservedCall(call, dict(space.tags), _keys_of(space, named))
    if profile is not None:
        owner = {"sagemaker:OwnerUserProfileArn": profile.arn} if "App" in call.operation else {}
        return ObservedCall(call, dict(profile.tags), owner)
    return ObservedCall(call, {}, {})


def _keys_of(space: Space, domain: Domain) -> dict[str, str]:
    owner = domain.profiles.get((space.owner or "").casefold())
    return {
        **({"sagemaker:SpaceSharingType": space.sharing} if space.sharing else {}),
        **({"sagemaker:OwnerUserProfileArn": owner.arn} if owner else {}),
    }


def _application(call: ServedCall) -> str:
    only = call.request.get("Filter") or {}
    return str(call.request.get("ApplicationArn") or only.get("ApplicationArn") or "")
