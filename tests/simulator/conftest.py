"""One embedded AWS for each test: virtual time, moto, and the simulated services in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
import pytest
import simulated
import time_machine
from moto import mock_aws
from simulated import DOMAIN, OWNER, REGION, SPOKE, STORE, Refused, Services, SimMaker

from simulator.moto_backend import EmbeddedServices, moto_backend
from simulator.quirks import Quirks
from simulator.shortcuts import quick_moto


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


@pytest.fixture
def make_sim(botocore_session: botocore.session.Session) -> SimMaker:
    """Return a maker of embedded services, for tests that choose quirks or limits."""

    @contextmanager
    def make(quirks: Quirks | None = None, **more: Any) -> Iterator[Services]:  # noqa: ANN401 -- passed on
        start = "2026-11-01T08:00:00Z"
        with time_machine.travel(start, tick=False) as clock, quick_moto(), mock_aws():
            aws = EmbeddedServices.build(
                store_id=STORE, owner_account=OWNER, region=REGION, quirks=quirks, **more
            )
            with moto_backend(aws) as sessions:
                sim = Services(aws, clock, sessions, botocore_session)
                arn = aws.application_access.add_application(SPOKE, f"Studio ({DOMAIN})")
                aws.studio.add_domain(
                    sim.place,
                    default_role=f"arn:aws:iam::{SPOKE}:role/Default",
                    application_arn=arn,
                )
                yield sim

    return make


@pytest.fixture
def sim(make_sim: SimMaker) -> Iterator[Services]:
    with make_sim() as made:
        yield made


@pytest.fixture
def refused() -> Refused:
    """Return a context in which a call must be refused with a code and a text."""
    return simulated.refused
