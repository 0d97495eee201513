"""Opens clients with the product's roles in other accounts, and caches them while they are valid.

A session's name and its SourceIdentity tell which function of which hub opened it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from boto3.session import Session

from hub.runtime.adapters.aws import SPOKE_CONFIG, translated, utc_now
from shared.conventions import SystemRole, external_id, source_identity
from shared.errors import RefusedError, TargetUnreachableError

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

# Seconds; the shortest that STS grants. A change of the role's trust takes effect soon.
_DURATION: Final = 900
# A session is replaced this long before its end, so that none expires during a plan.
_MARGIN: Final = timedelta(minutes=3)
_ACCESS_DENIED: Final = "AccessDenied"


class _OpenSession(NamedTuple):
    """A session, the time (UTC) from which it is not used any more, and its client by service."""

    ends: datetime
    granted: Mapping[str, Any]
    clients: dict[str, Any]


class AssumedRoles:
    """Clients with roles of other accounts, for one of the hub's functions.

    `role_name` is the name of the function's own role; `at_most` is how many sessions are kept.
    """

    def __init__(
        self,
        session: Session,
        sts: "STSClient",
        *,
        hub_account: str,
        role_name: str,
        at_most: int = 500,
    ) -> None:
        self._session = session
        self._sts = sts
        self._hub_account = hub_account
        self._role_name = role_name
        self._source_identity = source_identity(hub_account, role_name)
        self._at_most = at_most
        self._open: dict[tuple[SystemRole, str, str], _OpenSession] = {}
        # Roles whose trust refuses a SourceIdentity, like those of an older stack. The list lasts
        # as long as this process.
        self._without_identity: set[str] = set()

    def client(self, service: str, role: SystemRole, account: str, region: str) -> Any:  # noqa: ANN401 (of whichever service)
        """Return a client of a service in an account and Region, with a role there.

        Raises:
            TargetUnreachableError: the account refuses the hub, or there is no such role.
            RetryableError: STS does not answer now.
        """
        key, now = (role, account, region), utc_now()
        session = self._open.pop(key, None)
        if session is None or session.ends <= now:
            granted = self._assume(role.arn(account, region), account)
            session = _OpenSession(granted["Expiration"] - _MARGIN, granted, {})
            # A client takes almost a megabyte: those of ended sessions are dropped.
            self._open = {each: held for each, held in self._open.items() if held.ends > now}
        if service not in session.clients:
            make: Any = self._session.client
            session.clients[service] = make(
                service,
                region_name=region,
                config=SPOKE_CONFIG,
                aws_access_key_id=session.granted["AccessKeyId"],
                aws_secret_access_key=session.granted["SecretAccessKey"],
                aws_session_token=session.granted["SessionToken"],
            )
        # The last in use is the last to be dropped.
        self._open[key] = session
        if len(self._open) > self._at_most:
            del self._open[next(iter(self._open))]
        return session.clients[service]

    def _assume(self, role_arn: str, account: str) -> Mapping[str, Any]:
        """Return credentials of a role, without the SourceIdentity where the role refuses that.

        The ExternalId, the organization and the function's role protect it. STS does not say what
        it refuses, so the hub asks a role that refuses the function altogether twice.
        """
        named = {"SourceIdentity": self._source_identity}
        ways: list[dict[str, Any]] = [{}] if role_arn in self._without_identity else [named, {}]
        for identity in ways:
            try:
                with translated():
                    answer = self._sts.assume_role(
                        RoleArn=role_arn,
                        RoleSessionName=self._role_name,
                        ExternalId=external_id(self._hub_account, account),
                        DurationSeconds=_DURATION,
                        **identity,
                    )
            except RefusedError as refused:
                if refused.code == _ACCESS_DENIED and identity:
                    continue
                raise TargetUnreachableError(
                    f"{role_arn} cannot be assumed: {refused}"
                ) from refused
            if not identity:
                self._without_identity.add(role_arn)
            break
        return answer["Credentials"]
