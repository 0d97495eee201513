"""The policy of docs/recipes/approver-policy.json, judged by a third party; nothing is deployed."""

import json
from collections.abc import Callable, Iterator, Sequence

import pytest
from e2e.accounts import HUB, REGION
from e2e.deployment import ROOT
from e2e.evaluator import Decision, evaluate, install_evaluator, not_allowed, not_refused
from e2e.iam_requests import Context, IamRequest
from e2e.roles import Roles
from e2e.stacks import build

pytestmark = pytest.mark.e2e

Judge = Callable[[Sequence[IamRequest]], list[Decision]]
POLICY = json.loads((ROOT / "docs" / "recipes" / "approver-policy.json").read_text("utf-8"))
ROLE = f"arn:aws:iam::{HUB}:role/StudioHubApprover"
# The placeholders of the page are names that a table and a queue may have.
LEDGER = f"arn:aws:dynamodb:{REGION}:{HUB}:table/LEDGER_TABLE"
QUEUE = f"arn:aws:sqs:{REGION}:{HUB}:DELAYED_QUEUE"
STACK = f"arn:aws:cloudformation:{REGION}:{HUB}:stack/StudioHub/1"
DECIDED = ("limit#somewhere", "hold#00000000", "audit#2026-11")
KEYS_ALONE: Context = {
    "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
    "dynamodb:Attributes": ["pk", "sk"],
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    logs = build("logs")
    logs.mkdir(parents=True, exist_ok=True)
    script = install_evaluator(build("evaluator"), logs / "npm.log")
    roles = Roles({ROLE: {"ApproveHolds": POLICY}}, {})
    return lambda requests: evaluate(script, roles, requests)


def items(action: str, *keys: str) -> Iterator[IamRequest]:
    """Yield the request for each partition of the ledger."""
    for key in keys:
        context = {"dynamodb:LeadingKeys": [key]}
        yield IamRequest(ROLE, f"dynamodb:{action}", LEDGER, context)


NEEDED = (
    IamRequest(ROLE, "cloudformation:DescribeStacks", STACK),
    IamRequest(ROLE, "dynamodb:Scan", LEDGER, KEYS_ALONE),
    *items("Query", "limit#somewhere", "hold#00000000", "user#somebody", "hub"),
    *items("PutItem", *DECIDED),
    IamRequest(ROLE, "sqs:SendMessage", QUEUE),
)


def test_the_approver_may_show_approve_and_reject(judge: Judge) -> None:
    """All that these commands ask for is allowed, and by keys that each action has."""
    decisions = judge(NEEDED)

    assert not_allowed(decisions) == []
    assert [(str(each), each.ignored) for each in decisions if each.ignored] == []


def test_each_right_of_the_approver_is_needed(judge: Judge) -> None:
    """Each statement is the only one that allows something."""
    needed = {each.allowed_by for each in judge(NEEDED)}

    assert needed == {(each["Sid"],) for each in POLICY["Statement"]}


def test_the_approver_may_change_nothing_else(judge: Judge) -> None:
    """No pause, record, row or entry of others; it reads no whole item of the ledger's rest."""
    others = [
        *items("PutItem", "hub", "user#somebody", "target#somewhere", "group#some", "apply#1"),
        *items("Query", "audit#2026-11", "group#some", "target#somewhere"),
        *(
            each
            for action in ("DeleteItem", "UpdateItem", "GetItem")
            for each in items(action, *DECIDED, "hub")
        ),
        IamRequest(ROLE, "dynamodb:Scan", LEDGER, {"dynamodb:Select": "ALL_ATTRIBUTES"}),
        IamRequest(
            ROLE,
            "dynamodb:Scan",
            LEDGER,
            {**KEYS_ALONE, "dynamodb:Attributes": ["pk", "sk", "user_name"]},
        ),
        IamRequest(ROLE, "dynamodb:PutItem", LEDGER.replace("LEDGER", "MAPPINGS")),
        IamRequest(ROLE, "sqs:SendMessage", QUEUE.replace("DELAYED", "EVENTS")),
        IamRequest(ROLE, "sqs:PurgeQueue", QUEUE),
        IamRequest(ROLE, "sts:AssumeRole", "arn:aws:iam::222222222222:role/studio-hub/Lead"),
    ]

    assert not_refused(judge(others)) == []
