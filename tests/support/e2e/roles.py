"""The product's own roles as deployed: their policies, and whom the roles and buses trust."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from e2e.accounts import HUB, MEMBERS
from e2e.cloud import Cloud

from shared.conventions import SYSTEM_PATH

Policy = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Roles:
    """Policies by role ARN and name; trust policies by role ARN, and those of buses by theirs."""

    policies: Mapping[str, Mapping[str, Policy]]
    trusts: Mapping[str, Policy]

    def of_session(self, session: str) -> str | None:
        """Return the role of a session's ARN; None if the role is not the product's."""
        account, _, rest = session.removeprefix("arn:aws:sts::").partition(":")
        name = rest.split("/")[1] if rest.startswith("assumed-role/") else ""
        return next(
            (
                arn
                for arn in self.policies
                if arn.split(":")[4] == account and arn.endswith(f"/{name}")
            ),
            None,
        )

    def with_path(self, resource: str) -> str:
        """Return the whole ARN of a role of the product that MiniStack names without its path."""
        start, _, name = resource.partition(":role/")
        names = (arn for arn in self.policies if arn.startswith(f"{start}:role/"))
        return next((arn for arn in names if name and arn.endswith(f"/{name}")), resource)

    def statements(self, role: str) -> dict[str, str]:
        """Return the effect of each statement of a role's policies by its Sid."""
        return {
            statement["Sid"]: statement["Effect"]
            for policy in self.policies[role].values()
            for statement in policy["Statement"]
        }


def deployed_roles(cloud: Cloud) -> Roles:
    """Return the roles under the product's own path, in every account."""
    policies: dict[str, Mapping[str, Policy]] = {}
    trusts: dict[str, Policy] = {}
    for account in MEMBERS:
        iam = cloud.aws.client("iam", account)
        for role in iam.list_roles(PathPrefix=SYSTEM_PATH)["Roles"]:
            name = role["RoleName"]
            policies[role["Arn"]] = {
                policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
            }
            trusts[role["Arn"]] = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
            attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
            assert not attached, f"{name} has policies beside its own: {attached}"
    for bus in cloud.aws.client("events", HUB).list_event_buses()["EventBuses"]:
        if "Policy" in bus:
            trusts[bus["Arn"]] = json.loads(bus["Policy"])
    return Roles(policies, trusts)
