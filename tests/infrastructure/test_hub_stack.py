"""What starts the hub, what it stores, what it outputs: rules, tables, outputs."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.infrastructure.context import Context
from shared.directory_events.routes import event_patterns
from shared.messages import decode
from shared.requests import ScanRequest, Subject
from shared.storage import (
    LEDGER_BY_MEMBERSHIP,
    LEDGER_BY_MEMBERSHIP_KEY,
    LEDGER_BY_MONTH,
    LEDGER_BY_MONTH_KEY,
    LEDGER_BY_TARGET,
    LEDGER_BY_TARGET_KEY,
    LEDGER_KEY,
    MAPPINGS_KEY,
)

Template = dict[str, Any]
Resources = dict[str, dict[str, Any]]


@pytest.mark.parametrize("route", ["CloudTrail", "Native"])
@pytest.mark.parametrize(
    ("kind", "bus", "account"),
    [
        ("", {}, "111111111111"),
        ("Forwarded", {"EventBusName": "<Ingress/Bus>"}, "333333333333"),
    ],
)
def test_a_rule_matches_the_directory_alone(
    hub: Resources, route: str, kind: str, bus: dict[str, str], account: str
) -> None:
    """It matches what read_event accepts, from the accounts that may send it."""
    expected: dict[str, Any] = {
        "Description": f"Changes of people and groups in IAM Identity Center ({route})",
        "EventPattern": {**event_patterns("eu-west-1")[route], "account": [account]},
        "Targets": [
            {
                "Id": "Events",
                "Arn": "<Ingress/Events/Queue.Arn>",
                "DeadLetterConfig": {"Arn": "<Ingress/Undelivered.Arn>"},
            }
        ],
    }

    assert hub[f"Ingress/{kind}{route}Rule"]["Properties"] == expected | bus


def test_every_route_has_its_rule(hub: Resources) -> None:
    """No pattern of the core is without a rule, and no rule is beside those and the schedule."""
    rules = {path for path, resource in hub.items() if resource["Type"] == "AWS::Events::Rule"}

    assert rules == {
        *(f"Ingress/{route}Rule" for route in event_patterns("eu-west-1")),
        *(f"Ingress/Forwarded{route}Rule" for route in event_patterns("eu-west-1")),
        "Schedule/Hourly",
        "Schedule/Daily",
    }


@pytest.mark.parametrize(
    ("path", "when"),
    [("Schedule/Hourly", "rate(1 hour)"), ("Schedule/Daily", "cron(37 2 * * ? *)")],
)
def test_a_sweep_starts_in_time(hub: Resources, path: str, when: str) -> None:
    """The schedule sends to `delayed` without a function between, and loses nothing silently."""
    rule = hub[path]["Properties"]
    (target,) = rule["Targets"]

    assert rule["ScheduleExpression"] == when
    assert target == {
        "Id": "Delayed",
        "Arn": "<Reconciler/Delayed/Queue.Arn>",
        "InputTransformer": target["InputTransformer"],
        "DeadLetterConfig": {"Arn": "<Ingress/Undelivered.Arn>"},
    }


@pytest.mark.parametrize("sweep", ["hourly", "daily"])
def test_the_message_of_the_schedule_is_a_request(hub: Resources, sweep: str) -> None:
    """As EventBridge fills it in, it starts this sweep; no two sweeps count as one."""
    target = hub[f"Schedule/{sweep.capitalize()}"]["Properties"]["Targets"][0]
    # Source: the EventBridge user guide, events of schedules.
    event: dict[str, Any] = {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "111111111111",
        "time": "2026-11-23T02:37:00Z",
        "region": "eu-west-1",
        "resources": [f"arn:aws:events:eu-west-1:111111111111:rule/{sweep}"],
        "detail": {},
    }
    at = datetime(2026, 11, 23, 2, 37, tzinfo=UTC)

    assert decode(filled_in(target["InputTransformer"], event)) == ScanRequest(
        Subject.SWEEP, sweep, at, event["id"], at
    )


def filled_in(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """Return what EventBridge sends: each name's value as JSON, since none is in quotes."""
    body: str = transformer["InputTemplate"]
    for name, path in transformer["InputPathsMap"].items():
        assert f"<{name}>" in body
        body = body.replace(f"<{name}>", json.dumps(event[path.removeprefix("$.")]))
    return body


def test_the_mappings_table(hub: Resources) -> None:
    """The rows have the shared keys and stream old and new image; the table outlives the stack."""
    expected = table(MAPPINGS_KEY, ())
    expected["Properties"]["StreamSpecification"] = {"StreamViewType": "NEW_AND_OLD_IMAGES"}

    assert hub["Tables/Mappings"] == expected


def test_the_ledger_table(hub: Resources) -> None:
    """The ledger has the shared keys and indices, expires history, outlives its stack."""
    of_indices = LEDGER_BY_TARGET_KEY[0], LEDGER_BY_MEMBERSHIP_KEY[0], *LEDGER_BY_MONTH_KEY
    expected = table(LEDGER_KEY, of_indices)
    expected["Properties"] |= {
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "GlobalSecondaryIndexes": [
            {
                "IndexName": LEDGER_BY_TARGET,
                "KeySchema": key_schema(LEDGER_BY_TARGET_KEY),
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": LEDGER_BY_MEMBERSHIP,
                "KeySchema": key_schema(LEDGER_BY_MEMBERSHIP_KEY),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": LEDGER_BY_MONTH,
                "KeySchema": key_schema(LEDGER_BY_MONTH_KEY),
                "Projection": {"ProjectionType": "ALL"},
            },
        ],
    }

    assert hub["Tables/Ledger"] == expected


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


def test_outputs_have_what_an_operator_needs(
    hub_template: Template, evaluated: Callable[..., Any]
) -> None:
    """Tables, queues, dead letters and logs are read from the stack, not guessed."""
    outputs = {
        name: evaluated(hub_template, output["Value"])
        for name, output in hub_template["Outputs"].items()
    }

    assert outputs == {
        "IdentityStoreId": "d-1234567890",
        "Mode": "apply",
        "RemovalLimitCount": "5",
        "RemovalLimitPercent": "10",
        "MappingsTable": "<Tables/Mappings>",
        "LedgerTable": "<Tables/Ledger>",
        "EventsQueueUrl": "<Ingress/Events/Queue>",
        "ReconcileQueueUrl": "<Reconciler/Requests/Queue>",
        "ScanQueueUrl": "<Scanner/Requests/Queue>",
        "DelayedQueueUrl": "<Reconciler/Delayed/Queue>",
        "BusName": "<Bus>",
        "AlarmTopicArn": "<Notifications/Topic>",
        "EventsDeadLettersUrl": "<Ingress/Events/DeadLetters>",
        "ReconcileDeadLettersUrl": "<Reconciler/Requests/DeadLetters>",
        "ScanDeadLettersUrl": "<Scanner/Requests/DeadLetters>",
        "DelayedDeadLettersUrl": "<Reconciler/Delayed/DeadLetters>",
        "EventRulesDeadLettersUrl": "<Ingress/Undelivered>",
        "RowChangesDeadLettersUrl": "<MappingStream/DeadLetters>",
        "IntakeLog": "<Ingress/Intake/Log>",
        "ReconcileLog": "<Reconciler/Reconcile/Log>",
        "ScanLog": "<Scanner/Scan/Log>",
        "MappingStreamLog": "<MappingStream/MappingStream/Log>",
    }


def test_the_bus_is_open_to_nobody_else(hub: Resources) -> None:
    """The hub publishes on a bus of its own, which no policy opens to others."""
    assert hub["Bus"]["Properties"]["Name"] == "studio-hub"
    assert "Policy" not in hub["Bus"]["Properties"]
    assert not [r for r in hub.values() if r["Type"] == "AWS::Events::EventBusPolicy"]


def test_only_forwarding_roles_send_on_the_directorys_bus(hub: Resources) -> None:
    """Another account forges no request, nor does another role of an event account."""
    forwarder = "arn:aws:iam::333333333333:role/studio-hub-system/StudioHubForwarder-eu-west-1"

    bus = hub["Ingress/Bus"]["Properties"]
    (statement,) = bus["Policy"]["Statement"]

    assert bus["Name"] == "studio-hub-directory"
    assert statement == {
        "Sid": "EventAccountsForward",
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::333333333333:root"]},
        "Action": "events:PutEvents",
        "Resource": "arn:aws:events:eu-west-1:111111111111:event-bus/studio-hub-directory",
        "Condition": {
            "StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"},
            "ArnEquals": {"aws:PrincipalArn": [forwarder]},
        },
    }


def test_a_hub_with_its_own_events_alone_opens_no_bus(
    synthesize: Callable[[Context], Path], context: Context
) -> None:
    """Where no other account has the directory's events, no bus is open to another account."""
    alone = replace(context, event_accounts=("111111111111",))
    out = synthesize(alone)
    template = json.loads((out / "StudioHub.template.json").read_text())
    types = [resource["Type"] for resource in template["Resources"].values()]

    assert types.count("AWS::Events::EventBus") == 1
    assert not (out / "StudioIdentity.template.json").exists()


def test_nothing_is_deleted_by_mistake(cloud_assembly: Path) -> None:
    """Neither the hub nor the roles that users in a spoke work with."""
    artifacts = json.loads((cloud_assembly / "manifest.json").read_text())["artifacts"]
    protected = {
        name: artifact["properties"].get("terminationProtection", False)
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }

    stacks = ("StudioHub", "StudioHubDeployment", "StudioIdentity", "StudioSpoke")
    assert protected == dict.fromkeys(stacks, True)
