"""The group-level roles that a spoke ships, read from its synthesized template."""

import json
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from e2e.deployment import ROOT
from e2e.roles import Policy, Roles
from templates import PSEUDO, SPOKE_PARAMETERS, Template, deployed, policies_of

from shared.conventions import ROLE_PATH
from spoke.infrastructure.execution_roles import read_execution_roles
from spoke.infrastructure.stack import StudioSpoke

ACCOUNT, REGION = PSEUDO["AWS::AccountId"], PSEUDO["AWS::Region"]
SUBNETS = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
SECURITY_GROUP = "sg-0123456789abcdef0"
DOMAIN, PROFILE = "d-research0001", "ada"
# IAM's variables in a session of Studio. The evaluator's reference has no such keys, so they are
# filled in here. Source: SageMaker developer guide, "Identity-based policy examples".
_SESSION = {"${sagemaker:DomainId}": DOMAIN, "${sagemaker:UserProfileName}": PROFILE}
BUCKETS = ("studio-data", "studio-more")
REGISTRY = "444444444444"
# All parameters that a company can set for the roles of a spoke.
NARROWED = {
    "JobSubnetIds": ",".join(SUBNETS),
    "JobSecurityGroupIds": SECURITY_GROUP,
    "DataBucketArns": ",".join(f"arn:aws:s3:::{bucket}" for bucket in BUCKETS),
    "ImageRegistryAccounts": REGISTRY,
    "InstanceTypes": "ml.t3.medium,ml.m5.*",
    "SpaceRemoteAccess": "allow",
}


def spoke_template(out: Path) -> Template:
    """Synthesize the spoke with the roles that it ships, and return its template."""
    app = cdk.App(
        analytics_reporting=False, outdir=str(out), context={"aws:cdk:enable-path-metadata": True}
    )
    shipped = (ROOT / "spoke" / "execution_roles.yaml").read_text(encoding="utf-8")
    StudioSpoke(app, "StudioSpoke", execution_roles=read_execution_roles(shipped))
    app.synth()
    template: Template = json.loads((out / "StudioSpoke.template.json").read_text("utf-8"))
    return template


def shipped_roles(template: Template, parameters: Mapping[str, str]) -> Roles:
    """Return the roles as deployed with these parameters, in a user's session."""
    resources = deployed(template, {**SPOKE_PARAMETERS, **parameters})
    return Roles(
        {
            role_arn(resource["Properties"]["RoleName"]): _in_session(policies_of(resources, path))
            for path, resource in resources.items()
            if resource["Type"] == "AWS::IAM::Role"
            and resource["Properties"].get("Path") == ROLE_PATH
        },
        {},
    )


def role_arn(name: str) -> str:
    """Return the ARN of a shipped role."""
    return f"arn:aws:iam::{ACCOUNT}:role{ROLE_PATH}{name}"


def _in_session(policies: Mapping[str, Policy]) -> dict[str, Policy]:
    text = json.dumps(policies)
    for variable, value in _SESSION.items():
        text = text.replace(variable, value)
    filled: dict[str, Policy] = json.loads(text)
    return filled
