"""The operations on domains: read only, since domains are given to the simulator."""

from typing import Any

from simulator.pages import page_of
from simulator.studio.records import IN_SERVICE, Domain
from simulator.studio.state import Call, StudioState


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
    id_ = domain.place.domain_id
    return {
        "DomainArn": domain.arn,
        "DomainId": id_,
        "DomainName": domain.name,
        "Status": IN_SERVICE,
        "CreationTime": domain.created,
        "LastModifiedTime": domain.created,
        "Url": f"https://{id_}.studio.{domain.place.region}.sagemaker.aws",
    }
