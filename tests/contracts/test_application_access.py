"""The adapter of assignments: who may open a domain's application in Identity Center."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.stub import ANY, Stubber

from hub.runtime.adapters.identity_center import SsoAdmin
from hub.runtime.adapters.sessions import AssumedRoles
from hub.runtime.decisions.listing import Page
from hub.runtime.functions.access import application_access, assumed_roles
from hub.runtime.settings import ReconcileSettings, ScanSettings
from shared.conventions import SystemRole
from shared.errors import (
    NotYetPropagatedError,
    RefusedError,
    RetryableError,
    TargetUnreachableError,
)
from shared.model import UserId

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_sso_admin import SSOAdminClient
    from mypy_boto3_sts import STSClient

Stub = Callable[[Any], Stubber]
HUB, IDENTITY, REGION = "111111111111", "999999999999", "eu-central-1"
RECONCILE = f"StudioHub-Reconcile-{REGION}"
APPLICATION = f"arn:aws:sso::{IDENTITY}:application/ssoins-1234567890abcdef/apl-1234567890abcdef"
ADA = UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21")
ASKED = {"ApplicationArn": APPLICATION, "PrincipalId": ADA, "PrincipalType": "USER"}


@pytest.fixture
def stubbed(sso_admin: "SSOAdminClient", stub: Stub) -> Stubber:
    return stub(sso_admin)


@pytest.fixture
def access(sso_admin: "SSOAdminClient") -> SsoAdmin:
    return SsoAdmin(lambda: sso_admin)


WRITES: dict[str, Callable[[SsoAdmin], None]] = {
    "create_application_assignment": lambda access: access.assign(APPLICATION, ADA),
    "delete_application_assignment": lambda access: access.revoke(APPLICATION, ADA),
}


@pytest.mark.parametrize("operation", WRITES)
def test_an_assignment_is_made_for_the_user(
    access: SsoAdmin, stubbed: Stubber, operation: str
) -> None:
    """Never through a group: its members could sign in before they have a profile."""
    stubbed.add_response(operation, {}, ASKED)

    WRITES[operation](access)


@pytest.mark.parametrize(
    ("operation", "code", "error"),
    [
        # Deleted already: that is the requested state.
        ("delete_application_assignment", "ResourceNotFoundException", None),
        ("create_application_assignment", "ResourceNotFoundException", RefusedError),
        # An earlier change is under way: the present state and the outcome are unknown.
        *((operation, "ConflictException", NotYetPropagatedError) for operation in WRITES),
        *((operation, "AccessDeniedException", RefusedError) for operation in WRITES),
        *((operation, "ThrottlingException", RetryableError) for operation in WRITES),
    ],
)
def test_a_state_that_is_reached_already_is_no_error(
    access: SsoAdmin,
    stubbed: Stubber,
    operation: str,
    code: str,
    error: type[Exception] | None,
) -> None:
    """Rule 7; every other error is raised to the caller."""
    stubbed.add_client_error(operation, code, expected_params=ASKED)

    if error is None:
        WRITES[operation](access)
    else:
        with pytest.raises(error, match=code):
            WRITES[operation](access)


@pytest.mark.parametrize("required", [True, False])
def test_whether_an_application_requires_an_assignment_is_read(
    access: SsoAdmin, stubbed: Stubber, *, required: bool
) -> None:
    """Where it does not, every user of the directory may open it."""
    stubbed.add_response(
        "get_application_assignment_configuration",
        {"AssignmentRequired": required},
        {"ApplicationArn": APPLICATION},
    )

    assert access.requires_assignment(APPLICATION) is required


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("", True),
        ("ResourceNotFoundException", False),
        ("AccessDeniedException", RefusedError),
        ("ThrottlingException", RetryableError),
    ],
)
def test_whether_a_user_is_assigned_is_read_back_for_that_user(
    access: SsoAdmin, stubbed: Stubber, code: str, found: object
) -> None:
    """As a user: a group's assignment is not theirs. Without an answer the state is unknown."""
    operation = "describe_application_assignment"
    if code:
        stubbed.add_client_error(operation, code, expected_params=ASKED)
    else:
        stubbed.add_response(operation, ASKED, ASKED)

    if not isinstance(found, type):
        assert access.is_assigned(APPLICATION, ADA) is found
    else:
        with pytest.raises(found, match=code):
            access.is_assigned(APPLICATION, ADA)


def test_assignments_are_listed_page_by_page(access: SsoAdmin, stubbed: Stubber) -> None:
    """Users and groups: assignments of groups are reported as a problem."""
    asked = {"ApplicationArn": APPLICATION, "MaxResults": 100}
    of = {"ApplicationArn": APPLICATION}
    person = of | {"PrincipalType": "USER", "PrincipalId": ADA}
    group = of | {"PrincipalType": "GROUP", "PrincipalId": "g-1"}
    stubbed.add_response(
        "list_application_assignments",
        {"ApplicationAssignments": [person], "NextToken": "2"},
        asked,
    )
    stubbed.add_response(
        "list_application_assignments",
        {"ApplicationAssignments": [group]},
        asked | {"NextToken": "2"},
    )

    first = access.assignments(APPLICATION, "")
    assert first == Page((("USER", ADA),), "2")
    assert access.assignments(APPLICATION, first.token) == Page((("GROUP", "g-1"),))


class Clients:
    """A boto3 session that only records which clients were requested."""

    def __init__(self, **known: object) -> None:
        self.known = known
        self.asked: list[str] = []
        self.made: list[dict[str, str]] = []

    def client(self, service: str, **given: Any) -> object:  # noqa: ANN401 (as boto3 has it)
        """Return a known client, or a new object each time."""
        self.asked.append(service)
        if service in self.known:
            return self.known[service]
        given.pop("config")
        self.made.append(given | {"service": service})
        return object()


def settings_of(
    kind: type[ReconcileSettings | ScanSettings], identity_account: str
) -> ReconcileSettings | ScanSettings:
    given = {"region": REGION, "account": HUB, "identity_account": identity_account}
    return kind(**dict.fromkeys(kind._fields, "") | given)


def granted(key: str, *, minutes: float = 15) -> dict[str, Any]:
    return {
        "Credentials": {
            "AccessKeyId": f"ASIAEXAMPLE{key:0>9}",
            "SecretAccessKey": f"secret-{key}",
            "SessionToken": f"token-{key}",
            "Expiration": datetime.now(UTC) + timedelta(minutes=minutes),
        }
    }


def assumed(clients: Clients, sts: "STSClient") -> Callable[[], object]:
    session = cast("boto3.Session", clients)
    roles = AssumedRoles(session, sts, hub_account=HUB, role_name=RECONCILE)
    return lambda: roles.client("sso-admin", SystemRole.ASSIGNER, IDENTITY, REGION)


def test_in_the_hubs_own_account_nothing_is_assumed(
    sso_admin: "SSOAdminClient", sts: "STSClient", stub: Stub
) -> None:
    """Identity Center may be in the hub's account; one client serves all."""
    clients = Clients(**{"sso-admin": sso_admin, "sts": sts})
    session, given = cast("boto3.Session", clients), settings_of(ReconcileSettings, HUB)
    access = application_access(session, assumed_roles(session, given), given)
    stub(sts)
    stubbed = stub(sso_admin)
    for _ in range(2):
        stubbed.add_response("create_application_assignment", {}, ASKED)

    access.assign(APPLICATION, ADA)
    access.assign(APPLICATION, ADA)

    assert clients.asked == ["sts", "sso-admin"]


def test_in_another_account_the_assignment_role_is_assumed_with_its_external_id(
    sts: "STSClient", stub: Stub
) -> None:
    """Role and ExternalId follow from the accounts alone; no client is made early."""
    clients = Clients()
    current = assumed(clients, sts)
    assert clients.made == []
    stub(sts).add_response(
        "assume_role",
        granted("1"),
        {
            "RoleArn": f"arn:aws:iam::{IDENTITY}:role/studio-hub-system/StudioHubAssigner-{REGION}",
            "RoleSessionName": RECONCILE,
            "ExternalId": f"studio-hub/{HUB}/{IDENTITY}",
            "DurationSeconds": 900,
            "SourceIdentity": f"{RECONCILE}@{HUB}",
        },
    )

    current()

    assert clients.made == [
        {
            "service": "sso-admin",
            "region_name": REGION,
            "aws_access_key_id": "ASIAEXAMPLE000000001",
            "aws_secret_access_key": "secret-1",
            "aws_session_token": "token-1",
        }
    ]


@pytest.mark.parametrize(
    ("settings", "function", "role"),
    [
        (ReconcileSettings, "Reconcile", "StudioHubAssigner"),
        (ScanSettings, "Scan", "StudioHubAssignmentReader"),
    ],
)
def test_each_function_assumes_its_own_role(
    sts: "STSClient",
    stub: Stub,
    settings: type[ReconcileSettings | ScanSettings],
    function: str,
    role: str,
) -> None:
    """The scan function's role there can assign nobody; each session names its function."""
    given = settings_of(settings, IDENTITY)
    session = cast("boto3.Session", Clients(sts=sts))
    access = application_access(session, assumed_roles(session, given), given)
    stubbed = stub(sts)
    name = f"StudioHub-{function}-{REGION}"
    asked = {
        "RoleArn": f"arn:aws:iam::{IDENTITY}:role/studio-hub-system/{role}-{REGION}",
        "RoleSessionName": name,
        "ExternalId": ANY,
        "DurationSeconds": ANY,
        "SourceIdentity": f"{name}@{HUB}",
    }
    stubbed.add_response("assume_role", granted("1"), asked)

    with pytest.raises(AttributeError):
        # Any first call requests the session; the answer here is no client.
        access.assign(APPLICATION, ADA)

    stubbed.assert_no_pending_responses()


@pytest.mark.parametrize(("minutes", "again"), [(15, False), (3.5, False), (2.5, True), (-1, True)])
def test_a_session_serves_until_shortly_before_it_ends(
    sts: "STSClient", stub: Stub, minutes: float, *, again: bool
) -> None:
    """No session expires in the middle of a plan."""
    stubbed = stub(sts)
    stubbed.add_response("assume_role", granted("1", minutes=minutes))
    if again:
        stubbed.add_response("assume_role", granted("2"))
    current = assumed(Clients(), sts)

    assert (current() is not current()) is again


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDenied", TargetUnreachableError),
        *(
            (code, RetryableError)
            for code in ("Throttling", "SignatureDoesNotMatch", "RequestExpired", "ExpiredToken")
        ),
        ("InvalidClientTokenId", RetryableError),
        ("IDPCommunicationError", RetryableError),
    ],
)
def test_an_account_that_denies_the_hub_raises_an_error(
    sts: "STSClient", stub: Stub, code: str, error: type[Exception]
) -> None:
    """The next call asks again."""
    stubbed = stub(sts)
    stubbed.add_client_error("assume_role", code)
    if error is TargetUnreachableError:
        # The SourceIdentity may be the cause of the denial.
        stubbed.add_client_error("assume_role", code)
    stubbed.add_response("assume_role", granted("1"))
    current = assumed(Clients(), sts)

    with pytest.raises(error):
        current()
    assert current() is not None
