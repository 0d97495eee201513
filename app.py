"""Instantiates the stacks from the context of cdk.json; calls no AWS API and needs no Docker."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from hub.infrastructure.context import read_context
from hub.infrastructure.deployment_stack import StudioHubDeployment
from hub.infrastructure.directory_bus import others_of
from hub.infrastructure.function_platform import Package
from hub.infrastructure.identity_stack import StudioIdentity
from hub.infrastructure.package import build_package
from hub.infrastructure.stack import StudioHub
from spoke.infrastructure.execution_roles import read_execution_roles
from spoke.infrastructure.stack import StudioSpoke

ROOT = Path(__file__).parent

app = cdk.App(analytics_reporting=False)
context = read_context(app.node.try_get_context, app.node.get_all_context())
asset = build_package(
    ROOT, runtime=context.lambda_runtime, architecture=context.lambda_architecture
)
StudioHubDeployment(app, "StudioHubDeployment", context=context)
StudioHub(
    app,
    "StudioHub",
    context=context,
    package=Package(
        code=lambda_.Code.from_asset(str(asset), exclude=["**/__pycache__"]),
        runtime=context.lambda_runtime,
        architecture=context.lambda_architecture,
    ),
)
for account in others_of(context):
    StudioIdentity(app, f"StudioIdentity-{account}", context=context, account=account)
roles = (ROOT / "spoke" / "execution_roles.yaml").read_text(encoding="utf-8")
StudioSpoke(app, "StudioSpoke", execution_roles=read_execution_roles(roles))
app.synth()
