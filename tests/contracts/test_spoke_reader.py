"""The adapter that reads a Studio account's roles and quota for the checks."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from botocore.stub import Stubber
from spokes import LAB

from hub.runtime.adapters.spoke_reader import AwsSpokeReader
from hub.runtime.decisions.checks import IamRole
from shared.errors import RefusedError, RetryableError

if TYPE_CHECKING:
    import boto3

Stub = Callable[[Any], Stubber]
ARN = "arn:aws:iam::222222222222:role/studio-hub/Lead"
TRUST = {"Version": "2012-10-17", "Statement": []}
PASSED = {"RoleName": "StudioHubSpoke-eu-west-1", "PolicyName": "AdditionalRoles"}


@pytest.fixture
def iam(session: "boto3.Session", stub: Stub) -> Stubber:
    return stub(session.client("iam"))


@pytest.fixture
def quotas(session: "boto3.Session", stub: Stub) -> Stubber:
    return stub(session.client("service-quotas"))


@pytest.fixture
def reader(iam: Stubber, quotas: Stubber) -> AwsSpokeReader:
    clients = {"iam": iam.client, "service-quotas": quotas.client}
    return AwsSpokeReader(lambda service, target: clients[service] if target == LAB else None)


def role(**more: object) -> dict[str, Any]:
    return {
        "Role": {
            "Path": "/studio-hub/",
            "RoleName": "Lead",
            "RoleId": "AROAEXAMPLE123456789",
            "Arn": ARN,
            "CreateDate": "2026-01-05T09:00:00Z",
            "AssumeRolePolicyDocument": quote(json.dumps(TRUST)),
            **more,
        }
    }


def test_a_role_shows_its_trust_and_its_tags(reader: AwsSpokeReader, iam: Stubber) -> None:
    """A role without tags has none."""
    tags = [{"Key": "studio-hub:version", "Value": "1"}]
    for more in ({"Tags": tags}, {}):
        iam.add_response("get_role", role(**more), {"RoleName": "Lead"})

    tagged, plain = reader.role(LAB, "Lead"), reader.role(LAB, "Lead")

    assert tagged is not None
    assert (tagged.arn, tagged.tags) == (ARN, {"studio-hub:version": "1"})
    assert plain is not None
    assert plain == IamRole(ARN, tagged.trust, {})


def test_only_no_such_entity_means_that_there_is_no_role(
    reader: AwsSpokeReader, iam: Stubber
) -> None:
    """A refused or throttled read says nothing about the role."""
    for code in ("NoSuchEntity", "AccessDenied", "Throttling"):
        iam.add_client_error("get_role", code)

    assert reader.role(LAB, "Lead") is None
    with pytest.raises(RefusedError):
        reader.role(LAB, "Lead")
    with pytest.raises(RetryableError):
        reader.role(LAB, "Lead")


@pytest.mark.parametrize("resource", [ARN, [ARN]])
def test_the_additional_roles_stand_in_the_access_roles_policy(
    reader: AwsSpokeReader, iam: Stubber, resource: object
) -> None:
    """IAM keeps one resource as a text; a stack without the parameter has no such policy."""
    document = quote(json.dumps({"Statement": [{"Resource": resource}]}))
    iam.add_response("get_role_policy", {**PASSED, "PolicyDocument": document}, PASSED)
    iam.add_client_error("get_role_policy", "NoSuchEntity")

    assert reader.additional_roles(LAB) == {ARN}
    assert reader.additional_roles(LAB) == frozenset()


def test_a_role_has_policies_of_its_own_or_attached(reader: AwsSpokeReader, iam: Stubber) -> None:
    """A role with neither permits nothing."""
    attached = {"AttachedPolicies": [{"PolicyName": "p", "PolicyArn": f"{ARN}/p12345678"}]}
    for own, other in (
        ({"PolicyNames": []}, {"AttachedPolicies": []}),
        ({"PolicyNames": ["p"]}, {"AttachedPolicies": []}),
        ({"PolicyNames": []}, attached),
    ):
        iam.add_response("list_role_policies", own, {"RoleName": "Default"})
        iam.add_response("list_attached_role_policies", other, {"RoleName": "Default"})

    assert [reader.has_policies(LAB, "Default") for _ in range(3)] == [False, True, True]


def test_the_quota_is_of_user_profiles(reader: AwsSpokeReader, quotas: Stubber) -> None:
    """By its code in Service Quotas."""
    asked = {"ServiceCode": "sagemaker", "QuotaCode": "L-AC46C40F"}
    quotas.add_response("get_service_quota", {"Quota": {"Value": 60.0}}, asked)

    assert reader.profile_quota(LAB) == 60
