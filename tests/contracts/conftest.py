"""One real client of each service for the whole session, with a new stub for each test."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber
from moto import mock_aws
from spokes import HUB, one_spoke

from hub.runtime.adapters.studio import SageMakerStudio
from simulator.partitions import partitioned
from simulator.setup import make_tables
from simulator.shortcuts import quick_moto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sso_admin import SSOAdminClient
    from mypy_boto3_sts import STSClient

Stub = Callable[[BaseClient], Stubber]


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name="eu-west-1")


@pytest.fixture(scope="session")
def identitystore(session: boto3.Session) -> "IdentityStoreClient":
    return session.client("identitystore")


@pytest.fixture(scope="session")
def dynamodb(session: boto3.Session) -> "DynamoDBClient":
    return session.client("dynamodb")


@pytest.fixture(scope="session")
def sagemaker(session: boto3.Session) -> "SageMakerClient":
    return session.client("sagemaker")


@pytest.fixture(scope="session")
def sts(session: boto3.Session) -> "STSClient":
    return session.client("sts")


@pytest.fixture(scope="session")
def sso_admin(session: boto3.Session) -> "SSOAdminClient":
    return session.client("sso-admin")


@pytest.fixture(scope="session")
def events(session: boto3.Session) -> "EventBridgeClient":
    return session.client("events")


@pytest.fixture(scope="session")
def sqs(session: boto3.Session) -> "SQSClient":
    return session.client("sqs")


@pytest.fixture
def stub() -> Iterator[Stub]:
    """Stub a client: every answer must be requested, in order, with the expected parameters."""
    stubbers: list[Stubber] = []

    def start(client: Any) -> Stubber:  # noqa: ANN401 (the stubs' clients share no base)
        stubber = Stubber(client)
        stubber.activate()
        stubbers.append(stubber)
        return stubber

    yield start
    for stubber in stubbers:
        stubber.deactivate()
        stubber.assert_no_pending_responses()


@pytest.fixture
def studio(sagemaker: "SageMakerClient") -> SageMakerStudio:
    return SageMakerStudio(one_spoke(sagemaker), HUB)


@pytest.fixture
def stubbed(sagemaker: "SageMakerClient", stub: Stub) -> Stubber:
    return stub(sagemaker)


@pytest.fixture
def ledger_table(session: boto3.Session) -> Iterator["DynamoDBClient"]:
    """Return a client of an embedded DynamoDB with an empty ledger table of the hub."""
    with quick_moto(), mock_aws(), partitioned():
        client = session.client("dynamodb")
        make_tables(client)
        yield client
