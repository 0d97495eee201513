"""Answers AssumeRole and GetRole, with the trust policies and the roles of the embedded AWS.

These services speak XML over HTTP. In the process, only their errors are written as XML. moto notes
when a role was used at each request over HTTP, so GetRole does not show it in the process.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role
from moto.iam.responses import IamResponse
from moto.sts.models import AssumedRole
from moto.sts.responses import TokenResponse

from simulator.errors import ServiceError
from simulator.isolation import replace
from simulator.sessions import Sessions, Signer
from simulator.spoke_roles import role_named
from simulator.studio import Studio
from simulator.wire_errors import XmlError

# By the ids of their services.
QUERY_CALLS: Final = frozenset((("sts", "AssumeRole"), ("iam", "GetRole")))
_PARAMETERS = (
    "RoleArn",
    "RoleSessionName",
    "DurationSeconds",
    "ExternalId",
    "Policy",
    "SourceIdentity",
)


def answer_in_moto(undo: ExitStack, sessions: Sessions, studio: Studio) -> None:
    """Make moto's own path give the same answers, until `undo`."""

    def assume_role(response: Any) -> ActionResult:  # noqa: ANN401 (moto's response class)
        given = {name: response._get_param(name) for name in _PARAMETERS}  # noqa: SLF001 (as moto's own operations do)
        request = {name: value for name, value in given.items() if value is not None}
        try:
            return ActionResult(_session(sessions.assume(_signer(response), request)))
        except ServiceError as error:
            raise XmlError(error.code, error.message) from error

    def get_role(response: Any) -> ActionResult:  # noqa: ANN401 (as above)
        signer, name = _signer(response), response._get_param("RoleName")  # noqa: SLF001 (as above)
        return ActionResult({"Role": role_named(studio, signer.account, signer.partition, name)})

    replace(undo, TokenResponse, "assume_role", assume_role)
    replace(undo, IamResponse, "get_role", get_role)


def query_call(
    sessions: Sessions, studio: Studio, operation: str, signer: Signer, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the answer to one of QUERY_CALLS, as botocore parses it.

    Raises:
        XmlError: the answer is an error.
    """
    try:
        if operation == "AssumeRole":
            given = {name: request[name] for name in _PARAMETERS if name in request}
            return _session(sessions.assume(signer, given))
        role = role_named(studio, signer.account, signer.partition, request["RoleName"])
    except (ServiceError, NotFoundException) as error:
        raise XmlError(str(error.code), str(error.message)) from error
    return {"Role": _described(role)}


def _signer(response: Any) -> Signer:  # noqa: ANN401 (moto's response class)
    return Signer(response.access_key, response.current_account, response.region)


def _session(session: AssumedRole) -> dict[str, Any]:
    return {
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": _local(session.expiration),
        },
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "PackedPolicySize": 6,
    }


def _local(time: datetime) -> datetime:
    """Return a time of moto's, which has no zone, as botocore parses it."""
    return time.replace(tzinfo=UTC).astimezone()


def _described(role: Role) -> dict[str, Any]:
    """Return a role as the parsed answer of GetRole; its policy is encoded, as IAM sends it."""
    described = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": _local(role.create_date),
        "AssumeRolePolicyDocument": quote(role.assume_role_policy_document),
        "Description": role.description,
        "MaxSessionDuration": int(role.max_session_duration or 3600),
        "PermissionsBoundary": role.permissions_boundary,
        "Tags": [dict(tag) for tag in role.tags or ()] or None,
        "RoleLastUsed": {},
    }
    return {name: value for name, value in described.items() if value is not None}
