"""What begins things in the hub, what it remembers, what it puts out: rules, tables, outputs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.events import event_patterns
from shared.hints import LookHint, Subject
from shared.wire import (
    LEDGER_BY_MEMBERSHIP,
    LEDGER_BY_MEMBERSHIP_KEY,
    LEDGER_BY_TARGET,
    LEDGER_BY_TARGET_KEY,
    LEDGER_KEY,
    MAPPINGS_KEY,
    decode,
)

Template = dict[str, Any]
Resources = dict[str, dict[str, Any]]


@pytest.mark.parametrize("route", ["CloudTrail", "Native"])
def test_a_rule_hears_the_directory_alone(hub: Resources, route: str) -> None:
    """It asks for what read_event understands, of the accounts that may tell it, in this Region."""
    assert hub[f"Ingress/{route}Rule"]["Properties"] == {
        "Description": f"Changes of people and groups in IAM Identity Center ({route})",
        "EventPattern": {
            **event_patterns("eu-west-1")[route],
            "account": ["111111111111", "333333333333"],
        },
        "Targets": [
            {
                "Id": "Events",
                "Arn": "<Ingress/Events/Queue.Arn>",
                "DeadLetterConfig": {"Arn": "<Ingress/Undelivered.Arn>"},
            }
        ],
    }


def test_every_route_has_its_rule(hub: Resources) -> None:
    """No pattern of the core is without a rule, and no rule is beside those and the schedule."""
    rules = {path for path, resource in hub.items() if resource["Type"] == "AWS::Events::Rule"}

    assert rules == {
        *(f"Ingress/{route}Rule" for route in event_patterns("eu-west-1")),
        "Schedule/Hourly",
        "Schedule/Daily",
    }


@pytest.mark.parametrize(
    ("path", "when"),
    [("Schedule/Hourly", "rate(1 hour)"), ("Schedule/Daily", "cron(37 2 * * ? *)")],
)
def test_a_round_begins_in_time(hub: Resources, path: str, when: str) -> None:
    """The schedule sends to `later` without a function between, and loses nothing silently."""
    rule = hub[path]["Properties"]
    (target,) = rule["Targets"]

    assert rule["ScheduleExpression"] == when
    assert target == {
        "Id": "Later",
        "Arn": "<Reconciler/Later/Queue.Arn>",
        "InputTransformer": target["InputTransformer"],
        "DeadLetterConfig": {"Arn": "<Ingress/Undelivered.Arn>"},
    }


@pytest.mark.parametrize("round_", ["hourly", "daily"])
def test_what_the_schedule_sends_is_a_hint(hub: Resources, round_: str) -> None:
    """As EventBridge fills it in, it begins this round; no two rounds are taken for one."""
    target = hub[f"Schedule/{round_.capitalize()}"]["Properties"]["Targets"][0]
    # Source: the EventBridge user guide, events of schedules.
    event: dict[str, Any] = {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "111111111111",
        "time": "2026-11-23T02:37:00Z",
        "region": "eu-west-1",
        "resources": [f"arn:aws:events:eu-west-1:111111111111:rule/{round_}"],
        "detail": {},
    }
    at = datetime(2026, 11, 23, 2, 37, tzinfo=UTC)

    assert decode(filled_in(target["InputTransformer"], event)) == LookHint(
        Subject.ROUND, round_, at, event["id"], at
    )


def filled_in(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """Return what EventBridge sends: each name's value as JSON, since none stands in quotes."""
    body: str = transformer["InputTemplate"]
    for name, path in transformer["InputPathsMap"].items():
        assert f"<{name}>" in body
        body = body.replace(f"<{name}>", json.dumps(event[path.removeprefix("$.")]))
    return body


def test_the_mappings_table(hub: Resources) -> None:
    """The rows have the keys of the wire, tell each change as it was and is, outlive the stack."""
    expected = table(MAPPINGS_KEY, ())
    expected["Properties"]["StreamSpecification"] = {"StreamViewType": "NEW_AND_OLD_IMAGES"}

    assert hub["Records/Mappings"] == expected


def test_the_ledger_table(hub: Resources) -> None:
    """The ledger has the keys and indices of the wire, expires history, outlives its stack."""
    expected = table(LEDGER_KEY, (LEDGER_BY_TARGET_KEY[0], LEDGER_BY_MEMBERSHIP_KEY[0]))
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


def test_outputs_tell_what_an_operator_needs(
    hub_template: Template, evaluated: Callable[..., Any]
) -> None:
    """The commands' tables and queues are looked up in the stack, not guessed."""
    outputs = {
        name: evaluated(hub_template, output["Value"])
        for name, output in hub_template["Outputs"].items()
    }

    assert outputs == {
        "IdentityStoreId": "d-1234567890",
        "MappingsTable": "<Records/Mappings>",
        "LedgerTable": "<Records/Ledger>",
        "EventsQueueUrl": "<Ingress/Events/Queue>",
        "UsersQueueUrl": "<Reconciler/Users/Queue>",
        "LooksQueueUrl": "<Sweep/Looks/Queue>",
        "LaterQueueUrl": "<Reconciler/Later/Queue>",
        "BusName": "<Bus>",
    }


def test_the_bus_is_open_to_nobody_else(hub: Resources) -> None:
    """What the hub tells, it tells on a bus of its own, which no policy opens to others."""
    assert hub["Bus"]["Properties"]["Name"] == "studio-hub"
    assert not [r for r in hub.values() if r["Type"] == "AWS::Events::EventBusPolicy"]
