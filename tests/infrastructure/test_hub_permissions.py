"""Every right of the hub's functions, in full: a right more or less fails here."""

from typing import Any

import pytest

Resources = dict[str, dict[str, Any]]

STORES = [
    "arn:aws:identitystore::111111111111:identitystore/d-1234567890",
    "arn:aws:identitystore::333333333333:identitystore/d-1234567890",
]
ASSUMED_BY_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
READ_QUEUE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def own_log(path: str) -> dict[str, Any]:
    return {
        "Sid": "WriteItsOwnLog",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"<{path}/Log.Arn>",
    }


READ_MAPPINGS = {
    "Sid": "ReadTheMappings",
    "Effect": "Allow",
    "Action": "dynamodb:Scan",
    "Resource": "<Records/Mappings.Arn>",
}


def test_converge_may_do_exactly_this(hub: Resources) -> None:
    """Converge reads the directory and the rows, keeps the ledger, and enters the spokes."""
    role = hub["Reconciler/Converge/Role"]["Properties"]

    assert role == {
        "RoleName": "StudioHub-Converge-eu-west-1",
        "Path": "/studio-hub-system/",
        "AssumeRolePolicyDocument": ASSUMED_BY_LAMBDA,
        "Policies": [
            {
                "PolicyName": "Needs",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "ReadWhomToLookAt",
                            "Effect": "Allow",
                            "Action": READ_QUEUE,
                            "Resource": "<Reconciler/Users/Queue.Arn>",
                        },
                        {
                            "Sid": "PutOffWhoMustWait",
                            "Effect": "Allow",
                            "Action": "sqs:SendMessage",
                            "Resource": "<Reconciler/Later/Queue.Arn>",
                        },
                        READ_MAPPINGS,
                        {
                            "Sid": "KeepTheLedger",
                            "Effect": "Allow",
                            "Action": ["dynamodb:Query", "dynamodb:PutItem"],
                            "Resource": "<Records/Ledger.Arn>",
                        },
                        {
                            "Sid": "ReadThePerson",
                            "Effect": "Allow",
                            "Action": [
                                "identitystore:DescribeUser",
                                "identitystore:ListGroupMembershipsForMember",
                            ],
                            "Resource": [
                                *STORES,
                                "arn:aws:identitystore:::user/*",
                                "arn:aws:identitystore:::membership/*",
                            ],
                        },
                        {
                            "Sid": "ReadTheMappedGroups",
                            "Effect": "Allow",
                            "Action": ["identitystore:GetGroupId", "identitystore:DescribeGroup"],
                            "Resource": [*STORES, "arn:aws:identitystore:::group/*"],
                        },
                        {
                            "Sid": "EnterTheSpokes",
                            "Effect": "Allow",
                            "Action": "sts:AssumeRole",
                            "Resource": "arn:aws:iam::*:role/studio-hub-system/StudioHubSpoke-*",
                            "Condition": {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}},
                        },
                        own_log("Reconciler/Converge"),
                    ],
                },
            }
        ],
    }


def test_intake_may_do_exactly_this(hub: Resources) -> None:
    """Intake turns what it reads into hints; it enters no spoke and touches no ledger."""
    role = hub["Ingress/Intake/Role"]["Properties"]

    assert role == {
        "RoleName": "StudioHub-Intake-eu-west-1",
        "Path": "/studio-hub-system/",
        "AssumeRolePolicyDocument": ASSUMED_BY_LAMBDA,
        "Policies": [
            {
                "PolicyName": "Needs",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "ReadEventsAndWhoWaited",
                            "Effect": "Allow",
                            "Action": READ_QUEUE,
                            "Resource": [
                                "<Ingress/Events/Queue.Arn>",
                                "<Reconciler/Later/Queue.Arn>",
                            ],
                        },
                        {
                            "Sid": "QueueWhomToLookAt",
                            "Effect": "Allow",
                            "Action": "sqs:SendMessage",
                            "Resource": "<Reconciler/Users/Queue.Arn>",
                        },
                        READ_MAPPINGS,
                        {
                            "Sid": "FindTheMappedGroups",
                            "Effect": "Allow",
                            "Action": "identitystore:GetGroupId",
                            "Resource": [*STORES, "arn:aws:identitystore:::group/*"],
                        },
                        own_log("Ingress/Intake"),
                    ],
                },
            }
        ],
    }


def test_no_other_identity_has_rights(hub: Resources) -> None:
    """The hub has two roles and no policy beside theirs."""
    identities = {
        path for path, resource in hub.items() if resource["Type"].startswith("AWS::IAM::")
    }

    assert identities == {"Reconciler/Converge/Role", "Ingress/Intake/Role"}


@pytest.mark.parametrize("path", ["Ingress/Events/Queue", "Ingress/Undelivered"])
def test_only_the_rule_is_let_in(hub: Resources, path: str) -> None:
    """Where EventBridge delivers, the queue's policy admits one rule, and TLS alone."""
    policy = hub[f"{path}/Policy"]

    assert policy["Properties"] == {
        "Queues": [f"<{path}>"],
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                tls_only(path),
                {
                    "Sid": "OnlyTheRuleSends",
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": f"<{path}.Arn>",
                    "Condition": {"ArnEquals": {"aws:SourceArn": "<Ingress/Rule.Arn>"}},
                },
            ],
        },
    }


@pytest.mark.parametrize(
    "path",
    [
        "Ingress/Events/DeadLetters",
        "Reconciler/Later/DeadLetters",
        "Reconciler/Later/Queue",
        "Reconciler/Users/DeadLetters",
        "Reconciler/Users/Queue",
    ],
)
def test_inner_queues_let_nobody_in(hub: Resources, path: str) -> None:
    """No queue policy grants anything where only our own functions send."""
    policy = hub[f"{path}/Policy"]["Properties"]["PolicyDocument"]

    assert policy["Statement"] == [tls_only(path)]


def tls_only(path: str) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sqs:*",
        "Resource": f"<{path}.Arn>",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
