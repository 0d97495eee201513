"""The stacks, synthesized once per session, and read as CloudFormation would deploy them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Validations
from aws_cdk import aws_lambda as lambda_
from cdk_nag import AwsSolutionsChecks
from templates import SPOKE_PARAMETERS, Resources, Template, deployed, evaluation

from hub.infrastructure.context import Context
from hub.infrastructure.context_reader import Network
from hub.infrastructure.deployment_stack import StudioHubDeployment
from hub.infrastructure.directory_bus import others_of
from hub.infrastructure.function_platform import Package
from hub.infrastructure.identity_stack import StudioIdentity
from hub.infrastructure.stack import StudioHub
from spoke.infrastructure.execution_roles import read_execution_roles
from spoke.infrastructure.stack import StudioSpoke

ROOT = Path(__file__).parents[2]
KEY = "arn:aws:kms:eu-west-1:333333333333:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"
OWN_KEY = "arn:aws:kms:eu-west-1:111111111111:key/1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f"
VPC = "vpc-0123456789abcdef0"
SUBNETS = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
SIGNING_PROFILE = "arn:aws:signer:eu-west-1:111111111111:/signing-profiles/StudioHub/abcdefghij"


@pytest.fixture(scope="session")
def context() -> Context:
    return Context(
        hub_account="111111111111",
        hub_region="eu-west-1",
        organization_id="o-exampleorgid",
        identity_store_id="d-1234567890",
        event_accounts=("111111111111", "333333333333"),
        identity_account="111111111111",
        identity_instance=None,
        identity_key_arn=None,
        studio_accounts=(),
        mode="apply",
        removal_limit_count=5,
        removal_limit_percent=10,
        alarm_email=None,
        drift_alarm=20,
        lambda_runtime="python3.13",
        lambda_architecture="arm64",
        kms_key_arn=None,
        vpc=None,
        code_signing_profile_arn=None,
    )


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    asset = tmp_path_factory.mktemp("asset")
    (asset / "placeholder.py").write_text('"""Stands in for the functions."""\n')
    shipped = (ROOT / "spoke" / "execution_roles.yaml").read_text(encoding="utf-8")
    execution_roles = read_execution_roles(shipped)

    def synthesized(context: Context, **of_the_cdk: object) -> Path:
        out = tmp_path_factory.mktemp("cdk.out")
        app = cdk.App(
            analytics_reporting=False,
            outdir=str(out),
            # Its findings are only warnings, and its engine takes seconds of several cores to load:
            # `make synth` runs it. cfn-lint checks these templates.
            builtin_cloud_formation_validation=False,
            context={"aws:cdk:enable-path-metadata": True, **of_the_cdk},
        )
        package = Package(
            code=lambda_.Code.from_asset(str(asset)),
            runtime=context.lambda_runtime,
            architecture=context.lambda_architecture,
        )
        StudioHubDeployment(app, "StudioHubDeployment", context=context)
        StudioHub(app, "StudioHub", context=context, package=package)
        for account in others_of(context):
            StudioIdentity(app, "StudioIdentity", context=context, account=account)
        StudioSpoke(app, "StudioSpoke", execution_roles=execution_roles)
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        app.synth()
        return out

    return synthesized


@pytest.fixture(scope="session")
def cloud_assembly(synthesize: Callable[..., Path], context: Context) -> Path:
    return synthesize(context)


@pytest.fixture(scope="session")
def hub_template(cloud_assembly: Path) -> Template:
    template: Template = json.loads((cloud_assembly / "StudioHub.template.json").read_text())
    return template


@pytest.fixture(scope="session")
def spoke_template(cloud_assembly: Path) -> Template:
    template: Template = json.loads((cloud_assembly / "StudioSpoke.template.json").read_text())
    return template


@pytest.fixture(scope="session")
def hub(hub_template: Template) -> Resources:
    return deployed(hub_template, {})


@pytest.fixture(scope="session")
def deploy_spoke(spoke_template: Template) -> Callable[..., Resources]:
    def deploy(**parameters: str) -> Resources:
        return deployed(spoke_template, SPOKE_PARAMETERS | parameters)

    return deploy


@pytest.fixture(scope="session")
def evaluated() -> Callable[..., Any]:
    def evaluate(template: Template, value: object, **parameters: str) -> object:
        return evaluation(template, SPOKE_PARAMETERS | parameters)(value)

    return evaluate


@pytest.fixture(scope="session")
def spoke(deploy_spoke: Callable[..., Resources]) -> Resources:
    return deploy_spoke()


@pytest.fixture(scope="session")
def elsewhere(synthesize: Callable[..., Path], context: Context) -> Path:
    """Return a context with Identity Center in another account and no default elsewhere."""
    other = replace(
        context,
        identity_account="333333333333",
        identity_instance="ssoins-1234567890abcdef",
        identity_key_arn=KEY,
        studio_accounts=("222222222222",),
        alarm_email="ops@example.com",
        mode="report",
        removal_limit_count=7,
        removal_limit_percent=0,
        lambda_runtime="python3.11",
        lambda_architecture="x86_64",
    )
    return synthesize(other)


@pytest.fixture(scope="session")
def hardened(synthesize: Callable[..., Path], context: Context) -> Path:
    """Return the context of a hardened company: its own key, network and code signing."""
    return synthesize(
        replace(
            context,
            event_accounts=("111111111111", "999999999999"),
            alarm_email="ops@example.com",
            kms_key_arn=OWN_KEY,
            vpc=Network(vpc_id=VPC, subnet_ids=SUBNETS),
            code_signing_profile_arn=SIGNING_PROFILE,
        )
    )


@pytest.fixture(scope="session")
def hardened_hub(hardened: Path) -> Resources:
    return deployed(json.loads((hardened / "StudioHub.template.json").read_text()), {})


@pytest.fixture(scope="session")
def hardened_identity(hardened: Path) -> Resources:
    return deployed(json.loads((hardened / "StudioIdentity.template.json").read_text()), {})


@pytest.fixture(scope="session")
def hub_elsewhere(elsewhere: Path) -> Resources:
    return deployed(json.loads((elsewhere / "StudioHub.template.json").read_text()), {})


@pytest.fixture(scope="session")
def identity(elsewhere: Path) -> Resources:
    return deployed(json.loads((elsewhere / "StudioIdentity.template.json").read_text()), {})


@pytest.fixture(scope="session")
def forwarding_only(cloud_assembly: Path) -> Resources:
    return deployed(json.loads((cloud_assembly / "StudioIdentity.template.json").read_text()), {})
