"""The set-up of the simulator's tests: services, a clock, and clients of any account."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest
import time_machine
from botocore.config import Config
from botocore.exceptions import ClientError

from simulator.moto_backend import EmbeddedServices
from simulator.sessions import Sessions
from simulator.studio import Place

OWNER = "111111111111"
SPOKE = "222222222222"
REGION = "eu-west-1"
STORE = "d-1234567890"
DOMAIN = "d-research0001"

ROLE = f"arn:aws:iam::{SPOKE}:role/studio-hub/DataScientist"
OTHER_ROLE = f"arn:aws:iam::{SPOKE}:role/studio-hub/Analyst"
IN_SPACE = {"DomainId": DOMAIN, "AppType": "JupyterLab", "AppName": "default"}
OF_PROFILE = {"DomainId": DOMAIN, "AppType": "JupyterServer", "AppName": "default"}

_CLIENTS: dict[tuple[str, str, str], Any] = {}


@dataclass
class Services:
    """The embedded services of a test, its clock, and clients that call as any account."""

    services: EmbeddedServices
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
        """Return a SageMaker client of the spoke account."""
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
        """Return a profile's status as the API returns it."""
        answer = self.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName=name)
        return str(answer["Status"])


SimMaker = Callable[..., AbstractContextManager[Services]]


Refused = Callable[..., AbstractContextManager[pytest.ExceptionInfo[Any]]]


@contextmanager
def refused(code: str, text: str = "") -> Iterator[pytest.ExceptionInfo[Any]]:
    with pytest.raises(ClientError) as caught:
        yield caught
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert text in error["Message"]


def begin(sim: Services) -> None:
    """Add ada with a profile that is InService."""
    sim.services.identity_store.add_user("ada")
    sim.create_profile("ada", UserSettings={"ExecutionRole": ROLE})


def create_space(sim: Services, name: str = "lab", sharing: str = "Private") -> None:
    """Create a space of ada's and wait until it is InService."""
    sim.studio_client.create_space(
        DomainId=DOMAIN,
        SpaceName=name,
        OwnershipSettings={"OwnerUserProfileName": "ada"},
        SpaceSharingSettings={"SharingType": sharing},
    )
    sim.clock.shift(5)


def app_status(sim: Services, **home: str) -> str:
    """Return an app's status as the API returns it."""
    return str(sim.studio_client.describe_app(**home)["Status"])


def profile(name: str = "ada", user: str | None = None) -> dict[str, str]:
    """Return what CreateUserProfile needs."""
    return {
        "DomainId": DOMAIN,
        "UserProfileName": name,
        "SingleSignOnUserIdentifier": "UserName",
        "SingleSignOnUserValue": user or name,
    }
