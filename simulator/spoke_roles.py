"""The execution roles of the spokes, as IAM shows them: all that no scenario says are missing."""

import json

from moto.iam.models import Role, iam_backends

from shared.conventions import ADDITIONAL_ROLES_POLICY, ROLE_PATH, SystemRole
from simulator.request_parts import account_of
from simulator.studio import Studio

_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            }
        ],
    }
)


_SYSTEM_ROLES = tuple(f"{role}-" for role in SystemRole)


def make_execution_role(arn: str) -> None:
    """Make a role that Studio may assume, unless there is one of its name."""
    aws, account, path = arn.split(":")[1], account_of(arn), arn.partition(":role")[2]
    name = path.rpartition("/")[2]
    backend = iam_backends[account][aws]
    if name not in {role.name for role in backend.get_roles()}:
        backend.create_role(
            role_name=name,
            assume_role_policy_document=_TRUST,
            path=path.removesuffix(name),
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="3600",
        )


def let_pass(arn: str, region: str) -> None:
    """Let the access role of a spoke pass a role, as AdditionalPassableRoleArns does.

    Without an access role, nothing is done: that account has no spoke.
    """
    backend = iam_backends[account_of(arn)][arn.split(":")[1]]
    name = SystemRole.ACCESS.name_in(region)
    role = next((each for each in backend.get_roles() if each.name == name), None)
    if role is None:
        return
    earlier = json.loads(role.policies.get(ADDITIONAL_ROLES_POLICY, "{}"))
    passed = earlier.get("Statement", {}).get("Resource", [])
    statement = {
        "Sid": "PassAdditionalRoles",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": sorted({*passed, arn}),
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }
    document = {"Version": "2012-10-17", "Statement": statement}
    backend.put_role_policy(name, ADDITIONAL_ROLES_POLICY, json.dumps(document))


def _delete(arn: str) -> None:
    roles = iam_backends[account_of(arn)][arn.split(":")[1]].roles
    for id_ in [id_ for id_, role in roles.items() if role.arn == arn]:
        del roles[id_]


def role_named(studio: Studio, account: str, partition: str, name: str) -> Role:
    """Return a role: every one under /studio-hub/ is there, but those that Studio says are missing.

    Raises:
        NotFoundException: there is no such role.
    """
    arn = f"arn:{partition}:iam::{account}:role{ROLE_PATH}{name}"
    if arn in studio.missing_roles:
        _delete(arn)
    elif not name.startswith(_SYSTEM_ROLES):
        make_execution_role(arn)
    return iam_backends[account][partition].get_role(name)
