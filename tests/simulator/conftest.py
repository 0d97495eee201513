"""One world for each test: virtual time, moto, and the embedded services plugged into it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest
import time_machine
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from simulator.plug import EmbeddedServices, plugged
from simulator.quirks import Quirks
from simulator.sessions import Sessions
from simulator.studio import Place

OWNER = "111111111111"
SPOKE = "222222222222"
REGION = "eu-west-1"
STORE = "d-1234567890"
DOMAIN = "d-research0001"

_CLIENTS: dict[tuple[str, str, str], Any] = {}


@pytest.fixture(scope="session", autouse=True)
def aws_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
        patch.delenv("AWS_PROFILE", raising=False)
        yield


@pytest.fixture(scope="session")
def botocore_session(aws_environment: None) -> botocore.session.Session:
    return botocore.session.Session()


@dataclass
class World:
    """The embedded services of a test, its clock, and clients that speak for any account."""

    aws: EmbeddedServices
    clock: time_machine.Traveller
    sessions: Sessions
    botocore_session: botocore.session.Session
    place: Place = field(default_factory=lambda: Place(SPOKE, REGION, DOMAIN))

    def client(self, service: str, account: str = OWNER, region: str = REGION) -> Any:  # noqa: ANN401 -- a boto3 client
        """Return a client whose calls come from an account, by moto's own header."""
        key = (service, account, region)
        if key not in _CLIENTS:
            client = self._new_client(service, region, "testing", "testing", None)

            def speak_for(params: dict[str, Any], **_: object) -> None:
                params["headers"]["x-moto-account-id"] = account

            client.meta.events.register("before-call", speak_for)
            _CLIENTS[key] = client
        return _CLIENTS[key]

    def client_of(self, service: str, credentials: dict[str, str]) -> Any:  # noqa: ANN401 -- a boto3 client
        """Return a client that uses the credentials of a role session."""
        return self._new_client(
            service,
            REGION,
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
        )

    def _new_client(
        self, service: str, region: str, key: str, secret: str, token: str | None
    ) -> Any:  # noqa: ANN401 -- a boto3 client
        return self.botocore_session.create_client(
            service,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}),
        )

    @property
    def studio_client(self) -> Any:  # noqa: ANN401 -- a boto3 client
        """Return SageMaker as the spoke account calls it."""
        return self.client("sagemaker", SPOKE)

    def create_profile(self, name: str, user: str | None = None, **more: object) -> None:
        """Create a profile through the API and wait until it is InService."""
        self.studio_client.create_user_profile(
            DomainId=DOMAIN,
            UserProfileName=name,
            SingleSignOnUserIdentifier="UserName",
            SingleSignOnUserValue=user or name,
            **more,
        )
        self.clock.shift(2)

    def profile_status(self, name: str) -> str:
        """Return a profile's status as the API tells it."""
        answer = self.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName=name)
        return str(answer["Status"])


WorldMaker = Callable[..., AbstractContextManager[World]]


@pytest.fixture
def make_world(botocore_session: botocore.session.Session) -> WorldMaker:
    """Return a maker of worlds, for tests that choose quirks or limits."""

    @contextmanager
    def make(quirks: Quirks | None = None, **more: Any) -> Iterator[World]:  # noqa: ANN401 -- passed on
        with time_machine.travel("2026-11-01T08:00:00Z", tick=False) as clock, mock_aws():
            aws = EmbeddedServices.build(
                store_id=STORE, owner_account=OWNER, region=REGION, quirks=quirks, **more
            )
            with plugged(aws) as sessions:
                world = World(aws, clock, sessions, botocore_session)
                arn = aws.application_access.add_application(SPOKE, f"Studio ({DOMAIN})")
                aws.studio.add_domain(
                    world.place,
                    default_role=f"arn:aws:iam::{SPOKE}:role/Default",
                    application_arn=arn,
                )
                yield world

    return make


@pytest.fixture
def world(make_world: WorldMaker) -> Iterator[World]:
    with make_world() as made:
        yield made


@contextmanager
def _refused(code: str, text: str = "") -> Iterator[pytest.ExceptionInfo[ClientError]]:
    with pytest.raises(ClientError) as caught:
        yield caught
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert text in error["Message"]


@pytest.fixture
def refused() -> Callable[..., AbstractContextManager[pytest.ExceptionInfo[ClientError]]]:
    """Return a context in which a call must be refused with a code and a text."""
    return _refused
