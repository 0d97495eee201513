"""Requests that no role of the product may ever be allowed; add further ones here."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from e2e.accounts import HUB, INSTANCE, MANAGEMENT, REGION, STORE, STRANGER, TARGETS
from e2e.cloud import Cloud
from e2e.iam_requests import Context, IamRequest
from e2e.recorded import assume, name_itself, put_events

from shared.conventions import (
    MANAGED_BY,
    SYSTEM_PATH,
    USER_ID,
    SystemRole,
    external_id,
    iam_role_arn,
    source_identity,
)

_SPOKE = TARGETS[0].account
_STUDIO = f"arn:aws:sagemaker:{REGION}:{_SPOKE}"
_PROFILE = f"{_STUDIO}:user-profile/{TARGETS[0].domain_id}/ada"
_SPACE = f"{_STUDIO}:space/{TARGETS[0].domain_id}/everybodys"
_APP = f"{_STUDIO}:app/{TARGETS[0].domain_id}/everybodys/jupyterlab/default"
_SHARED = {"sagemaker:SpaceSharingType": "Shared"}
_OURS = {f"aws:ResourceTag/{MANAGED_BY}": HUB, f"aws:ResourceTag/{USER_ID}": "somebody"}
# Every setting of a profile that a policy can check, besides its role.
_SETTINGS: tuple[Context, ...] = (
    {"sagemaker:VpcSecurityGroupIds": ["sg-0123456789abcdef0"]},
    {
        "sagemaker:StudioLifecycleConfigArns": [
            f"{_STUDIO}:studio-lifecycle-config/install-something"
        ]
    },
    {"sagemaker:ImageArns": [f"{_STUDIO}:image/somebodys"]},
    {"sagemaker:ImageVersionArns": [f"{_STUDIO}:image-version/somebodys/1"]},
    {"sagemaker:InstanceTypes": ["ml.p5.48xlarge"]},
    {"sagemaker:DomainSharingOutputKmsKeyArn": f"arn:aws:kms:{REGION}:{STRANGER}:key/somebodys"},
)


def impossible(cloud: Cloud) -> tuple[IamRequest, ...]:
    """Return requests that the deployed policies must all refuse."""
    return (
        *_in_a_spoke(),
        *_reading_a_spoke(),
        *_entering_spokes(),
        *_assigning(cloud),
        *_speaking(),
        *_in_the_hub(cloud),
    )


def denied_for_good() -> Iterator[IamRequest]:
    """Yield requests that are denied explicitly, not only granted by nothing.

    They stay impossible even if somebody attaches another policy to the role, or a resource's own
    policy grants them.
    """
    role = SystemRole.ACCESS.arn(_SPOKE, REGION)
    # Tagging outside of creation could make an existing profile managed.
    tag = _tagging({MANAGED_BY: HUB})
    yield IamRequest(role, "sagemaker:AddTags", _PROFILE, tag)
    app = {**tag, "sagemaker:TaggingAction": "CreateApp"}
    yield IamRequest(role, "sagemaker:AddTags", _PROFILE, app)
    yield IamRequest(role, "sagemaker:DeleteTags", _PROFILE, {"aws:TagKeys": [MANAGED_BY]})
    # Spaces and apps that others use stay, whatever is attached to the role.
    yield IamRequest(role, "sagemaker:DeleteSpace", _SPACE, _SHARED)
    yield IamRequest(role, "sagemaker:DeleteSpace", _SPACE)
    yield IamRequest(role, "sagemaker:DeleteApp", _APP, _SHARED)
    # A managed profile gets the role and no other setting: no network, code or image.
    for setting in _SETTINGS:
        ours = {**_tagging({MANAGED_BY: HUB, USER_ID: "somebody"}), **setting}
        yield IamRequest(role, "sagemaker:CreateUserProfile", _PROFILE, ours)
        yield IamRequest(role, "sagemaker:UpdateUserProfile", _PROFILE, {**_OURS, **setting})
    # The role of suspended users permits nothing at all.
    suspended = SystemRole.SUSPENDED.arn(_SPOKE, REGION)
    yield IamRequest(suspended, "s3:GetObject", "arn:aws:s3:::studio-data/file")


def _in_a_spoke() -> Iterator[IamRequest]:
    role = SystemRole.ACCESS.arn(_SPOKE, REGION)

    def asks(action: str, context: Context | None = None, resource: str = _PROFILE) -> IamRequest:
        return IamRequest(role, action, resource, context or {})

    for action in ("sagemaker:DeleteUserProfile", "sagemaker:UpdateUserProfile"):
        yield asks(action)
        yield asks(action, {f"aws:ResourceTag/{MANAGED_BY}": STRANGER})
    for tags in (
        {},
        {MANAGED_BY: HUB},
        {USER_ID: "somebody"},
        {MANAGED_BY: STRANGER, USER_ID: "somebody"},
        {MANAGED_BY: HUB, USER_ID: "somebody", "cost-centre": "1"},
    ):
        yield asks("sagemaker:CreateUserProfile", _tagging(tags))
    yield asks("sagemaker:DeleteSpace", _SHARED, _SPACE)
    yield asks("sagemaker:DeleteApp", _SHARED, _APP)
    yield asks("sagemaker:CreateSpace", None, _SPACE)
    yield asks("sagemaker:CreateApp", None, _APP)
    # Tags must not make an existing profile managed.
    yield asks("sagemaker:AddTags", _tagging({MANAGED_BY: HUB, USER_ID: "somebody"}))
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


def _reading_a_spoke() -> Iterator[IamRequest]:
    """Yield what the access role may do in a spoke, but the reader role may not."""
    reader = SystemRole.READER.arn(_SPOKE, REGION)
    tags = _tagging({MANAGED_BY: HUB, USER_ID: "somebody"})
    private = {"sagemaker:SpaceSharingType": "Private"}
    for action, resource, context in (
        ("CreateUserProfile", _PROFILE, tags),
        ("AddTags", _PROFILE, {**tags, "sagemaker:TaggingAction": "CreateUserProfile"}),
        ("UpdateUserProfile", _PROFILE, _OURS),
        ("DeleteUserProfile", _PROFILE, _OURS),
        ("DeleteSpace", _SPACE, private),
        ("DeleteApp", _APP, private),
        ("ListApps", "*", {}),
    ):
        yield IamRequest(reader, f"sagemaker:{action}", resource, context)
    passed = f"arn:aws:iam::{_SPOKE}:role/studio-hub/DataScientist"
    yield IamRequest(
        reader, "iam:PassRole", passed, {"iam:PassedToService": "sagemaker.amazonaws.com"}
    )


def _tagging(tags: Mapping[str, str]) -> Context:
    keys: Context = {"aws:TagKeys": sorted(tags)} if tags else {}
    return {**{f"aws:RequestTag/{key}": value for key, value in tags.items()}, **keys}


def _entering_spokes() -> Iterator[IamRequest]:
    reconcile, look, intake, mappings = _hub_roles()
    right = external_id(HUB, _SPOKE)
    entered = ((reconcile, SystemRole.ACCESS.arn), (look, SystemRole.READER.arn))
    for role, arn_in in entered:
        arn = arn_in(_SPOKE, REGION)
        yield assume(role, arn, None)
        yield assume(role, arn, external_id(HUB, TARGETS[1].account))
        yield assume(role, f"arn:aws:iam::{_SPOKE}:role/Admin", right)
        stranger = assume(role, arn_in(STRANGER, REGION), external_id(HUB, STRANGER))
        # The role of another organization's spoke, which trusts everybody.
        yield replace(stranger, context={**stranger.context, "aws:ResourceOrgID": "o-other00000"})
        # The hub after it moved into another organization.
        moved = assume(role, arn, right)
        yield replace(moved, context={**moved.context, "aws:PrincipalOrgID": "o-other00000"})
        # CloudTrail must not show a function under another identity.
        for other in (source_identity(STRANGER, role.rpartition("/")[2]), "somebody"):
            yield name_itself(role, arn, other)
        for other in (intake, mappings):
            yield assume(other, arn, right)
            yield name_itself(other, arn)
    # The roles that change and the roles that read have different users.
    yield assume(look, SystemRole.ACCESS.arn(_SPOKE, REGION), right)
    yield name_itself(look, SystemRole.ACCESS.arn(_SPOKE, REGION))
    yield assume(reconcile, SystemRole.READER.arn(_SPOKE, REGION), right)


def _assigning(cloud: Cloud) -> Iterator[IamRequest]:
    reconcile, look, intake, mappings = _hub_roles()
    right = external_id(HUB, MANAGEMENT)
    assigner = SystemRole.ASSIGNER.arn(MANAGEMENT, REGION)
    reader = SystemRole.ASSIGNMENT_READER.arn(MANAGEMENT, REGION)
    application = cloud.applications[TARGETS[0]]
    of_studio = {"sso:ApplicationAccount": _SPOKE}

    def asks(action: str, context: Context, resource: str = application) -> IamRequest:
        return IamRequest(assigner, action, resource, context)

    for role in (intake, mappings, SystemRole.ACCESS.arn(_SPOKE, REGION)):
        yield assume(role, assigner, right)
        yield assume(role, reader, right)
    for role, arn_in in (
        (reconcile, SystemRole.ASSIGNER.arn),
        (look, SystemRole.ASSIGNMENT_READER.arn),
    ):
        arn = arn_in(MANAGEMENT, REGION)
        yield assume(role, arn, None)
        yield assume(role, arn, external_id(HUB, _SPOKE))
        yield assume(role, arn_in(HUB, REGION), external_id(HUB, HUB))
        yield assume(role, f"arn:aws:iam::{MANAGEMENT}:role/Admin", right)
        yield name_itself(role, arn, "somebody")
    # The scan cannot become the assigner.
    yield assume(look, assigner, right)
    yield assume(reconcile, reader, right)
    for role in (reconcile, look, intake, mappings):
        # Only the assigner assigns, so the hub's own roles do not.
        yield IamRequest(role, "sso:CreateApplicationAssignment", application, of_studio)
    for action in (
        "sso:CreateApplicationAssignment",
        "sso:DeleteApplicationAssignment",
        "sso:DescribeApplicationAssignment",
    ):
        yield asks(action, {"sso:ApplicationAccount": MANAGEMENT})
        yield asks(action, {**of_studio, "sso:PrimaryRegion": "us-east-1"})
        yield asks(action, of_studio, application.replace(INSTANCE, "ssoins-0000000000000000"))
        # The reader lists; it may do nothing that the assigner may do.
        yield IamRequest(reader, action, application, of_studio)
    # Nothing opens an application to everybody, deletes it, or assigns an account.
    yield asks("sso:PutApplicationAssignmentConfiguration", of_studio)
    yield asks("sso:DeleteApplication", of_studio)
    instance = application.replace(f":{_SPOKE}:application/", "::instance/").rpartition("/")[0]
    yield asks("sso:CreateAccountAssignment", {}, instance)


def _speaking() -> Iterator[IamRequest]:
    reconcile, look, intake, mappings = _hub_roles()
    buses = f"arn:aws:events:{REGION}:{HUB}:event-bus"
    hub_bus, directory = f"{buses}/studio-hub", f"{buses}/studio-hub-directory"
    forwarder = f"StudioHubForwarder-{REGION}"
    # `reconcile` publishes as the hub only, and the other functions do not publish.
    yield put_events(reconcile, hub_bus)
    yield put_events(reconcile, hub_bus, "somebody.else", "studio-hub")
    for role in (look, intake, mappings):
        yield put_events(role, hub_bus, "studio-hub")
    for role in (reconcile, look, intake, mappings):
        yield put_events(role, directory)
    yield put_events(iam_role_arn(MANAGEMENT, REGION, forwarder, SYSTEM_PATH), hub_bus)
    # The bus accepts the forwarders of the event accounts only. It refuses the same name in another
    # account, even of the organization, and another name in an event account.
    for account in (_SPOKE, STRANGER):
        yield put_events(iam_role_arn(account, REGION, forwarder, SYSTEM_PATH), directory)
        yield put_events(f"arn:aws:iam::{account}:role/Admin", directory)
    yield put_events(f"arn:aws:iam::{MANAGEMENT}:role/Admin", directory)
    moved = put_events(iam_role_arn(MANAGEMENT, REGION, forwarder, SYSTEM_PATH), directory)
    yield replace(moved, context={**moved.context, "aws:PrincipalOrgID": "o-other00000"})


def _in_the_hub(cloud: Cloud) -> Iterator[IamRequest]:
    reconcile, look, intake, mappings = _hub_roles()
    tables = f"arn:aws:dynamodb:{REGION}:{HUB}:table"
    rows, ledger = f"{tables}/{cloud.hub['MappingsTable']}", f"{tables}/{cloud.hub['LedgerTable']}"

    def items(role: str, action: str, *keys: str) -> IamRequest:
        return IamRequest(role, f"dynamodb:{action}", ledger, {"dynamodb:LeadingKeys": [*keys]})

    for role in (reconcile, look, intake, mappings):
        yield IamRequest(role, "dynamodb:Scan", f"{tables}/somebody-elses")
        yield IamRequest(role, "dynamodb:PutItem", rows, {"dynamodb:LeadingKeys": ["ml-leads"]})
        yield IamRequest(role, "dynamodb:DeleteItem", rows, {"dynamodb:LeadingKeys": ["ml-leads"]})
        yield IamRequest(role, "dynamodb:DeleteTable", ledger)
        # No function can end a pause, or delete a user's records.
        yield items(role, "DeleteItem", "hub")
        yield items(role, "DeleteItem", "user#somebody")
        yield IamRequest(
            role,
            "identitystore:DeleteUser",
            f"arn:aws:identitystore::{MANAGEMENT}:identitystore/{STORE}",
        )
        yield IamRequest(
            role,
            "identitystore:GetGroupId",
            f"arn:aws:identitystore::{MANAGEMENT}:identitystore/d-0000000000",
        )
    yield items(reconcile, "PutItem", "target#somewhere")
    yield items(reconcile, "PutItem", "user#somebody", "target#somewhere")
    yield items(intake, "PutItem", "user#somebody")
    yield items(mappings, "Query", "user#somebody")
    yield IamRequest(mappings, "dynamodb:Scan", ledger)
    yield IamRequest(intake, "dynamodb:Scan", ledger)
    queue = cloud.hub["ReconcileQueueUrl"].rsplit("/", 1)[-1]
    for role in (reconcile, mappings):
        yield IamRequest(role, "sqs:SendMessage", f"arn:aws:sqs:{REGION}:{HUB}:{queue}")


def _hub_roles() -> tuple[str, str, str, str]:
    """Return the roles of `reconcile`, `scan`, `intake` and `mapping_stream`."""
    reconcile, look, intake, mappings = (
        iam_role_arn(HUB, REGION, f"StudioHub-{name}-{REGION}", SYSTEM_PATH)
        for name in ("Reconcile", "Scan", "Intake", "MappingStream")
    )
    return reconcile, look, intake, mappings
