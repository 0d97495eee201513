from collections.abc import Callable, Sequence

import pytest
from e2e.accounts import HUB, REGION
from e2e.cloud import Cloud
from e2e.cloudformation import (
    EXECUTION_ROLE,
    asked,
    asked_by_deployment,
    execution_roles,
    passing,
)
from e2e.evaluator import Decision, evaluate, install_evaluator
from e2e.iam_requests import IamRequest
from e2e.stacks import build

pytestmark = pytest.mark.e2e

Judge = Callable[[Sequence[IamRequest]], list[Decision]]
ELSEWHERE = [
    asked("dynamodb:DeleteTable", f"arn:aws:dynamodb:{REGION}:{HUB}:table/StudioHub-RecordsLedger"),
    asked("dynamodb:Scan", f"arn:aws:dynamodb:{REGION}:{HUB}:table/StudioHub-RecordsMappings"),
    asked("dynamodb:UpdateTable", f"arn:aws:dynamodb:{REGION}:{HUB}:table/Payroll"),
    asked("iam:AttachRolePolicy", f"arn:aws:iam::{HUB}:role/studio-hub-system/StudioHub-Scan"),
    asked("iam:CreateRole", f"arn:aws:iam::{HUB}:role/Admin"),
    asked("iam:PutRolePolicy", f"arn:aws:iam::{HUB}:role/Admin"),
    asked("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{HUB}:function:StudioHub-Scan"),
    asked("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{HUB}:function:Payroll"),
    asked("s3:PutObject", f"arn:aws:s3:::cdk-hnb659fds-assets-{HUB}-{REGION}/package.zip"),
    asked("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{HUB}:StudioHub-Events"),
    passing(f"arn:aws:iam::{HUB}:role/Admin", "lambda.amazonaws.com"),
    passing(f"arn:aws:iam::{HUB}:role/studio-hub-system/StudioHub-Scan", "ec2.amazonaws.com"),
]


@pytest.fixture(scope="module")
def judge_deployment(cloud: Cloud) -> Judge:
    script = install_evaluator(build("evaluator"), build("logs") / "npm.log")
    roles = execution_roles(cloud)
    return lambda requests: evaluate(script, roles, requests)


def test_cloudformation_has_the_shipped_policy_alone(cloud: Cloud) -> None:
    """The bootstrap gave it no AdministratorAccess."""
    names = [*execution_roles(cloud).policies[EXECUTION_ROLE]]

    assert names == [f"StudioHubDeployment-{REGION}"]


def test_whatever_the_hub_is_made_of_may_be_deployed(cloud: Cloud, judge_deployment: Judge) -> None:
    """Each right of each resource type, on the names that the deployment gave."""
    decisions = judge_deployment([*asked_by_deployment(cloud)])

    assert len(decisions) > 300
    assert not [str(decision) for decision in decisions if not decision.allowed]


def test_what_lies_beside_the_hub_is_denied(judge_deployment: Judge) -> None:
    """Other names, other roles, other services, and what the hub keeps."""
    assert not [str(each) for each in judge_deployment(ELSEWHERE) if each.allowed]


def test_the_policy_has_no_condition_that_never_holds(
    cloud: Cloud, judge_deployment: Judge
) -> None:
    """A key that IAM does not have for an action would forbid it for ever."""
    decisions = judge_deployment([*asked_by_deployment(cloud)])

    assert not [(str(each), each.ignored) for each in decisions if each.ignored]
