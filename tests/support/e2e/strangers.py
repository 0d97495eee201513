"""Role sessions for tests of trust, and roles of accounts that the product does not own."""

import json
from collections.abc import Mapping
from typing import Any

from e2e.accounts import HUB
from e2e.cloud import Cloud

_ANY_STS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}],
}


def session_of(
    cloud: Cloud,
    role: str,
    external_id: str | None = None,
    by: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """Return credentials of a role, assumed by a session or by its own account's root.

    Root can assume the functions' roles too: MiniStack treats it as the services that they trust.
    Raises ClientError if the role is refused.
    """
    account = role.split(":")[4] if by or external_id is None else HUB
    given = {"ExternalId": external_id} if external_id else {}
    sts = cloud.aws.client("sts", account, by)
    answer = sts.assume_role(RoleArn=role, RoleSessionName="e2e", **given)
    credentials: Mapping[str, Any] = answer["Credentials"]
    return credentials


def allow_everything_of_sts(cloud: Cloud, role: str, *, trusted: str) -> None:
    """Create a role that trusts a whole account, and may assume any role that allows it."""
    _, _, path = role.partition(":role")
    directory, _, name = path.rpartition("/")
    iam = cloud.aws.client("iam", role.split(":")[4])
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{trusted}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    iam.create_role(RoleName=name, Path=f"{directory}/", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName=name, PolicyName="Any", PolicyDocument=json.dumps(_ANY_STS))
