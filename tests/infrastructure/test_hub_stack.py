"""How the hub is wired: rule, queues, dead letters, functions and tables."""

from typing import Any

import pytest

from shared.hints import event_pattern
from shared.wire import LEDGER_BY_TARGET, LEDGER_BY_TARGET_KEY, LEDGER_KEY, MAPPINGS_KEY

Template = dict[str, Any]
Resources = dict[str, dict[str, Any]]

FOURTEEN_DAYS = 14 * 24 * 3600


def test_the_rule_hears_the_directory_alone(hub: Resources) -> None:
    """The rule asks for what read_event understands, of the accounts that may tell it."""
    rule = hub["Ingress/Rule"]["Properties"]

    assert rule["EventPattern"] == {
        **event_pattern(),
        "account": ["111111111111", "333333333333"],
    }
    assert "EventBusName" not in rule


def test_an_undelivered_event_is_kept(hub: Resources) -> None:
    """What EventBridge cannot put in the events queue lies in a queue of its own."""
    assert hub["Ingress/Rule"]["Properties"]["Targets"] == [
        {
            "Id": "Events",
            "Arn": "<Ingress/Events/Queue.Arn>",
            "DeadLetterConfig": {"Arn": "<Ingress/Undelivered.Arn>"},
        }
    ]


@pytest.mark.parametrize(
    ("path", "visibility_timeout"),
    [("Ingress/Events", 360), ("Reconciler/Later", 360)],
)
def test_a_standard_queue_has_dead_letters(
    hub: Resources, path: str, visibility_timeout: int
) -> None:
    """Five deliveries, each with six time-outs of the reader, then the dead-letter queue."""
    assert hub[f"{path}/Queue"]["Properties"] == {
        "VisibilityTimeout": visibility_timeout,
        "RedrivePolicy": {
            "deadLetterTargetArn": f"<{path}/DeadLetters.Arn>",
            "maxReceiveCount": 5,
        },
        "SqsManagedSseEnabled": True,
    }


def test_users_are_queued_one_after_another(hub: Resources) -> None:
    """users.fifo orders by person, runs persons side by side, and never merges equal bodies."""
    assert hub["Reconciler/Users/Queue"]["Properties"] == {
        "FifoQueue": True,
        "ContentBasedDeduplication": False,
        "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId",
        "VisibilityTimeout": 720,
        "RedrivePolicy": {
            "deadLetterTargetArn": "<Reconciler/Users/DeadLetters.Arn>",
            "maxReceiveCount": 5,
        },
        "SqsManagedSseEnabled": True,
    }


def test_dead_letters_outlast_their_queue(hub: Resources) -> None:
    """Dead letters are kept fourteen days, encrypted; those of a FIFO queue in a FIFO queue."""
    kept = {"MessageRetentionPeriod": FOURTEEN_DAYS, "SqsManagedSseEnabled": True}
    found = {
        path: resource["Properties"]
        for path, resource in hub.items()
        if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" not in resource["Properties"]
    }

    assert found == {
        "Ingress/Events/DeadLetters": kept,
        "Ingress/Undelivered": kept,
        "Reconciler/Later/DeadLetters": kept,
        "Reconciler/Users/DeadLetters": {"FifoQueue": True, **kept},
    }


def test_who_reads_what(hub: Resources) -> None:
    """Each reader reports single failures; converge takes one person at a time, ten at once."""
    readers = [
        resource["Properties"]
        for resource in hub.values()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping"
    ]

    assert sorted(readers, key=lambda reader: str(reader["EventSourceArn"])) == [
        reader("Ingress/Intake", "Ingress/Events", batch=10, concurrency=5),
        reader("Ingress/Intake", "Reconciler/Later", batch=10, concurrency=5),
        reader("Reconciler/Converge", "Reconciler/Users", batch=1, concurrency=10),
    ]


def reader(function: str, queue: str, *, batch: int, concurrency: int) -> dict[str, Any]:
    return {
        "FunctionName": f"<{function}/Function>",
        "EventSourceArn": f"<{queue}/Queue.Arn>",
        "BatchSize": batch,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": concurrency},
    }


def test_converge_as_deployed(hub: Resources) -> None:
    """The function and its environment are what hub.runtime expects; rounds are not cut short."""
    converge = hub["Reconciler/Converge/Function"]["Properties"]

    assert converge == {
        "Code": converge["Code"],
        "Handler": "hub.runtime.handlers.converge.handler",
        "Runtime": "python3.13",
        "Architectures": ["arm64"],
        "Timeout": 120,
        "MemorySize": 512,
        "RecursiveLoop": "Allow",
        "Role": "<Reconciler/Converge/Role.Arn>",
        "LoggingConfig": {"LogGroup": "<Reconciler/Converge/Log>"},
        "Environment": {
            "Variables": {
                "STUDIO_HUB_ACCOUNT": "111111111111",
                "STUDIO_HUB_IDENTITY_STORE_ID": "d-1234567890",
                "STUDIO_HUB_MODE": "apply",
                "STUDIO_HUB_MAPPINGS_TABLE": "<Records/Mappings>",
                "STUDIO_HUB_LEDGER_TABLE": "<Records/Ledger>",
                "STUDIO_HUB_LATER_QUEUE_URL": "<Reconciler/Later/Queue>",
            }
        },
    }


def test_intake_as_deployed(hub: Resources) -> None:
    """The function and its environment are what hub.runtime expects; rounds are not cut short."""
    intake = hub["Ingress/Intake/Function"]["Properties"]

    assert intake == {
        "Code": intake["Code"],
        "Handler": "hub.runtime.handlers.intake.handler",
        "Runtime": "python3.13",
        "Architectures": ["arm64"],
        "Timeout": 60,
        "MemorySize": 512,
        "RecursiveLoop": "Allow",
        "Role": "<Ingress/Intake/Role.Arn>",
        "LoggingConfig": {"LogGroup": "<Ingress/Intake/Log>"},
        "Environment": {
            "Variables": {
                "STUDIO_HUB_IDENTITY_STORE_ID": "d-1234567890",
                "STUDIO_HUB_MAPPINGS_TABLE": "<Records/Mappings>",
                "STUDIO_HUB_USERS_QUEUE_URL": "<Reconciler/Users/Queue>",
                "STUDIO_HUB_LATER_QUEUE_ARN": "<Reconciler/Later/Queue.Arn>",
            }
        },
    }


@pytest.mark.parametrize("path", ["Ingress/Intake/Log", "Reconciler/Converge/Log"])
def test_logs_end(hub: Resources, path: str) -> None:
    """A log is kept for three months, and survives its stack until then."""
    assert hub[path] == {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"RetentionInDays": 90},
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
    }


def test_the_mappings_table(hub: Resources) -> None:
    """The table of rows has the keys of the wire and outlives its stack."""
    assert hub["Records/Mappings"] == table(MAPPINGS_KEY, ())


def test_the_ledger_table(hub: Resources) -> None:
    """The ledger has the keys and the index of the wire, expires history, outlives its stack."""
    expected = table(LEDGER_KEY, ("target",))
    expected["Properties"] |= {
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "GlobalSecondaryIndexes": [
            {
                "IndexName": LEDGER_BY_TARGET,
                "KeySchema": key_schema(LEDGER_BY_TARGET_KEY),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }

    assert hub["Records/Ledger"] == expected


def table(key: tuple[str, str], index_attributes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "KeySchema": key_schema(key),
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in (*key, *index_attributes)
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "SSESpecification": {"SSEEnabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "DeletionProtectionEnabled": True,
        },
    }


def key_schema(key: tuple[str, str]) -> list[dict[str, str]]:
    return [
        {"AttributeName": key[0], "KeyType": "HASH"},
        {"AttributeName": key[1], "KeyType": "RANGE"},
    ]


def test_the_context_reaches_the_functions(hub_in_report_mode: Resources) -> None:
    """Mode, runtime and architecture are the company's choice."""
    function = hub_in_report_mode["Reconciler/Converge/Function"]["Properties"]

    assert function["Environment"]["Variables"]["STUDIO_HUB_MODE"] == "report"
    assert function["Runtime"] == "python3.11"
    assert function["Architectures"] == ["x86_64"]
