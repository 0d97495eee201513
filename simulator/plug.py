"""Plugs the missing services into moto, inside `mock_aws`, and takes them out again."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.identitystore.responses import IdentityStoreResponse
from moto.sagemaker.responses import SageMakerResponse
from moto.ssoadmin.responses import SSOAdminResponse
from moto.sts.responses import TokenResponse

from simulator import application_access, identity_store, studio
from simulator.application_access import ApplicationAccess
from simulator.errors import ServiceError, SimulatorError
from simulator.identity_store import IdentityStore
from simulator.quirks import Durations, Quirks
from simulator.replacing import replace
from simulator.sessions import Sessions
from simulator.studio import Studio
from simulator.validation import validate
from simulator.wire_errors import JsonError

_PLUGGED = threading.Lock()

# moto's response class of each service, and the operations to set on it.
_PLUGS: dict[str, tuple[type, Iterable[str]]] = {
    "identitystore": (IdentityStoreResponse, identity_store.OPERATIONS),
    "sso-admin": (SSOAdminResponse, application_access.OPERATIONS),
    "sagemaker": (SageMakerResponse, studio.OPERATIONS),
}


@dataclass(frozen=True, slots=True)
class EmbeddedServices:
    """The services that moto lacks, as one world has them."""

    identity_store: IdentityStore
    application_access: ApplicationAccess
    studio: Studio
    organization_id: str

    @classmethod
    def build(  # noqa: PLR0913 -- the whole world, by name
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
        """Return services that know one another.

        `administrators` are accounts that may assign people besides the owner (delegated ones).
        """
        store = IdentityStore(store_id, owner_account, region, now, page_limit=page_limit)
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
        raise KeyError(service)


@contextmanager
def plugged(aws: EmbeddedServices, *, setup_may_assume_any_role: bool = True) -> Iterator[Sessions]:
    """Let moto answer for Studio, the Identity Store and assignments, and check AssumeRole.

    To be entered inside `moto.mock_aws()`, which is process-global: one world at a time. With
    `setup_may_assume_any_role`, credentials that belong to no role session (moto's defaults, with
    which the simulator sets things up) pass the trust check. Yields the role sessions, so that
    whoever drives the world can tell who calls.
    """
    if not _PLUGGED.acquire(blocking=False):
        raise SimulatorError("a world is plugged in already: moto's mock is one per process")
    try:
        sessions = Sessions(
            aws.organization_id, aws.studio.now, setup_is_trusted=setup_may_assume_any_role
        )
        with ExitStack() as undo:
            for service, (response, operations) in _PLUGS.items():
                for operation in operations:
                    handler = _handler(aws, service, operation, sessions)
                    replace(undo, response, camelcase_to_underscores(operation), handler)
            assume_role = sessions.handler(TokenResponse.assume_role)
            replace(undo, TokenResponse, "assume_role", assume_role)
            yield sessions
    finally:
        _PLUGGED.release()


def _handler(
    aws: EmbeddedServices, service: str, operation: str, sessions: Sessions
) -> Callable[[Any], str]:
    def handle(self: Any) -> str:  # noqa: ANN401 -- one of moto's response classes
        request = json.loads(self.body or "{}")
        try:
            sessions.refuse_expired(self.access_key)
            validate(service, operation, request)
            body = aws.answer(service, operation, self.current_account, self.region, request)
        except ServiceError as error:
            raise JsonError(error) from error
        return json.dumps(body)

    return handle
