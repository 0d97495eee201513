"""Assumes the product's roles in other accounts, with their ExternalId.

A session's name and its SourceIdentity tell which function of which hub opened it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.session import Session

from hub.runtime.adapters.aws import SPOKE_CONFIG, translated
from shared.conventions import external_id, source_identity
from shared.errors import RefusedError, TargetUnreachableError

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

# Seconds; the shortest that STS grants. A change of the role's trust takes effect soon.
_DURATION = 900
_ACCESS_DENIED = "AccessDenied"


class RoleAssumer:
    """Assumes roles in other accounts in the name of one of the hub's functions.

    `role_name` is the name of the function's own role.
    """

    def __init__(self, sts: "STSClient", *, hub_account: str, role_name: str) -> None:
        self._sts = sts
        self._hub_account = hub_account
        self._role_name = role_name
        self._source_identity = source_identity(hub_account, role_name)
        # Roles whose trust refuses a SourceIdentity, like those of an older stack. The list lasts
        # as long as this process.
        self._without_identity: set[str] = set()

    def assume(self, role_arn: str, account: str) -> Mapping[str, Any]:
        """Return credentials of a role.

        A role that refuses the SourceIdentity is assumed without it. The ExternalId, the
        organization and the function's role protect it. STS does not say what it refuses, so the
        hub asks a role that refuses the function altogether twice.

        Raises:
            TargetUnreachableError: the account refuses the hub, or there is no such role.
            RetryableError: STS does not answer now.
        """
        try:
            if role_arn in self._without_identity:
                return self._assume(role_arn, account)
            try:
                return self._assume(role_arn, account, SourceIdentity=self._source_identity)
            except RefusedError as refused:
                if refused.code != _ACCESS_DENIED:
                    raise
            credentials = self._assume(role_arn, account)
        except RefusedError as refused:
            raise TargetUnreachableError(f"{role_arn} cannot be assumed: {refused}") from refused
        self._without_identity.add(role_arn)
        return credentials

    def _assume(self, role_arn: str, account: str, **identity: str) -> Mapping[str, Any]:
        more: Any = identity
        with translated():
            return dict(
                self._sts.assume_role(
                    RoleArn=role_arn,
                    RoleSessionName=self._role_name,
                    ExternalId=external_id(self._hub_account, account),
                    DurationSeconds=_DURATION,
                    **more,
                )["Credentials"]
            )


def client_of(
    session: Session,
    service: str,
    region: str,
    credentials: Mapping[str, Any],
) -> Any:  # noqa: ANN401 (of whichever service)
    """Return a client with assumed credentials."""
    client: Any = session.client  # type: ignore[assignment, unused-ignore]
    return client(
        service,
        region_name=region,
        config=SPOKE_CONFIG,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def expires(credentials: Mapping[str, Any]) -> datetime:
    """Return when credentials end (UTC)."""
    ends: datetime = credentials["Expiration"]
    return ends
