from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from simulator.moto_backend import EmbeddedServices
from simulator.server import ServedCall, served
from simulator.studio import Place

SPOKE, REGION, DOMAIN = "222222222222", "eu-west-1", "d-research0001"
ROLE = f"arn:aws:iam::{SPOKE}:role/studio-hub/DataScientist"


@pytest.fixture
def heard() -> list[ServedCall]:
    return []


@pytest.fixture
def url(heard: list[ServedCall]) -> Iterator[str]:
    aws = EmbeddedServices.build()
    aws.identity_store.add_user("ada")
    aws.studio.add_domain(Place(SPOKE, REGION, DOMAIN), default_role=ROLE)
    # A key that stands for its account, as root's does in MiniStack.
    with served(aws, account_of=lambda key: key, hear=heard.append) as url:
        yield url


def client(service: Any, url: str, account: str = SPOKE) -> Any:  # noqa: ANN401 -- any client
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=account,
        aws_secret_access_key="unchecked",  # noqa: S106
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_client_of_another_process_is_answered(url: str) -> None:
    """An HTTP call of botocore gets the same answer as one inside the process."""
    sagemaker = client("sagemaker", url)
    sagemaker.create_user_profile(
        DomainId=DOMAIN,
        UserProfileName="ada",
        SingleSignOnUserIdentifier="UserName",
        SingleSignOnUserValue="ada",
        UserSettings={"ExecutionRole": ROLE},
    )

    profiles = sagemaker.list_user_profiles(DomainIdEquals=DOMAIN)["UserProfiles"]
    users = client("identitystore", url).list_users(IdentityStoreId="d-1234567890")["Users"]
    instances = client("sso-admin", url).list_instances()["Instances"]

    assert [profile["UserProfileName"] for profile in profiles] == ["ada"]
    assert [user["UserName"] for user in users] == ["ada"]
    assert len(instances) == 1


def test_the_key_says_which_account_calls(url: str) -> None:
    """A domain is visible to its own account alone."""
    with pytest.raises(ClientError) as refused:
        client("sagemaker", url, "333333333333").describe_domain(DomainId=DOMAIN)

    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


def test_an_error_carries_its_members(url: str) -> None:
    """ResourceType distinguishes a missing user from an unknown store."""
    with pytest.raises(ClientError) as refused:
        client("identitystore", url).describe_user(
            IdentityStoreId="d-1234567890", UserId="00000000-0000-4000-8000-000000000000"
        )

    answer: dict[str, Any] = dict(refused.value.response)
    assert answer["ResourceType"] == "USER"


def test_each_call_is_reported_before_it_is_answered(url: str, heard: list[ServedCall]) -> None:
    """Even a refused call is reported: it was made with the caller's rights."""
    with pytest.raises(ClientError):
        client("sagemaker", url).describe_user_profile(DomainId=DOMAIN, UserProfileName="nobody")

    assert [(call.operation, call.account, call.region) for call in heard] == [
        ("DescribeUserProfile", SPOKE, REGION)
    ]
    assert heard[0].request["UserProfileName"] == "nobody"


def test_an_unknown_operation_is_refused(url: str) -> None:
    """An operation that is not simulated is an error of the caller, and never ignored."""
    with pytest.raises(ClientError) as refused:
        client("sagemaker", url).list_models()

    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"
