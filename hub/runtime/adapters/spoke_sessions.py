"""Clients for spoke accounts: the access role, assumed with its ExternalId and kept while valid."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from boto3.session import Session

from hub.runtime.adapters.assumed import assume, client_of, expires
from hub.runtime.adapters.aws import utc_now
from shared.conventions import access_role_arn
from shared.model import Target

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sts import STSClient

# A session is given up this long before its end, so that none expires in the middle of a plan.
_MARGIN = timedelta(minutes=3)
# A look lists and describes: its sessions can do nothing else, whatever the role may.
READ_ONLY: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "sagemaker:ListUserProfiles",
                    "sagemaker:DescribeUserProfile",
                    "sagemaker:DescribeDomain",
                    "sagemaker:ListTags",
                ],
                "Resource": "*",
            }
        ],
    }
)


class SpokeSessions:
    """Opens SageMaker clients in spoke accounts.

    `policy` narrows what the sessions may do; `at_most` is how many are kept open.
    """

    def __init__(
        self,
        session: Session,
        sts: "STSClient",
        hub_account: str,
        *,
        policy: str | None = None,
        at_most: int = 500,
    ) -> None:
        self._session = session
        self._sts = sts
        self._hub_account = hub_account
        self._policy = policy
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
            # A client weighs most of a megabyte: those of ended sessions go, and the oldest.
            open_ = [(k, v) for k, v in self._open.items() if v[0] > utc_now() and k != key]
            self._open = dict([*open_, (key, held)][-self._at_most :])
        return held[1]

    def _assume(self, target: Target) -> "tuple[datetime, SageMakerClient]":
        role_arn = access_role_arn(target.account, target.region)
        credentials = assume(self._sts, role_arn, self._hub_account, target.account, self._policy)
        client = client_of(self._session, "sagemaker", target.region, credentials)
        return expires(credentials) - _MARGIN, client
