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
from simulator.request_parts import SentRequest, account_of
from simulator.sessions import Sessions
from simulator.trust import Caller

# The roles of the hub's functions, and the roles that they assume in the spokes.
_HUB_ROLES = tuple(
    f":role{SYSTEM_PATH}{name}-" for name in ("StudioHub", "StudioHubSpoke", "StudioHubSpokeReader")
)
_SERVICES = {"eventbridge": "events"}
_WRITTEN_TO = frozenset({"sagemaker", "sso-admin"})
_READS = ("Describe", "Get", "List")


@dataclass(frozen=True, slots=True)
class Answered:
    """A success that was not sent as HTTP; `parsed` is what the client returns."""

    parsed: dict[str, Any]
    status_code: int = HTTPStatus.OK


# Takes an application and a user's id; returns the target as text and the user's profile name
# there.
Opens = Callable[[str, str], tuple[str, str]]
Answer = AWSResponse | Answered | None
Forward = Callable[[], Answer]
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
    _handed_over: AWSResponse | Exception | None = field(default=None, init=False)

    def send(self, service: str, operation: str, request: SentRequest, forward: Forward) -> Answer:
        """Answer one request; if a fault matches, answer in AWS's place."""
        caller = self.sessions.caller(request.key)
        if caller is None or not _is_the_hubs(caller):
            return forward()
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
        change = self._change(operation, caller.account, request)
        response = forward()
        if response is not None and response.status_code == HTTPStatus.OK:
            self.changes.append(change)
        return response

    def hand_over(self, answer: AWSResponse | Exception) -> None:
        """Keep an answer that was given in the process, for the same call as HTTP."""
        self._handed_over = answer

    @property
    def holds_answer(self) -> bool:
        """Return whether an answer was kept, so that the next call over HTTP gets it."""
        return self._handed_over is not None

    def handed_over(self) -> AWSResponse | None:
        """Return the answer that was kept, once, or raise it; None if there is none."""
        answer, self._handed_over = self._handed_over, None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _change(self, operation: str, account: str, request: SentRequest) -> Change:
        asked = json.loads(request.body or "{}")
        if "ApplicationArn" in asked:
            target, name = self.opens(asked["ApplicationArn"], asked.get("PrincipalId", ""))
        else:
            target = f"{account}/{request.region}/{asked.get('DomainId', '')}"
            name = next((asked[key] for key in _NAMES if key in asked), "")
        return Change(operation, account, request.region, target, name, asked)


@contextmanager
def watching(sessions: Sessions) -> Iterator[Gateway]:
    """Put a gateway in front of moto, inside `mock_aws`."""
    gateway = Gateway(sessions)
    original = BotocoreStubber.__call__

    def call(
        stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **kwargs: object
    ) -> Answer:
        if (answered := gateway.handed_over()) is not None:
            return answered
        _, service, operation = event_name.split(".")
        sent = SentRequest.of(request)
        return gateway.send(
            service, operation, sent, lambda: original(stubber, event_name, request, **kwargs)
        )

    setattr(BotocoreStubber, "__call__", call)  # noqa: B010 (an assignment that mypy forbids)
    try:
        yield gateway
    finally:
        setattr(BotocoreStubber, "__call__", original)  # noqa: B010 (as above)


def _is_the_hubs(caller: Caller) -> bool:
    return any(path in (caller.role_arn or "") for path in _HUB_ROLES)


def _assumed(request: SentRequest, operation: str) -> Iterator[str]:
    """Yield the account of the assumed role: a fault of AssumeRole is a fault of that account."""
    if operation == "AssumeRole":
        for arn in parse_qs(request.body).get("RoleArn", []):
            yield account_of(arn)
