"""Opens clients for spoke accounts with an assumed role, and caches them while valid."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.session import Session

from hub.runtime.adapters.aws import utc_now
from hub.runtime.adapters.sessions import RoleAssumer, client_of, expires
from shared.model import Target

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# A session is replaced this long before its end, so that none expires during a plan.
_MARGIN = timedelta(minutes=3)


class SpokeSessions:
    """Opens SageMaker clients in spoke accounts.

    `role_arn` gives the role to assume in an account and Region; `at_most` is how many sessions are
    kept open.
    """

    def __init__(
        self,
        session: Session,
        assumer: RoleAssumer,
        role_arn: Callable[[str, str], str],
        *,
        at_most: int = 500,
    ) -> None:
        self._session = session
        self._assumer = assumer
        self._role_arn = role_arn
        self._at_most = at_most
        self._open: dict[tuple[str, str], tuple[datetime, SageMakerClient]] = {}

    def sagemaker(self, target: Target) -> "SageMakerClient":
        """Return a client for the target's account and Region.

        Raises:
            TargetUnreachableError: the spoke refuses the hub, or there is no spoke.
            RetryableError: STS does not answer now.
        """
        key = (target.account, target.region)
        held = self._open.get(key)
        if held is None or held[0] <= utc_now():
            held = self._assume(target)
            # A client takes almost a megabyte. Clients of ended sessions are dropped, then the
            # oldest.
            open_ = [(k, v) for k, v in self._open.items() if v[0] > utc_now() and k != key]
            self._open = dict([*open_, (key, held)][-self._at_most :])
        return held[1]

    def _assume(self, target: Target) -> "tuple[datetime, SageMakerClient]":
        role_arn = self._role_arn(target.account, target.region)
        credentials = self._assumer.assume(role_arn, target.account)
        client = client_of(self._session, "sagemaker", target.region, credentials)
        return expires(credentials) - _MARGIN, client
