"""Reads what the checks need of a Studio account: its roles, and its quota of profiles."""

from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.checks import IamRole
from shared.conventions import ADDITIONAL_ROLES_POLICY, SystemRole
from shared.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.model import Target

_NO_SUCH_ENTITY: Final = "NoSuchEntity"
# "Maximum number of Studio user profiles allowed per account". Source: the console of Service
# Quotas, Amazon SageMaker.
_SERVICE, _PROFILES = "sagemaker", "L-AC46C40F"


class AwsSpokeReader:
    """Implements the port SpokeReader.

    `client` returns a client of a service for a target's account and Region.
    """

    def __init__(self, client: "Callable[[str, Target], Any]") -> None:
        self._client = client

    def role(self, target: "Target", name: str) -> IamRole | None:
        iam = self._client("iam", target)
        try:
            with translated():
                found = iam.get_role(RoleName=name)["Role"]
        except RefusedError as refused:
            if refused.code == _NO_SUCH_ENTITY:
                return None
            raise
        tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}
        return IamRole(found["Arn"], found["AssumeRolePolicyDocument"], tags)

    def additional_roles(self, target: "Target") -> frozenset[str]:
        iam = self._client("iam", target)
        try:
            with translated():
                found = iam.get_role_policy(
                    RoleName=SystemRole.ACCESS.name_in(target.region),
                    PolicyName=ADDITIONAL_ROLES_POLICY,
                )
        except RefusedError as refused:
            if refused.code == _NO_SUCH_ENTITY:
                return frozenset()
            raise
        statements = found["PolicyDocument"]["Statement"]
        return frozenset(
            arn
            for statement in (statements if isinstance(statements, list) else [statements])
            for arn in _listed(statement["Resource"])
        )

    def has_policies(self, target: "Target", name: str) -> bool:
        iam = self._client("iam", target)
        with translated():
            own = iam.list_role_policies(RoleName=name)["PolicyNames"]
            attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return bool(own or attached)

    def profile_quota(self, target: "Target") -> int:
        quotas = self._client("service-quotas", target)
        with translated():
            found = quotas.get_service_quota(ServiceCode=_SERVICE, QuotaCode=_PROFILES)
        return int(found["Quota"]["Value"])


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
