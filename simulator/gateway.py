"""Intercepts every request to the embedded AWS: counts calls, injects faults, records changes."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

from shared.conventions import SYSTEM_PATH
from simulator.faults import Call, Fault
from simulator.request_parts import account_of, signed_with, text_of
from simulator.sessions import Sessions
from simulator.trust import Caller

# The roles of the hub's functions, and the roles that they assume in the spokes.
_HUB_ROLES = tuple(
    f":role{SYSTEM_PATH}{name}-" for name in ("StudioHub", "StudioHubSpoke", "StudioHubSpokeReader")
)
_SERVICES = {"eventbridge": "events"}
_WRITTEN_TO = frozenset({"sagemaker", "sso-admin"})
_READS = ("Describe", "Get", "List")


# Takes an application and a user's id; returns the target as text and the user's profile name
# there.
Opens = Callable[[str, str], tuple[str, str]]
_NAMES = ("AppName", "SpaceName", "UserProfileName")


@dataclass(frozen=True, slots=True)
class Change:
    """A successful write of the hub to Studio or to assignments.

    Attributes:
        account, region: of the call.
        target: the domain that was written to, or that an assignment opens, as text.
        name: the app, the space or the profile; for assignments, the profile at that time.
    """

    operation: str
    account: str
    region: str
    target: str
    name: str
    request: dict[str, Any]


@dataclass(slots=True)
class Gateway:
    """Records the requests that went through, and holds the faults to inject.

    `before` is called with each request of the hub before the request is sent. If `before` raises,
    the function ends as in a crash. `opens` returns what an assignment opens.
    """

    sessions: Sessions
    calls: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    before: Callable[[Call], None] | None = None
    opens: Opens = lambda _application, _user: ("", "")

    def send(
        self,
        event_name: str,
        request: AWSPreparedRequest,
        forward: Callable[[], AWSResponse | None],
    ) -> AWSResponse | None:
        """Answer one request; if a fault matches, answer in moto's place."""
        key, region = signed_with(request.headers.get("Authorization", ""))
        caller = self.sessions.caller(key)
        if caller is None or not _is_the_hubs(caller):
            return forward()
        _, service, operation = event_name.split(".")
        service = _SERVICES.get(service, service)
        call = Call(service, operation, frozenset({caller.account, *_assumed(request, operation)}))
        if self.before is not None:
            self.before(call)
        self.calls[f"{service}.{operation}"] += 1
        struck = [fault for fault in self.faults if fault.strikes(call)]
        if struck:
            status, headers, body = struck[0].answer()
            headers_given = HTTPHeaders.from_dict(headers)
            return AWSResponse(request.url, status, headers_given, MockRawResponse(body))
        if service not in _WRITTEN_TO or operation.startswith(_READS):
            return forward()
        # After the request, the changed resource may not exist any more.
        change = self._change(operation, caller.account, region, request)
        response = forward()
        if response is not None and response.status_code == HTTPStatus.OK:
            self.changes.append(change)
        return response

    def _change(
        self, operation: str, account: str, region: str, request: AWSPreparedRequest
    ) -> Change:
        asked = json.loads(text_of(request.body) or "{}")
        if "ApplicationArn" in asked:
            target, name = self.opens(asked["ApplicationArn"], asked.get("PrincipalId", ""))
        else:
            target = f"{account}/{region}/{asked.get('DomainId', '')}"
            name = next((asked[key] for key in _NAMES if key in asked), "")
        return Change(operation, account, region, target, name, asked)


@contextmanager
def watching(sessions: Sessions) -> Iterator[Gateway]:
    """Put a gateway in front of moto, inside `mock_aws`."""
    gateway = Gateway(sessions)
    original = BotocoreStubber.__call__

    def call(
        stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **kwargs: object
    ) -> AWSResponse | None:
        return gateway.send(
            event_name, request, lambda: original(stubber, event_name, request, **kwargs)
        )

    setattr(BotocoreStubber, "__call__", call)  # noqa: B010 (an assignment that mypy forbids)
    try:
        yield gateway
    finally:
        setattr(BotocoreStubber, "__call__", original)  # noqa: B010 (as above)


def _is_the_hubs(caller: Caller) -> bool:
    return any(path in (caller.role_arn or "") for path in _HUB_ROLES)


def _assumed(request: AWSPreparedRequest, operation: str) -> Iterator[str]:
    """Yield the account of the assumed role: a fault of AssumeRole is a fault of that account."""
    if operation == "AssumeRole":
        for arn in parse_qs(text_of(request.body)).get("RoleArn", []):
            yield account_of(arn)
