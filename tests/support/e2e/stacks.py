"""The project's stacks for the accounts of a run: synthesized, and each deployed to its own."""

import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from e2e.accounts import (
    HUB,
    INSTANCE,
    MANAGEMENT,
    ORGANIZATION,
    REGION,
    SECOND,
    SPOKES,
    STORE,
    TARGETS,
    additional_role_arn,
)
from e2e.deployment import ROOT, Deployment, synthesize, take_out
from e2e.progress import report

_BUILD = ROOT / "build" / "e2e"
# The network of the domain that a stack creates; nothing checks whether it exists.
_NETWORK = {
    "DomainVpcId": "vpc-0123456789abcdef0",
    "DomainSubnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    "DomainSecurityGroupIds": "sg-0123456789abcdef0",
}


def build(name: str) -> Path:
    """Return a directory for the files that a run leaves; no commit contains it."""
    return _BUILD / name


def synthesized(name: str, logs: Path, without: str, **more: str) -> Path:
    """Return the app's templates for the accounts of a run, without the statements of one Sid."""
    assembly = build(name)
    shutil.rmtree(assembly, ignore_errors=True)
    machine = platform.machine()
    context = {
        "hub_account": HUB,
        "hub_region": REGION,
        "organization_id": ORGANIZATION,
        "identity_store_id": STORE,
        "event_accounts": f"{HUB},{MANAGEMENT}",
        "identity_account": MANAGEMENT,
        "identity_instance": INSTANCE,
        "studio_accounts": ",".join(SPOKES),
        # The removal limit is one an hour in each target; further removals are held.
        "removal_limit_count": "1",
        "removal_limit_percent": "0",
        # The functions run on this machine with MiniStack's Python, which has this one's version.
        "lambda_runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "lambda_architecture": {"aarch64": "arm64"}.get(machine, machine),
        **more,
    }
    synthesize(assembly, logs / "cdk.log", context)
    if without:
        whose = take_out(assembly, without)
        if not whose:
            raise LookupError(f"no role has a statement {without}")
        report(f"{without} is taken from {', '.join(whose)}")
    return assembly


def deploy_stacks(
    deployment: Deployment, later: Callable[..., object]
) -> dict[str, dict[str, str]]:
    """Deploy every stack and return their outputs; `later` takes what undoes each.

    The outputs are by the stack's name, those of spokes by account and Region.
    """
    report("bootstrapping and deploying StudioHub")
    # This stack stays, like the bootstrap, whose role uses the policy.
    policy = deployment.deploy("StudioHubDeployment", HUB)["PolicyArn"]
    deployment.bootstrap(HUB, policy)
    outputs = {"StudioHub": deployment.deploy("StudioHub", HUB)}
    later(deployment.destroy, "StudioHub", HUB)
    report("deploying StudioIdentity to the management account")
    identity = f"StudioIdentity-{MANAGEMENT}"
    deployment.deploy(identity, MANAGEMENT)
    later(deployment.destroy, identity, MANAGEMENT)
    for account, region in dict.fromkeys((each.account, each.region) for each in TARGETS):
        report(f"deploying StudioSpoke to {account}, {region}")
        outputs[f"{account}/{region}"] = deployment.deploy(
            "StudioSpoke", account, _parameters(account, region), region
        )
        later(deployment.destroy, "StudioSpoke", account, region)
    return outputs


def _parameters(account: str, region: str) -> dict[str, str]:
    return {
        "HubAccount": HUB,
        "HubRegion": REGION,
        "OrganizationId": ORGANIZATION,
        # Not empty: MiniStack treats a condition on an empty list as true.
        "AdditionalPassableRoleArns": additional_role_arn(account),
        # IAM is global: one stack of an account creates the roles, the others reference them.
        "ExecutionRoles": "create" if region == REGION else "existing",
        **({"Domain": "create", **_NETWORK} if account == SECOND.account else {}),
    }
