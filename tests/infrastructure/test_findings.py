"""cdk-nag's AwsSolutions pack finds nothing that is not acknowledged with a reason.

Every synthesis of these tests runs under it and stops at a finding.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks
from linting import lint_findings

from hub.infrastructure.context import Context
from hub.infrastructure.nag_suppressions import acknowledge_wildcards


@pytest.mark.parametrize("assembly", ["cloud_assembly", "elsewhere", "hardened"])
def test_nothing_is_found(assembly: str, request: pytest.FixtureRequest) -> None:
    """The report of the pack, where there is one, has no violation of its rules."""
    out: Path = request.getfixturevalue(assembly)
    report = out / "validation-report.json"
    text = report.read_text(encoding="utf-8") if report.exists() else "{}"

    assert (out / "StudioHub.template.json").exists()
    assert [each for each in _violations(json.loads(text)) if "AwsSolutions" in each] == []


@pytest.mark.parametrize("assembly", ["elsewhere", "hardened"])
def test_cloudformation_would_accept_it(assembly: str, request: pytest.FixtureRequest) -> None:
    """What `make synth` checks for the shipped context holds for all keys.

    cfn-lint finds nothing.
    """
    out: Path = request.getfixturevalue(assembly)
    found = {
        path.name: lint_findings(path.read_text(encoding="utf-8"))
        for path in out.glob("*.template.json")
    }

    assert len(found) == 4
    assert {name: each for name, each in found.items() if each} == {}


def _violations(report: dict[str, Any]) -> list[str]:
    return [
        violation.get("ruleName", "")
        for plugin in report.get("pluginReports", [])
        for violation in plugin.get("violations", [])
    ]


def test_the_pack_would_stop_a_synthesis(tmp_path: Path) -> None:
    """A check that never fails proves nothing: a queue that allows plain HTTP is refused."""
    app = cdk.App(
        analytics_reporting=False, outdir=str(tmp_path), builtin_cloud_formation_validation=False
    )
    sqs.Queue(cdk.Stack(app, "Careless"), "Queue")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()


def test_a_wildcard_without_a_reason_is_refused() -> None:
    """Every wider right of the hub has its reason."""
    stack = cdk.Stack(cdk.App(analytics_reporting=False), "Careless")

    for resource in ("arn:aws:s3:::bucket/*", "*"):
        wide = iam.PolicyStatement(actions=["s3:GetObject"], resources=[resource])
        with pytest.raises(ValueError, match="has no reason"):
            acknowledge_wildcards(stack, [wide])


def test_a_company_bounds_every_role(synthesize: Callable[..., Path], context: Context) -> None:
    """By the CDK's own key in the context, where no role may be made without a boundary."""
    named = {"@aws-cdk/core:permissionsBoundary": {"name": "company-boundary"}}
    bounded = [
        "company-boundary" in json.dumps(resource["Properties"].get("PermissionsBoundary"))
        for template in synthesize(context, **named).glob("*.template.json")
        for resource in json.loads(template.read_text(encoding="utf-8"))["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
    ]

    assert len(bounded) > 8
    assert all(bounded)
