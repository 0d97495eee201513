"""The StudioIdentity stack: what it forwards to the hub, and whom it lets assign people."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.conventions import assigner_role_arn
from shared.events import event_patterns

Resources = dict[str, dict[str, Any]]

HUB, ACCOUNT, REGION = "111111111111", "333333333333", "eu-west-1"
BUS = f"arn:aws:events:{REGION}:{HUB}:event-bus/studio-hub-directory"
APPLICATIONS = "arn:aws:sso::*:application/ssoins-1234567890abcdef/*"


@pytest.mark.parametrize("route", event_patterns(REGION))
def test_what_the_hub_understands_is_forwarded(identity: Resources, route: str) -> None:
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
    """Each pattern asks for a source of AWS, which PutEvents refuses to anybody else."""
    for pattern in event_patterns(REGION).values():
        (source,) = pattern["source"]
        beginning = source["prefix"] if isinstance(source, dict) else source

        assert beginning.startswith("aws.")


def test_the_forwarding_role_forwards_and_nothing_else(identity: Resources) -> None:
    """EventBridge assumes it for these rules of this account, and it may speak on one bus."""
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
    """The bus that is forwarded to is the hub's, and the role that may speak there is this one."""
    (policy,) = hub_elsewhere["Ingress/Bus"]["Properties"]["Policy"]["Statement"]
    role = identity["Forwarding/Role"]["Properties"]

    assert policy["Resource"] == BUS
    assert BUS.endswith(f"/{hub_elsewhere['Ingress/Bus']['Properties']['Name']}")
    assert policy["Condition"]["ArnEquals"]["aws:PrincipalArn"] == [
        f"arn:aws:iam::{ACCOUNT}:role{role['Path']}{role['RoleName']}"
    ]


def test_the_assigner_assigns_and_nothing_else(identity: Resources) -> None:
    """Assignments to applications of the accounts that Studio is in, of this Identity Center."""
    role = dict(identity["Assigner/Role"]["Properties"])
    limits = {
        "StringEqualsIfExists": {"sso:PrimaryRegion": REGION},
        "StringEquals": {"sso:ApplicationAccount": ["222222222222"]},
    }
    (policy,) = role["Policies"]
    statements = {each.pop("Sid"): each for each in policy["PolicyDocument"]["Statement"]}

    assert f"arn:aws:iam::{ACCOUNT}:role{role['Path']}{role['RoleName']}" == assigner_role_arn(
        ACCOUNT, REGION
    )
    assert role["MaxSessionDuration"] == 3600
    assert statements.pop("DecryptTheDirectory")["Action"] == "kms:Decrypt"
    assert statements == {
        "LetPeopleIn": {
            "Effect": "Allow",
            "Action": [
                "sso:CreateApplicationAssignment",
                "sso:DeleteApplicationAssignment",
                "sso:DescribeApplicationAssignment",
            ],
            "Resource": APPLICATIONS,
            "Condition": limits,
        },
        "SeeWhoIsLetIn": {
            "Effect": "Allow",
            "Action": [
                "sso:ListApplicationAssignments",
                "sso:GetApplicationAssignmentConfiguration",
            ],
            "Resource": APPLICATIONS,
            "Condition": limits,
        },
    }


def test_the_assigner_trusts_the_hubs_two_functions(identity: Resources) -> None:
    """By role, organization and the ExternalId of this pair of accounts."""
    (statement,) = identity["Assigner/Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{HUB}:root"}
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:PrincipalOrgID": "o-exampleorgid",
            "sts:ExternalId": f"studio-hub/{HUB}/{ACCOUNT}",
        },
        "ArnEquals": {
            "aws:PrincipalArn": [
                f"arn:aws:iam::{HUB}:role/studio-hub-system/StudioHub-Converge-{REGION}",
                f"arn:aws:iam::{HUB}:role/studio-hub-system/StudioHub-Look-{REGION}",
            ]
        },
    }


def test_an_account_that_only_forwards_assigns_nobody(forwarding_only: Resources) -> None:
    """Where Identity Center is the hub's, the other event account has no role for the hub."""
    assert "Assigner/Role" not in forwarding_only
    assert {path for path, each in forwarding_only.items() if each["Type"] == "AWS::IAM::Role"} == {
        "Forwarding/Role"
    }


def test_what_cannot_be_forwarded_is_kept_and_told(identity: Resources) -> None:
    """Its queue lets these two rules in, over TLS alone, and pages at the first message."""
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
