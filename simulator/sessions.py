"""Role sessions: checks the trust policy in AssumeRole, and knows each caller and its expiry."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, sts_backends
from moto.utilities.utils import get_partition

from simulator.errors import refuse
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

LONGEST_CHAINED = 3600


@dataclass(frozen=True, slots=True)
class Signer:
    """The access key that signed a request, its account, and the Region of the request."""

    key: str
    account: str
    region: str

    @property
    def partition(self) -> str:
        """Return the AWS partition of the Region."""
        return get_partition(self.region)


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

    def assume(self, signer: Signer, request: Mapping[str, Any]) -> AssumedRole:
        """Return a new session, or raise ServiceError if the role's trust policy refuses it."""
        self.refuse_expired(signer.key)
        validate("sts", "AssumeRole", request)
        chained = self._check(signer, request)
        seconds = request.get("DurationSeconds", LONGEST_CHAINED)
        session = sts_backends[signer.account][signer.partition].assume_role(
            region_name=signer.region,
            role_session_name=request["RoleSessionName"],
            role_arn=request["RoleArn"],
            policy=request.get("Policy", ""),
            duration=seconds,
            external_id=request.get("ExternalId", ""),
        )
        caller = Caller(account_of(session.role_arn), session.role_arn, session.arn)
        self._by_key[session.access_key_id] = RoleSession(
            caller,
            self._now() + seconds if chained else None,
            request.get("SourceIdentity", ""),
        )
        return session

    def _check(self, signer: Signer, request: Mapping[str, Any]) -> bool:
        """Return whether a session assumes the role; refuse what the role does not allow."""
        caller = self.caller(signer.key) or _known_to_moto(signer)
        role_arn, duration = request["RoleArn"], request.get("DurationSeconds", LONGEST_CHAINED)
        role = _role(role_arn, signer.partition)
        trusted = caller is None and self._setup_is_trusted  # trust.setup
        who = caller or Caller(signer.account)
        name = who.session_arn or f"arn:{signer.partition}:iam::{who.account}:root"
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


def _known_to_moto(signer: Signer) -> Caller | None:
    """Return the caller of a session that was started before these services were added."""
    backend = sts_backends[signer.account][signer.partition]
    session = backend.get_assumed_role_from_access_key(signer.key)
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
