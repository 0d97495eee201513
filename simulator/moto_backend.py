"""Adds the missing services to moto, inside `mock_aws`, and removes them again."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.botocore_stubber import BotocoreStubber

from simulator import application_access, identity_store, service_quotas, studio
from simulator.application_access import ApplicationAccess
from simulator.errors import ServiceError, SimulatorError
from simulator.identity_store import IdentityStore
from simulator.isolation import replace
from simulator.query_calls import answer_in_moto
from simulator.quirks import Durations, Quirks
from simulator.request_parts import SentRequest
from simulator.sessions import Sessions
from simulator.studio import Studio
from simulator.validation import validate
from simulator.wire_errors import JSON, json_error

# The service for each word before the dot in the X-Amz-Target of a request. Source: the
# targetPrefix of each botocore 1.44.5 service model.
SERVICES = {
    "AWSIdentityStore": "identitystore",
    "SWBExternalService": "sso-admin",
    "SageMaker": "sagemaker",
    "ServiceQuotasV20190624": "service-quotas",
}

_SERVED = threading.Lock()
_OPERATIONS = {
    "identitystore": identity_store.OPERATIONS.keys(),
    "sso-admin": application_access.OPERATIONS.keys(),
    "sagemaker": studio.OPERATIONS.keys(),
    "service-quotas": service_quotas.OPERATIONS,
}


@dataclass(frozen=True, slots=True)
class EmbeddedServices:
    """The services that moto lacks, in one embedded AWS."""

    identity_store: IdentityStore
    application_access: ApplicationAccess
    studio: Studio
    organization_id: str

    @classmethod
    def build(  # noqa: PLR0913 -- every service, by name
        cls,
        *,
        store_id: str = "d-1234567890",
        owner_account: str = "111111111111",
        region: str = "eu-west-1",
        organization_id: str = "o-a1b2c3d4e5",
        now: Callable[[], float] = time.time,
        quirks: Quirks | None = None,
        durations: Durations | None = None,
        page_limit: int | None = None,
        profile_quota: int | None = None,
        administrators: frozenset[str] = frozenset(),
    ) -> "EmbeddedServices":
        """Return services that are connected to one another.

        `administrators` are accounts besides the owner that may assign users (delegated ones).
        """
        store = IdentityStore(
            store_id, owner_account, region, now, page_limit=page_limit, quirks=quirks
        )
        access = ApplicationAccess(
            store, now, quirks, administrators=administrators, page_limit=page_limit
        )
        own = Studio(
            now,
            quirks,
            directory=store,
            access=access,
            durations=durations,
            page_limit=page_limit,
            profile_quota=profile_quota,
        )
        return cls(store, access, own, organization_id)

    def answer(
        self, service: str, operation: str, account: str, region: str, request: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the answer to a validated request, or raise ServiceError; KeyError if unknown."""
        match service:
            case "identitystore":
                return self.identity_store.handle(operation, request)
            case "sso-admin":
                return self.application_access.handle(operation, account, request)
            case "sagemaker":
                return self.studio.handle(operation, account, region, request)
            case "service-quotas":
                return service_quotas.handle(self.studio, request)
        raise KeyError(service)


@contextmanager
def moto_backend(
    aws: EmbeddedServices, *, setup_may_assume_any_role: bool = True
) -> Iterator[Sessions]:
    """Make moto answer for Studio, the Identity Store and assignments, and check AssumeRole.

    Enter it inside `moto.mock_aws()`. That is process-global: only one embedded AWS can exist at a
    time. With `setup_may_assume_any_role`, credentials of no role session pass the trust check.
    These are moto's defaults, which the simulator uses for its set-up. Yields the role sessions, so
    that the driver can identify callers.
    """
    if not _SERVED.acquire(blocking=False):
        raise SimulatorError("an embedded AWS is running already: moto's mock is one per process")
    try:
        sessions = Sessions(
            aws.organization_id, aws.studio.now, setup_is_trusted=setup_may_assume_any_role
        )
        with ExitStack() as undo:
            replace(undo, BotocoreStubber, "process_request", _answering(aws, sessions))
            answer_in_moto(undo, sessions, aws.studio)
            yield sessions
    finally:
        _SERVED.release()


def _answering(
    aws: EmbeddedServices, sessions: Sessions
) -> Callable[[BotocoreStubber, AWSPreparedRequest], Any]:
    """Return what answers a request: these services for their own, and moto for all others."""
    of_moto = BotocoreStubber.process_request

    def process(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:  # noqa: ANN401 -- moto's response
        sent = SentRequest.of(request)
        service, operation = own_operation(sent)
        if not operation:
            return of_moto(stubber, request)
        try:
            body = answer_own(aws, sessions, service, operation, sent)
        except ServiceError as error:
            return json_error(error)
        return HTTPStatus.OK, JSON, json.dumps(body)

    return process


def own_operation(request: SentRequest) -> tuple[str, str]:
    """Return the service and the operation of a request that moto lacks; empty if moto has it."""
    prefix, _, operation = request.operation.partition(".")
    service = SERVICES.get(prefix, "")
    return (service, operation) if operation in _OPERATIONS.get(service, ()) else ("", "")


def answer_own(
    aws: EmbeddedServices,
    sessions: Sessions,
    service: str,
    operation: str,
    request: SentRequest,
) -> dict[str, Any]:
    """Return the answer to a request of an operation that moto lacks, or raise ServiceError."""
    asked: Any = json.loads(request.body or "{}")
    sessions.refuse_expired(request.key)
    validate(service, operation, asked)
    return aws.answer(service, operation, request.account, request.region, asked)
