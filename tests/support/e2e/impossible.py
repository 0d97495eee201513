"""What none of the product's roles may ever do, whatever the hub is told; extend it here."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from e2e.cloud import HUB, REGION, STORE, STRANGER, TARGETS, Cloud
from e2e.iam_requests import Context, IamRequest
from e2e.recorded import assume

from hub.runtime.adapters.spoke_sessions import READ_ONLY
from shared.conventions import access_role_arn, external_id, suspended_role_name, system_role_arn
from shared.ownership import MANAGED_BY, USER_ID

_SPOKE = TARGETS[0].account
_STUDIO = f"arn:aws:sagemaker:{REGION}:{_SPOKE}"
_PROFILE = f"{_STUDIO}:user-profile/{TARGETS[0].domain_id}/ada"
_OURS = {f"aws:ResourceTag/{MANAGED_BY}": HUB, f"aws:ResourceTag/{USER_ID}": "somebody"}


def impossible(cloud: Cloud) -> tuple[IamRequest, ...]:
    """Return requests, each of which the deployed policies must refuse."""
    return (*_in_a_spoke(), *_entering_spokes(), *_in_the_hub(cloud))


def denied_for_good() -> Iterator[IamRequest]:
    """Yield requests that are denied, and not only granted by nobody.

    So they stay impossible whatever policy somebody attaches to the role one day, and whatever a
    resource's own policy grants.
    """
    role = access_role_arn(_SPOKE, REGION)
    # Not while creating: who could tag what is there could make it ours.
    tag = _tagging({MANAGED_BY: HUB})
    yield IamRequest(role, "sagemaker:AddTags", _PROFILE, tag)
    app = {**tag, "sagemaker:TaggingAction": "CreateApp"}
    yield IamRequest(role, "sagemaker:AddTags", _PROFILE, app)
    yield IamRequest(role, "sagemaker:DeleteTags", _PROFILE, {"aws:TagKeys": [MANAGED_BY]})
    # Who is suspended may do nothing at all.
    suspended = system_role_arn(_SPOKE, REGION, suspended_role_name(REGION))
    yield IamRequest(suspended, "s3:GetObject", "arn:aws:s3:::studio-data/file")


def _in_a_spoke() -> Iterator[IamRequest]:
    role = access_role_arn(_SPOKE, REGION)

    def asks(action: str, context: Context | None = None, resource: str = _PROFILE) -> IamRequest:
        return IamRequest(role, action, resource, context or {})

    for action in ("sagemaker:DeleteUserProfile", "sagemaker:UpdateUserProfile"):
        yield asks(action)
        yield asks(action, {f"aws:ResourceTag/{MANAGED_BY}": STRANGER})
        # Under the session policy of a look it may not even change what is ours.
        yield replace(asks(action, _OURS), session_policy=READ_ONLY)
    for tags in (
        {},
        {MANAGED_BY: HUB},
        {USER_ID: "somebody"},
        {MANAGED_BY: STRANGER, USER_ID: "somebody"},
        {MANAGED_BY: HUB, USER_ID: "somebody", "cost-centre": "1"},
    ):
        yield asks("sagemaker:CreateUserProfile", _tagging(tags))
    yield asks(
        "sagemaker:DeleteSpace",
        {"sagemaker:SpaceSharingType": "Shared"},
        f"{_STUDIO}:space/{TARGETS[0].domain_id}/everybodys",
    )
    yield asks("sagemaker:DeleteDomain", None, f"{_STUDIO}:domain/{TARGETS[0].domain_id}")
    yield asks("sagemaker:CreatePresignedDomainUrl", _OURS)
    for passed in (
        f"arn:aws:iam::{_SPOKE}:role/Admin",
        role,
        f"arn:aws:iam::{TARGETS[1].account}:role/studio-hub/DataScientist",
    ):
        yield asks("iam:PassRole", {"iam:PassedToService": "sagemaker.amazonaws.com"}, passed)
    ours = f"arn:aws:iam::{_SPOKE}:role/studio-hub/DataScientist"
    yield asks("iam:PassRole", {"iam:PassedToService": "lambda.amazonaws.com"}, ours)
    yield asks("iam:PutRolePolicy", None, role)


def _tagging(tags: Mapping[str, str]) -> Context:
    keys: Context = {"aws:TagKeys": sorted(tags)} if tags else {}
    return {**{f"aws:RequestTag/{key}": value for key, value in tags.items()}, **keys}


def _entering_spokes() -> Iterator[IamRequest]:
    converge, look, intake, mappings = _hub_roles()
    access, right = access_role_arn(_SPOKE, REGION), external_id(HUB, _SPOKE)
    for role in (converge, look):
        yield assume(role, access, None)
        yield assume(role, access, external_id(HUB, TARGETS[1].account))
        yield assume(role, f"arn:aws:iam::{_SPOKE}:role/Admin", right)
        stranger = assume(role, access_role_arn(STRANGER, REGION), external_id(HUB, STRANGER))
        # The access role of a spoke of somebody else's, which trusts everybody.
        yield replace(stranger, context={**stranger.context, "aws:ResourceOrgID": "o-other00000"})
        # And the hub that came into another organization.
        moved = assume(role, access, right)
        yield replace(moved, context={**moved.context, "aws:PrincipalOrgID": "o-other00000"})
    for role in (intake, mappings):
        yield assume(role, access, right)


def _in_the_hub(cloud: Cloud) -> Iterator[IamRequest]:
    converge, look, intake, mappings = _hub_roles()
    tables = f"arn:aws:dynamodb:{REGION}:{HUB}:table"
    rows, ledger = f"{tables}/{cloud.hub['MappingsTable']}", f"{tables}/{cloud.hub['LedgerTable']}"

    def items(role: str, action: str, *keys: str) -> IamRequest:
        return IamRequest(role, f"dynamodb:{action}", ledger, {"dynamodb:LeadingKeys": [*keys]})

    for role in (converge, look, intake, mappings):
        yield IamRequest(role, "dynamodb:Scan", f"{tables}/somebody-elses")
        yield IamRequest(role, "dynamodb:PutItem", rows, {"dynamodb:LeadingKeys": ["ml-leads"]})
        yield IamRequest(role, "dynamodb:DeleteItem", rows, {"dynamodb:LeadingKeys": ["ml-leads"]})
        yield IamRequest(role, "dynamodb:DeleteTable", ledger)
        # No function can end a pause, or forget a person.
        yield items(role, "DeleteItem", "hub")
        yield items(role, "DeleteItem", "user#somebody")
        yield IamRequest(
            role,
            "identitystore:DeleteUser",
            f"arn:aws:identitystore::{HUB}:identitystore/{STORE}",
        )
        yield IamRequest(
            role,
            "identitystore:GetGroupId",
            f"arn:aws:identitystore::{HUB}:identitystore/d-0000000000",
        )
    yield items(converge, "PutItem", "target#somewhere")
    yield items(converge, "PutItem", "user#somebody", "target#somewhere")
    yield items(intake, "PutItem", "user#somebody")
    yield items(mappings, "Query", "user#somebody")
    yield IamRequest(mappings, "dynamodb:Scan", ledger)
    yield IamRequest(intake, "dynamodb:Scan", ledger)
    queue = cloud.hub["UsersQueueUrl"].rsplit("/", 1)[-1]
    for role in (converge, mappings):
        yield IamRequest(role, "sqs:SendMessage", f"arn:aws:sqs:{REGION}:{HUB}:{queue}")


def _hub_roles() -> tuple[str, str, str, str]:
    """Return the roles of converge, look, intake and mappings."""
    converge, look, intake, mappings = (
        system_role_arn(HUB, REGION, f"StudioHub-{name}-{REGION}")
        for name in ("Converge", "Look", "Intake", "Mappings")
    )
    return converge, look, intake, mappings
