"""Role sessions: checks the trust policy in AssumeRole, and knows each caller and its expiry."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from simulator.errors import ServiceError, refuse
from simulator.request_parts import account_of
from simulator.rules import trust as rule
from simulator.trust import (
    EXTERNAL_ID,
    PRINCIPAL_ORG_ID,
    ROLE_SESSION_NAME,
    SET_SOURCE_IDENTITY,
    SOURCE_IDENTITY,
    Caller,
    allows,
)
from simulator.validation import validate
from simulator.wire_errors import XmlError

LONGEST_CHAINED = 3600

_PARAMETERS = (
    "RoleArn",
    "RoleSessionName",
    "DurationSeconds",
    "ExternalId",
    "Policy",
    "SourceIdentity",
)


@dataclass(frozen=True, slots=True)
class RoleSession:
    """An assumed-role session; `expires` (epoch seconds) is None when it is not enforced.

    `source_identity` is empty if the session was started without one.
    """

    caller: Caller
    expires: float | None
    source_identity: str = ""


class Sessions:
    """The role sessions of one embedded AWS, by access key."""

    def __init__(
        self, organization_id: str, now: Callable[[], float], *, setup_is_trusted: bool
    ) -> None:
        self._organization_id = organization_id
        self._now = now
        self._setup_is_trusted = setup_is_trusted
        self._by_key: dict[str, RoleSession] = {}

    @property
    def all(self) -> tuple[RoleSession, ...]:
        """Return every session that was started, in order."""
        return tuple(self._by_key.values())

    def caller(self, access_key: str) -> Caller | None:
        """Return the caller of an access key; None for keys of no session."""
        session = self._by_key.get(access_key)
        return session.caller if session else None

    def refuse_expired(self, access_key: str) -> None:
        """Refuse a call with the credentials of a chained session that has expired."""
        session = self._by_key.get(access_key)
        if session is not None and session.expires is not None and self._now() >= session.expires:
            message = "The security token included in the request is expired"
            raise refuse(rule.EXPIRED, "ExpiredTokenException", message)

    def handler(self, original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
        """Return an AssumeRole that checks the trust policy first and then calls moto's own."""

        def assume_role(response: Any) -> ActionResult:  # noqa: ANN401 -- moto's response class
            given = {name: response._get_param(name) for name in _PARAMETERS}  # noqa: SLF001 -- as moto's own operations do
            request = {name: value for name, value in given.items() if value is not None}
            try:
                self.refuse_expired(response.access_key)
                validate("sts", "AssumeRole", request)
                chained = self._check(response, request)
            except ServiceError as error:
                raise XmlError(error) from error
            result = original(response)
            self._remember(result.result, request, chained=chained)
            return result

        return assume_role

    def _check(self, response: Any, request: Mapping[str, Any]) -> bool:  # noqa: ANN401 -- moto's response class
        """Return whether a session assumes the role; refuse what the role does not allow."""
        caller = self.caller(response.access_key) or _known_to_moto(response)
        role_arn, duration = request["RoleArn"], request.get("DurationSeconds", LONGEST_CHAINED)
        role = _role(role_arn, response.partition)
        trusted = caller is None and self._setup_is_trusted  # trust.setup
        who = caller or Caller(response.current_account)
        name = who.session_arn or f"arn:{response.partition}:iam::{who.account}:root"
        denial = (
            f"User: {name} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        )
        if role is None:
            raise refuse(rule.ROLE_UNKNOWN, "AccessDenied", denial)
        context = {
            PRINCIPAL_ORG_ID: self._organization_id,
            ROLE_SESSION_NAME: request["RoleSessionName"],
        }
        if "ExternalId" in request:
            context[EXTERNAL_ID] = request["ExternalId"]
        document = _parsed(role.assume_role_policy_document)
        if not trusted and not allows(document, who, context):
            raise refuse(rule.NOT_TRUSTED, "AccessDenied", denial)
        if "SourceIdentity" in request:
            context[SOURCE_IDENTITY] = request["SourceIdentity"]
            if not trusted and not allows(document, who, context, SET_SOURCE_IDENTITY):
                denial = denial.replace("sts:AssumeRole", SET_SOURCE_IDENTITY)
                raise refuse(rule.SOURCE_IDENTITY, "AccessDenied", denial)
        if caller is not None and duration > LONGEST_CHAINED:
            message = (
                "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                "assumed by role chaining"
            )
            raise refuse(rule.CHAINED_HOUR, "ValidationError", message)
        if duration > int(role.max_session_duration or LONGEST_CHAINED):
            message = (
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role"
            )
            raise refuse(rule.MAX_SESSION, "ValidationError", message)
        return caller is not None

    def _remember(self, result: Any, request: Mapping[str, Any], *, chained: bool) -> None:  # noqa: ANN401 -- moto's result
        role_arn = request["RoleArn"]
        caller = Caller(account_of(role_arn), role_arn, result["AssumedRoleUser"]["Arn"])
        seconds = request.get("DurationSeconds", LONGEST_CHAINED)
        expires = self._now() + seconds if chained else None
        self._by_key[result["Credentials"].access_key_id] = RoleSession(
            caller, expires, request.get("SourceIdentity", "")
        )


def _known_to_moto(response: Any) -> Caller | None:  # noqa: ANN401 -- moto's response class
    """Return the caller of a session that was started before these services were added."""
    backend = sts_backends[response.current_account][response.partition]
    session = backend.get_assumed_role_from_access_key(response.access_key)
    if session is None:
        return None
    return Caller(session.account_id, session.role_arn, session.arn)


def _role(role_arn: str, partition: str) -> Any:  # noqa: ANN401 -- moto's role
    try:
        return iam_backends[account_of(role_arn)][partition].get_role_by_arn(role_arn)
    except NotFoundException:
        return None


@cache
def _parsed(document: str) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = json.loads(document)
    return parsed
