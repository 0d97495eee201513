"""The operations that create and read domains; none changes or deletes them."""

from typing import Any

from shared.conventions import partition
from simulator.pages import page_of
from simulator.studio.profiles import refuse_role
from simulator.studio.records import IN_SERVICE, Domain, Place
from simulator.studio.state import Call, StudioState

# The members that DescribeDomain returns as CreateDomain received them.
_DESCRIBED = ("AppNetworkAccessType", "DefaultUserSettings", "DomainSettings", "SubnetIds", "VpcId")


def create_domain(state: StudioState, call: Call) -> dict[str, Any]:
    """Create a domain, and its application in Identity Center if users sign in by SSO."""
    # Rule studio.domain-creation.
    asked = call.request
    settings = asked["DefaultUserSettings"]
    refuse_role(state, call, settings)
    place = Place(call.account, call.region, state.new_domain_id(call))
    sso = asked["AuthMode"] == "SSO"
    application = None
    if sso and state.access is not None:
        application = state.access.add_application(call.account, f"Studio ({place.domain_id})")
    domain = add_domain(
        state,
        place,
        name=asked["DomainName"],
        default_role=settings.get("ExecutionRole"),
        application_arn=application,
        sso=sso,
        described={name: asked[name] for name in _DESCRIBED if name in asked},
    )
    return {"DomainId": place.domain_id, "DomainArn": domain.arn, "Url": _url(domain)}


def add_domain(
    state: StudioState,
    place: Place,
    *,
    name: str | None = None,
    default_role: str | None = None,
    application_arn: str | None = None,
    sso: bool = True,
    efs: bool = True,
    described: dict[str, Any] | None = None,
) -> Domain:
    """Add a domain; without `application_arn` it is like one created before October 2023."""
    aws = partition(place.region)
    number = next(state.numbers)
    domain = Domain(
        place=place,
        arn=f"arn:{aws}:sagemaker:{place.region}:{place.account}:domain/{place.domain_id}",
        number=number,
        name=name or place.domain_id,
        sso=sso,
        default_role=default_role,
        application_arn=application_arn,
        efs_id=f"fs-{number:017x}" if efs else None,
        created=state.now(),
        described=described or {},
    )
    state.put_domain(domain)
    return domain


def describe_domain(state: StudioState, call: Call) -> dict[str, Any]:
    """Describe a domain."""
    domain = state.domain(call, call.request["DomainId"])
    body = _summary(domain)
    body["AuthMode"] = "SSO" if domain.sso else "IAM"
    body["DefaultUserSettings"] = (
        {"ExecutionRole": domain.default_role} if domain.default_role else {}
    )
    body["VpcId"], body["SubnetIds"] = "vpc-0a1b2c3d", ["subnet-0a1b2c3d"]
    body["AppNetworkAccessType"] = "PublicInternetOnly"
    body |= domain.described
    if domain.application_arn is not None:  # rule studio.old-domain
        body["SingleSignOnApplicationArn"] = domain.application_arn
    if domain.efs_id is not None:
        body["HomeEfsFileSystemId"] = domain.efs_id
    return body


def list_domains(state: StudioState, call: Call) -> dict[str, Any]:
    """List the domains of the caller's account and Region."""
    domains = state.domains(call.account, call.region)

    def after(number: int) -> list[tuple[int, Domain]]:
        return [(domain.number, domain) for domain in domains if domain.number > number]

    page, token = page_of(after, call.request, "ListDomains", 10, state.page_limit)
    return {"Domains": [_summary(domain) for domain in page], **token}


def _summary(domain: Domain) -> dict[str, Any]:
    return {
        "DomainArn": domain.arn,
        "DomainId": domain.place.domain_id,
        "DomainName": domain.name,
        "Status": IN_SERVICE,
        "CreationTime": domain.created,
        "LastModifiedTime": domain.created,
        "Url": _url(domain),
    }


def _url(domain: Domain) -> str:
    return f"https://{domain.place.domain_id}.studio.{domain.place.region}.sagemaker.aws"
