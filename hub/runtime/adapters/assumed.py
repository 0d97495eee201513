"""Credentials of the product's roles in other accounts, assumed with their ExternalId."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.session import Session

from hub.runtime.adapters.aws import SPOKE_CONFIG, translated
from shared.conventions import external_id
from shared.errors import RefusedError, TargetUnreachableError

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

# Seconds; the shortest that STS grants. A change made in the role's trust counts soon.
_DURATION = 900


def assume(
    sts: "STSClient", role_arn: str, hub_account: str, account: str, policy: str | None = None
) -> Mapping[str, Any]:
    """Return credentials of a role, narrowed by a session policy where one is given.

    Raises:
        TargetUnreachableError: the account refuses the hub, or there is no such role.
        RetryableError: STS does not answer now.
    """
    narrowed: dict[str, Any] = {"Policy": policy} if policy else {}
    try:
        with translated():
            return dict(
                sts.assume_role(
                    RoleArn=role_arn,
                    RoleSessionName="studio-hub",
                    ExternalId=external_id(hub_account, account),
                    DurationSeconds=_DURATION,
                    **narrowed,
                )["Credentials"]
            )
    except RefusedError as refused:
        raise TargetUnreachableError(f"{role_arn} cannot be assumed: {refused}") from refused


def client_of(
    session: Session,
    service: str,
    region: str,
    credentials: Mapping[str, Any],
) -> Any:  # noqa: ANN401 (of whichever service)
    """Return a client that speaks with assumed credentials."""
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
