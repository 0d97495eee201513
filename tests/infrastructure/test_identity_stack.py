"""The StudioIdentity stack: what it forwards to the hub, and who may assign users."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from shared.conventions import SystemRole
from shared.directory_events.routes import event_patterns

Resources = dict[str, dict[str, Any]]

HUB, ACCOUNT, REGION = "111111111111", "333333333333", "eu-west-1"
BUS = f"arn:aws:events:{REGION}:{HUB}:event-bus/studio-hub-directory"
APPLICATIONS = "arn:aws:sso::*:application/ssoins-1234567890abcdef/*"


@pytest.mark.parametrize("route", event_patterns(REGION))
def test_what_the_hub_reads_is_forwarded(identity: Resources, route: str) -> None:
    """Every pattern of the core, of this account alone, to the hub's bus; the rest is kept."""
    assert identity[f"Forwarding/{route}Rule"]["Properties"] == {
        "Name": f"studio-hub-forwards-{route.lower()}",
        "Description": f"Forwards changes of people and groups to Studio Hub ({route})",
        "EventPattern": {**event_patterns(REGION)[route], "account": [ACCOUNT]},
        "Targets": [
            {
                "Id": "Hub",
                "Arn": BUS,
                "RoleArn": "<Forwarding/Role.Arn>",
                "DeadLetterConfig": {"Arn": "<Forwarding/Undelivered.Arn>"},
            }
        ],
    }


def test_nothing_forged_is_forwarded() -> None:
    """Each pattern requires a source of AWS, which PutEvents refuses to anybody else."""
    for pattern in event_patterns(REGION).values():
        (source,) = pattern["source"]
        beginning = source["prefix"] if isinstance(source, dict) else source

        assert beginning.startswith("aws.")


def test_the_forwarding_role_forwards_and_nothing_else(identity: Resources) -> None:
    """EventBridge assumes it for these rules of this account, and it may send on one bus."""
    role = dict(identity["Forwarding/Role"]["Properties"])

    del role["Description"]
    assert role == {
        "RoleName": f"StudioHubForwarder-{REGION}",
        "Path": "/studio-hub-system/",
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": ACCOUNT},
                        "ArnLike": {
                            "aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/"
                            "studio-hub-forwards-*"
                        },
                    },
                }
            ],
        },
        "Policies": [
            {
                "PolicyName": "Needs",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "ForwardToTheHub",
                            "Effect": "Allow",
                            "Action": "events:PutEvents",
                            "Resource": BUS,
                        }
                    ],
                },
            }
        ],
    }


def test_hub_and_identity_stack_agree(identity: Resources, hub_elsewhere: Resources) -> None:
    """The bus that is forwarded to is the hub's, and the role that may send there is this one."""
    (policy,) = hub_elsewhere["Ingress/Bus"]["Properties"]["Policy"]["Statement"]
    role = identity["Forwarding/Role"]["Properties"]

    assert policy["Resource"] == BUS
    assert BUS.endswith(f"/{hub_elsewhere['Ingress/Bus']['Properties']['Name']}")
    assert policy["Condition"]["ArnEquals"]["aws:PrincipalArn"] == [
        f"arn:aws:iam::{ACCOUNT}:role{role['Path']}{role['RoleName']}"
    ]


@pytest.mark.parametrize(
    ("construct", "arn", "needs"),
    [
        (
            "Role",
            SystemRole.ASSIGNER.arn(ACCOUNT, REGION),
            (
                "ManageAssignments",
                [
                    "sso:CreateApplicationAssignment",
                    "sso:DeleteApplicationAssignment",
                    "sso:DescribeApplicationAssignment",
                ],
            ),
        ),
        (
            "Reader",
            SystemRole.ASSIGNMENT_READER.arn(ACCOUNT, REGION),
            (
                "ListAssignments",
                ["sso:ListApplicationAssignments", "sso:GetApplicationAssignmentConfiguration"],
            ),
        ),
    ],
)
def test_one_role_assigns_and_the_other_only_lists(
    identity: Resources, construct: str, arn: str, needs: tuple[str, str | list[str]]
) -> None:
    """Assignments to applications of the accounts that have Studio, of this Identity Center."""
    role = dict(identity[f"Assigner/{construct}"]["Properties"])
    limits = {
        "StringEqualsIfExists": {"sso:PrimaryRegion": REGION},
        "StringEquals": {"sso:ApplicationAccount": ["222222222222"]},
    }
    (policy,) = role["Policies"]
    statements = {each.pop("Sid"): each for each in deepcopy(policy)["PolicyDocument"]["Statement"]}
    sid, actions = needs

    assert f"arn:aws:iam::{ACCOUNT}:role{role['Path']}{role['RoleName']}" == arn
    assert role["MaxSessionDuration"] == 3600
    assert statements.pop("DecryptTheDirectory")["Action"] == "kms:Decrypt"
    assert statements == {
        sid: {
            "Effect": "Allow",
            "Action": actions,
            "Resource": APPLICATIONS,
            "Condition": limits,
        },
    }


@pytest.mark.parametrize(("construct", "function"), [("Role", "Reconcile"), ("Reader", "Scan")])
def test_each_role_trusts_one_function_of_the_hub(
    identity: Resources, construct: str, function: str
) -> None:
    """By role, organization and the ExternalId of this pair of accounts."""
    role = identity[f"Assigner/{construct}"]["Properties"]
    name = f"StudioHub-{function}-{REGION}"
    only = {"aws:PrincipalArn": f"arn:aws:iam::{HUB}:role/studio-hub-system/{name}"}
    enters, named = role["AssumeRolePolicyDocument"]["Statement"]

    assert enters["Principal"] == named["Principal"] == {"AWS": f"arn:aws:iam::{HUB}:root"}
    assert (enters["Action"], named["Action"]) == ("sts:AssumeRole", "sts:SetSourceIdentity")
    assert enters["Condition"] == {
        "StringEquals": {
            "aws:PrincipalOrgID": "o-exampleorgid",
            "sts:ExternalId": f"studio-hub/{HUB}/{ACCOUNT}",
        },
        "ArnEquals": only,
    }
    assert named["Condition"] == {
        "StringEquals": {
            "aws:PrincipalOrgID": "o-exampleorgid",
            "sts:SourceIdentity": f"{name}@{HUB}",
        },
        "ArnEquals": only,
    }


def test_an_account_that_only_forwards_assigns_nobody(forwarding_only: Resources) -> None:
    """Where Identity Center is the hub's, the other event account has no role for the hub."""
    assert not {"Assigner/Role", "Assigner/Reader"} & forwarding_only.keys()
    assert {path for path, each in forwarding_only.items() if each["Type"] == "AWS::IAM::Role"} == {
        "Forwarding/Role"
    }


def test_what_cannot_be_forwarded_is_kept_and_reported(identity: Resources) -> None:
    """Its queue admits these two rules, over TLS alone; the first message raises an alarm."""
    queue, alarm = identity["Forwarding/Undelivered"], identity["NotForwarded"]["Properties"]
    policy = identity["Forwarding/Undelivered/Policy"]["Properties"]["PolicyDocument"]
    tls, rules = policy["Statement"]

    assert queue["Properties"] == {
        "MessageRetentionPeriod": 14 * 24 * 3600,
        "SqsManagedSseEnabled": True,
    }
    assert tls["Effect"] == "Deny"
    assert rules["Condition"]["ArnEquals"]["aws:SourceArn"] == [
        "<Forwarding/CloudTrailRule.Arn>",
        "<Forwarding/NativeRule.Arn>",
    ]
    assert alarm["AlarmActions"] == ["<Notifications/Topic>"]


def test_it_needs_no_bootstrap(elsewhere: Path) -> None:
    """A management account is rarely bootstrapped: no asset, no bootstrap version."""
    text = (elsewhere / "StudioIdentity.template.json").read_text()

    assert "BootstrapVersion" not in json.loads(text).get("Parameters", {})
    assert len(json.dumps(json.loads(text), separators=(",", ":")).encode()) <= 51_200
