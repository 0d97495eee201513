"""The adapter that assumes roles in spoke accounts: one session per account and Region."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.stub import Stubber

from hub.runtime.adapters.sessions import AssumedRoles
from shared.conventions import SystemRole
from shared.errors import RetryableError, TargetUnreachableError
from shared.model import AccountId, Target

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_sts import STSClient

Stub = Callable[[Any], Stubber]
HUB, RECONCILE = "111111111111", "StudioHub-Reconcile-eu-central-1"
LAB = Target.parse("222222222222/eu-west-1/d-research0001")


class Clients:
    """A boto3 session that only records which clients were requested."""

    def __init__(self) -> None:
        self.made: list[dict[str, str]] = []

    def client(self, service: str, **given: Any) -> object:  # noqa: ANN401 (as boto3 has it)
        """Return a new object each time."""
        config = given.pop("config")
        assert config.retries["total_max_attempts"] == 3
        self.made.append(given | {"service": service})
        return object()


@pytest.fixture
def clients() -> Clients:
    return Clients()


class Spokes:
    """The spokes of a hub, whose access roles are assumed; at most three sessions are kept."""

    def __init__(self, sts: "STSClient", clients: Clients) -> None:
        self._roles = AssumedRoles(
            cast("boto3.Session", clients), sts, hub_account=HUB, role_name=RECONCILE, at_most=3
        )

    def sagemaker(self, target: Target) -> object:
        """Return a client for the target's account and Region."""
        return self._roles.client("sagemaker", SystemRole.ACCESS, target.account, target.region)


@pytest.fixture
def sessions(sts: "STSClient", clients: Clients) -> Spokes:
    return Spokes(sts, clients)


def granted(key: str, *, minutes: float = 15) -> dict[str, Any]:
    expires = datetime.now(UTC) + timedelta(minutes=minutes)
    return {
        "Credentials": {
            "AccessKeyId": f"ASIAEXAMPLE{key:0>9}",
            "SecretAccessKey": f"secret-{key}",
            "SessionToken": f"token-{key}",
            "Expiration": expires,
        }
    }


def asked(target: Target) -> dict[str, Any]:
    return {
        "RoleArn": f"arn:aws:iam::{target.account}:role/studio-hub-system/"
        f"StudioHubSpoke-{target.region}",
        "RoleSessionName": RECONCILE,
        "ExternalId": f"studio-hub/{HUB}/{target.account}",
        "DurationSeconds": 900,
        "SourceIdentity": f"{RECONCILE}@{HUB}",
    }


def test_the_access_role_is_assumed_with_its_external_id(
    sts: "STSClient", stub: Stub, sessions: Spokes, clients: Clients
) -> None:
    """Role, ExternalId and Region follow from the target alone (rule 12)."""
    stub(sts).add_response("assume_role", granted("1"), asked(LAB))

    sessions.sagemaker(LAB)

    assert clients.made == [
        {
            "service": "sagemaker",
            "region_name": "eu-west-1",
            "aws_access_key_id": "ASIAEXAMPLE000000001",
            "aws_secret_access_key": "secret-1",
            "aws_session_token": "token-1",
        }
    ]


def test_one_session_serves_every_domain_of_an_account_and_region(
    sts: "STSClient", stub: Stub, sessions: Spokes
) -> None:
    """A second domain costs no AssumeRole; another account or Region has its own session."""
    places = ("222222222222", "eu-west-1"), ("222222222222", "us-east-1"), ("3" * 12, "eu-west-1")
    stubbed = stub(sts)
    targets = [
        Target.parse(f"{account}/{region}/d-{n}") for account, region in places for n in "12"
    ]
    for number, target in enumerate(targets[::2]):
        stubbed.add_response("assume_role", granted(str(number)), asked(target))

    clients = [sessions.sagemaker(target) for target in (*targets, *targets)]

    assert len(set(map(id, clients))) == 3
    assert clients[0] is clients[1] is clients[6]


def test_the_session_that_was_not_used_for_the_longest_time_is_dropped(
    sts: "STSClient", stub: Stub, sessions: Spokes
) -> None:
    """A client takes almost a megabyte: only three are kept here, and the busy ones stay."""
    one, two, three, four = (
        LAB._replace(account=AccountId(f"{number:012d}")) for number in range(4)
    )
    stubbed = stub(sts)
    for target in (one, two, three, four, two):
        stubbed.add_response("assume_role", granted("1"), asked(target))
    first, *_ = [sessions.sagemaker(target) for target in (one, two, three)]
    sessions.sagemaker(one)

    sessions.sagemaker(four)

    assert sessions.sagemaker(one) is first
    sessions.sagemaker(two)
    stubbed.assert_no_pending_responses()


@pytest.mark.parametrize(("minutes", "again"), [(15, False), (3.5, False), (2.5, True), (-1, True)])
def test_a_session_is_renewed_shortly_before_it_ends(
    sts: "STSClient", stub: Stub, sessions: Spokes, minutes: float, *, again: bool
) -> None:
    """No session expires in the middle of a plan: it is replaced three minutes before its end."""
    stubbed = stub(sts)
    stubbed.add_response("assume_role", granted("1", minutes=minutes))
    if again:
        stubbed.add_response("assume_role", granted("2"))

    first, second = sessions.sagemaker(LAB), sessions.sagemaker(LAB)

    assert (first is not second) is again


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "RegionDisabledException"])
def test_a_spoke_that_denies_the_hub_is_unreachable(
    sts: "STSClient", stub: Stub, sessions: Spokes, code: str
) -> None:
    """Everything in the target waits; the message names the role. The next reconcile asks again."""
    stubbed = stub(sts)
    stubbed.add_client_error("assume_role", code, "not authorized")
    if code == "AccessDenied":
        # The SourceIdentity may be the cause of the denial.
        stubbed.add_client_error("assume_role", code, "not authorized")
    stubbed.add_response("assume_role", granted("1"), asked(LAB))

    with pytest.raises(TargetUnreachableError, match="role/studio-hub-system/StudioHubSpoke"):
        sessions.sagemaker(LAB)
    client = sessions.sagemaker(LAB)

    assert client is not None


def test_a_role_that_takes_no_source_identity_is_assumed_without_it(
    sts: "STSClient", stub: Stub, sessions: Spokes
) -> None:
    """A stack of an older version still admits the hub, and is not asked in vain again."""
    plain = {name: value for name, value in asked(LAB).items() if name != "SourceIdentity"}
    stubbed = stub(sts)
    stubbed.add_client_error("assume_role", "AccessDenied", expected_params=asked(LAB))
    stubbed.add_response("assume_role", granted("1", minutes=0), plain)
    stubbed.add_response("assume_role", granted("2"), plain)
    other = LAB._replace(account=AccountId("333333333333"))
    stubbed.add_response("assume_role", granted("3"), asked(other))

    for target in (LAB, LAB, other):
        sessions.sagemaker(target)

    stubbed.assert_no_pending_responses()


def test_a_trust_that_now_accepts_a_source_identity_is_used(
    sts: "STSClient", stub: Stub, sessions: Spokes
) -> None:
    """A role that denied the hub altogether is not remembered as one without SourceIdentity."""
    stubbed = stub(sts)
    stubbed.add_client_error("assume_role", "AccessDenied")
    stubbed.add_client_error("assume_role", "AccessDenied")
    stubbed.add_response("assume_role", granted("1"), asked(LAB))

    with pytest.raises(TargetUnreachableError):
        sessions.sagemaker(LAB)
    sessions.sagemaker(LAB)

    stubbed.assert_no_pending_responses()


def test_an_sts_that_does_not_answer_makes_no_target_unreachable(
    sts: "STSClient", stub: Stub, sessions: Spokes
) -> None:
    """Throttling is transient."""
    stub(sts).add_client_error("assume_role", "Throttling")

    with pytest.raises(RetryableError):
        sessions.sagemaker(LAB)
