"""AssumeRole checks the role, its trust policy and its limits, unlike moto's own."""

import json
from typing import Any

import pytest
from moto import mock_aws
from moto.core import responses
from moto.core.botocore_stubber import BotocoreStubber
from moto.identitystore.responses import IdentityStoreResponse
from moto.sagemaker.responses import SageMakerResponse
from moto.sts.responses import TokenResponse
from simulated import Refused, Services, SimMaker

from simulator.errors import SimulatorError
from simulator.moto_backend import EmbeddedServices, moto_backend

HUB, SPOKE = "111111111111", "222222222222"
HUB_ROLE = f"arn:aws:iam::{HUB}:role/studio-hub-system/StudioHub-Reconcile-eu-west-1"
SPOKE_ROLE = f"arn:aws:iam::{SPOKE}:role/studio-hub-system/StudioHubSpoke-eu-west-1"
EXTERNAL_ID = f"studio-hub/{HUB}/{SPOKE}"
Client = Any  # a boto3 client


def trust(principal: str, condition: dict[str, Any] | None = None) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


SPOKE_TRUST = trust(
    f"arn:aws:iam::{HUB}:root",
    {
        "StringEquals": {"sts:ExternalId": EXTERNAL_ID, "aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        "ArnEquals": {"aws:PrincipalArn": HUB_ROLE},
    },
)


def make_role(sim: Services, arn: str, document: str, **more: object) -> None:
    account, path_and_name = arn.split(":")[4], arn.split(":role", 1)[1]
    path, _, name = path_and_name.rpartition("/")
    sim.client("iam", account).create_role(
        Path=f"{path}/", RoleName=name, AssumeRolePolicyDocument=document, **more
    )


def hub_session(sim: Services, role: str = HUB_ROLE) -> Client:
    """Return the STS client of a hub function, made by the simulator's own set-up."""
    lambda_trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    make_role(sim, role, lambda_trust)
    setup = sim.client("sts", HUB)
    credentials = setup.assume_role(RoleArn=role, RoleSessionName="reconcile")["Credentials"]
    return sim.client_of("sts", credentials)


def test_a_trusted_session_becomes_the_spoke_role(sim: Services) -> None:
    """With the right role, organization and ExternalId the session acts in the spoke account."""
    make_role(sim, SPOKE_ROLE, SPOKE_TRUST)
    sts = hub_session(sim)

    answer = sts.assume_role(
        RoleArn=SPOKE_ROLE, RoleSessionName="ada", ExternalId=EXTERNAL_ID, DurationSeconds=900
    )

    client = sim.client_of("sagemaker", answer["Credentials"])
    assert client.list_domains()["Domains"][0]["DomainId"] == sim.place.domain_id
    caller = sim.sessions.caller(answer["Credentials"]["AccessKeyId"])
    assert caller is not None
    assert (caller.account, caller.role_arn) == (SPOKE, SPOKE_ROLE)


@pytest.mark.parametrize("external_id", [None, "studio-hub/other"])
def test_a_wrong_or_missing_external_id_is_denied(
    sim: Services, refused: Refused, external_id: str | None
) -> None:
    """The denial names the session, the action and the role."""
    make_role(sim, SPOKE_ROLE, SPOKE_TRUST)
    sts = hub_session(sim)
    more = {"ExternalId": external_id} if external_id else {}

    with refused("AccessDenied") as caught:
        sts.assume_role(RoleArn=SPOKE_ROLE, RoleSessionName="ada", **more)

    assert caught.value.response["Error"]["Message"] == (
        f"User: arn:aws:sts::{HUB}:assumed-role/StudioHub-Reconcile-eu-west-1/reconcile "
        f"is not authorized to perform: sts:AssumeRole on resource: {SPOKE_ROLE}"
    )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_source_identity_needs_a_right_of_its_own(sim: Services, refused: Refused) -> None:
    """The trust must allow sts:SetSourceIdentity beside sts:AssumeRole, or all is denied."""
    both = json.loads(trust(HUB))
    both["Statement"][0]["Action"] = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    make_role(sim, SPOKE_ROLE, trust(HUB))
    make_role(sim, f"{SPOKE_ROLE}-2", json.dumps(both))
    sts = hub_session(sim)
    asked = {"RoleSessionName": "ada", "SourceIdentity": "reconcile@1"}

    with refused("AccessDenied", "is not authorized to perform: sts:SetSourceIdentity"):
        sts.assume_role(RoleArn=SPOKE_ROLE, **asked)
    sts.assume_role(RoleArn=f"{SPOKE_ROLE}-2", **asked)

    assert sim.sessions.all[-1].source_identity == "reconcile@1"


def test_another_role_of_the_hub_is_denied(sim: Services, refused: Refused) -> None:
    """aws:PrincipalArn is the role of the session, path included."""
    make_role(sim, SPOKE_ROLE, SPOKE_TRUST)
    sts = hub_session(sim, HUB_ROLE.replace("/studio-hub-system/", "/"))

    with refused("AccessDenied"):
        sts.assume_role(RoleArn=SPOKE_ROLE, RoleSessionName="ada", ExternalId=EXTERNAL_ID)


def test_another_organization_is_denied(make_sim: SimMaker, refused: Refused) -> None:
    """aws:PrincipalOrgID is the organization of the embedded AWS."""
    with make_sim(organization_id="o-somebodyelse") as sim:
        make_role(sim, SPOKE_ROLE, SPOKE_TRUST)
        sts = hub_session(sim)

        with refused("AccessDenied"):
            sts.assume_role(RoleArn=SPOKE_ROLE, RoleSessionName="ada", ExternalId=EXTERNAL_ID)


def test_a_role_that_does_not_exist_is_denied_alike(sim: Services, refused: Refused) -> None:
    """An account without a spoke looks like one that does not trust the hub, even to set-up."""
    sts = hub_session(sim)
    make_role(sim, SPOKE_ROLE.replace("/studio-hub-system/", "/"), SPOKE_TRUST)

    for client in (sts, sim.client("sts", HUB)):
        with refused("AccessDenied", "is not authorized to perform: sts:AssumeRole"):
            client.assume_role(RoleArn=SPOKE_ROLE, RoleSessionName="ada", ExternalId=EXTERNAL_ID)


def test_a_chained_session_lasts_an_hour_at_most(sim: Services, refused: Refused) -> None:
    """Set-up may request more where the role allows it; a session may not."""
    make_role(sim, SPOKE_ROLE, trust(HUB), MaxSessionDuration=7200)
    request = {"RoleArn": SPOKE_ROLE, "RoleSessionName": "ada", "DurationSeconds": 3601}

    with refused("ValidationError", "1 hour session limit for roles assumed by role chaining"):
        hub_session(sim).assume_role(**request)
    sim.client("sts", HUB).assume_role(**request)
    with refused("ValidationError", "MaxSessionDuration"):
        sim.client("sts", HUB).assume_role(**request | {"DurationSeconds": 7201})


def test_chained_credentials_end_with_their_session(sim: Services, refused: Refused) -> None:
    """A client kept beyond its session gets ExpiredTokenException; a function's own do not end."""
    make_role(sim, SPOKE_ROLE, trust(HUB))
    sts = hub_session(sim)
    credentials = sts.assume_role(RoleArn=SPOKE_ROLE, RoleSessionName="ada", DurationSeconds=900)[
        "Credentials"
    ]
    client = sim.client_of("sagemaker", credentials)
    sim.clock.shift(899)
    client.list_domains()
    sim.clock.shift(1)

    with refused("ExpiredTokenException"):
        client.list_domains()
    sim.clock.shift(24 * 3600)
    sts.assume_role(RoleArn=SPOKE_ROLE, RoleSessionName="ada")


def test_requests_are_validated(sim: Services, refused: Refused) -> None:
    """A session name with a blank is a ValidationError before any other check."""
    with refused("ValidationError", "at 'roleSessionName'"):
        sim.client("sts").assume_role(RoleArn=SPOKE_ROLE, RoleSessionName="a da")


def test_set_up_can_be_held_to_the_trust_policy(make_sim: SimMaker, refused: Refused) -> None:
    """Without the bypass, credentials of no session are the account's own."""
    with make_sim() as sim:
        pass
    with mock_aws(), moto_backend(EmbeddedServices.build(), setup_may_assume_any_role=False):
        make_role(sim, SPOKE_ROLE, trust(HUB))
        assume = {"RoleArn": SPOKE_ROLE, "RoleSessionName": "ada"}

        sim.client("sts", HUB).assume_role(**assume)
        with refused("AccessDenied", "arn:aws:iam::333333333333:root"):
            sim.client("sts", "333333333333").assume_role(**assume)


def test_one_embedded_aws_at_a_time(sim: Services) -> None:
    """Starting a second embedded AWS is an error, and leaves the first one in place."""
    with (
        pytest.raises(SimulatorError, match="running already"),
        moto_backend(EmbeddedServices.build()),
    ):
        pass

    assert sim.studio_client.list_domains()["Domains"]


def test_stopping_a_world_restores_moto(make_sim: SimMaker) -> None:
    """After an embedded AWS has ended, moto is as it was, and another one can be started."""

    def answers() -> list[object]:
        return [
            dict(vars(BotocoreStubber)),
            dict(vars(SageMakerResponse)),
            dict(vars(IdentityStoreResponse)),
            dict(vars(TokenResponse)),
            vars(responses)["method_names_from_class"],
        ]

    before = answers()
    with make_sim():
        assert answers() != before
    assert answers() == before
    assert "create_user_profile" not in vars(SageMakerResponse)
    with pytest.raises(ZeroDivisionError), make_sim():
        _ = 1 / 0
    assert answers() == before
    with make_sim() as sim:
        assert sim.studio_client.list_domains()["Domains"]


def test_requests_to_simulated_services_are_validated(sim: Services, refused: Refused) -> None:
    """Malformed requests never reach the state machines."""
    with refused("ValidationException", "1 validation error detected: Value 'a.b'"):
        sim.studio_client.describe_user_profile(DomainId="d-abc", UserProfileName="a.b")
