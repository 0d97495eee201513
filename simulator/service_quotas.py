"""Service Quotas: how many user profiles a Studio account may have."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.errors import refuse
from simulator.rules import studio as rule
from simulator.studio import Studio

OPERATIONS: Final = frozenset({"GetServiceQuota"})
# "Maximum number of Studio user profiles allowed per account".
PROFILES: Final = "L-AC46C40F"
# Where no limit is simulated, more than any scenario has.
_NO_LIMIT: Final = 100_000


def handle(studio: Studio, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the quota of user profiles, or raise ServiceError for another one."""
    service, code = request["ServiceCode"], request["QuotaCode"]
    if (service, code) != ("sagemaker", PROFILES):
        message = f"The request failed because the specified quota {code} does not exist."
        raise refuse(rule.PROFILE_QUOTA, "NoSuchResourceException", message)
    limit = _NO_LIMIT if studio.profile_quota is None else studio.profile_quota
    return {"Quota": {"ServiceCode": service, "QuotaCode": code, "Value": float(limit)}}
