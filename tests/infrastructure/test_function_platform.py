"""What hardened companies need: their key on all stored data, their network and code signing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Resources = dict[str, dict[str, Any]]

ROOT = Path(__file__).parents[2]
OWN_KEY = "arn:aws:kms:eu-west-1:111111111111:key/1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f"
ROLES = [
    "Ingress/Intake/Role",
    "MappingStream/MappingStream/Role",
    "Reconciler/Reconcile/Role",
    "Scanner/Scan/Role",
]
# What stores data, and how it names its key.
ENCRYPTED: dict[str, dict[str, Any]] = {
    "AWS::DynamoDB::Table": {
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": OWN_KEY}
    },
    "AWS::Lambda::Function": {"KmsKeyArn": OWN_KEY},
    "AWS::Logs::LogGroup": {"KmsKeyId": OWN_KEY},
    "AWS::SNS::Topic": {"KmsMasterKeyId": OWN_KEY},
    "AWS::SQS::Queue": {"KmsMasterKeyId": OWN_KEY},
}
KEEPS_NOTHING = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::EC2::SecurityGroup",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::CodeSigningConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}
INTERFACES = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]


@pytest.mark.parametrize("stack", ["hardened_hub", "hardened_identity"])
def test_the_key_is_on_all_stored_data(stack: str, request: pytest.FixtureRequest) -> None:
    """No resource that stores data uses a key of AWS; a new kind of resource must be decided on."""
    resources: Resources = request.getfixturevalue(stack)
    kept = {path: each for path, each in resources.items() if each["Type"] not in KEEPS_NOTHING}
    bare = [
        path
        for path, each in kept.items()
        if not ENCRYPTED[each["Type"]].items() <= each["Properties"].items()
    ]

    assert len(kept) > 1
    assert bare == []
    assert not [path for path, each in kept.items() if "SqsManagedSseEnabled" in each["Properties"]]


@pytest.mark.parametrize("role", ROLES)
def test_the_rights_to_the_key_and_the_network(
    hardened_hub: Resources, hub: Resources, role: str
) -> None:
    """The key through three services alone; interfaces for Lambda, and never for the code."""
    added = statements(hardened_hub[role])[len(statements(hub[role])) :]

    assert added == [
        through("ReadItsSettings", "lambda", "kms:Decrypt"),
        through("UseEncryptedQueues", "sqs", ["kms:Decrypt", "kms:GenerateDataKey"]),
        through(
            "UseEncryptedTables",
            "dynamodb",
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
        ),
        {
            "Sid": "ConnectToTheNetwork",
            "Effect": "Allow",
            "Action": INTERFACES,
            "Resource": "*",
        },
        {
            "Sid": "NoNetworkForTheCode",
            "Effect": "Deny",
            "Action": INTERFACES,
            "Resource": "*",
            "Condition": {
                "ArnLike": {
                    "lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:222222222222:function:*"
                }
            },
        },
    ]


def through(sid: str, service: str, action: str | list[str]) -> dict[str, Any]:
    via = {"StringEquals": {"kms:ViaService": f"{service}.eu-west-1.amazonaws.com"}}
    allowed = {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": OWN_KEY}
    return allowed | {"Condition": via}


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    (policy,) = role["Properties"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def test_every_function_is_in_the_subnets_and_runs_signed_code(hardened_hub: Resources) -> None:
    """No function is in Lambda's own network, and none runs unsigned code."""
    functions = [
        each["Properties"]
        for each in hardened_hub.values()
        if each["Type"] == "AWS::Lambda::Function"
    ]

    assert len(functions) == len(ROLES)
    for function in functions:
        assert function["CodeSigningConfigArn"] == "<Platform/CodeSigning.CodeSigningConfigArn>"
        assert function["VpcConfig"] == {
            "SubnetIds": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            "SecurityGroupIds": ["<Platform/SecurityGroup.GroupId>"],
        }


def test_the_network_allows_https_out_and_nothing_in(
    hardened: Path, hardened_hub: Resources
) -> None:
    """The group belongs to the company's VPC; an output names it for the endpoints."""
    outputs = json.loads((hardened / "StudioHub.template.json").read_text())["Outputs"]

    assert hardened_hub["Platform/SecurityGroup"]["Properties"] == {
        "VpcId": "vpc-0123456789abcdef0",
        "GroupDescription": "Functions of Studio Hub: out by HTTPS, nothing in",
        "SecurityGroupEgress": [
            {
                "Description": "To the endpoints of AWS",
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "CidrIp": "0.0.0.0/0",
            }
        ],
    }
    assert "FunctionsSecurityGroup" in outputs


def test_unsigned_code_is_refused(hardened_hub: Resources) -> None:
    """The profile's version is the one publisher, and Lambda does more than warn."""
    signing = hardened_hub["Platform/CodeSigning"]["Properties"]

    assert signing["AllowedPublishers"] == {
        "SigningProfileVersionArns": [
            "arn:aws:signer:eu-west-1:111111111111:/signing-profiles/StudioHub/abcdefghij"
        ]
    }
    assert signing["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Enforce"}


@pytest.mark.parametrize(
    ("stack", "account"),
    [("hardened_hub", "111111111111"), ("hardened_identity", "999999999999")],
)
def test_the_shipped_key_policy_allows_every_service(
    stack: str, account: str, request: pytest.FixtureRequest
) -> None:
    """docs/kms-key-policy.json names every service that writes to an encrypted resource."""
    resources: Resources = request.getfixturevalue(stack)
    policy = json.loads((ROOT / "docs" / "kms-key-policy.json").read_text(encoding="utf-8"))
    needed = set(writers(resources))
    refused = [
        (service, action)
        for service, *actions in sorted(needed)
        for action in actions
        if not any(allows(each, service, action, account) for each in policy["Statement"])
    ]

    assert len(needed) > 1
    assert refused == []


def writers(resources: Resources) -> Iterator[tuple[str, ...]]:
    """Yield each service that writes to an encrypted resource, with its actions on the key."""
    for each in resources.values():
        if each["Type"] == "AWS::Logs::LogGroup":
            # Source: the CloudWatch Logs user guide, encrypting log data.
            yield "logs.eu-west-1.amazonaws.com", "kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"
        if each["Type"] in ("AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"):
            for statement in each["Properties"]["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow":
                    service = statement["Principal"]["Service"]
                    yield service, "kms:Decrypt", "kms:GenerateDataKey"


def allows(statement: dict[str, Any], service: str, action: str, account: str) -> bool:
    named = statement["Principal"].get("Service", [])
    condition = json.dumps(statement.get("Condition", {}))
    return (
        service in ([named] if isinstance(named, str) else named)
        and any(
            action == each or action.startswith(each.rstrip("*")) for each in statement["Action"]
        )
        and account in condition
    )
