"""One event, one id: every line that any function logs because of it carries that id."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from stories import Play, join_quietly, membership_event

from shared.messages import encode
from shared.requests import HOURLY, ScanRequest, Subject
from simulator.directory_operations import DirectoryOperations, Via
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws
from simulator.faults import Fault
from simulator.setup import LEDGER, MAPPINGS

TARGET = "222222222222/eu-west-1/d-one"
ROW = {"group": "scientists", "target": TARGET, "priority": 1, "retention_days": 0}


def lines(aws: EmbeddedAws, message: str = "") -> list[dict[str, Any]]:
    """Return what the functions logged without metrics; with a message, only its lines."""
    return [
        entry
        for entry in aws.lambdas.log
        if "_aws" not in entry and message in ("", entry["message"])
    ]


def ids(aws: EmbeddedAws) -> set[str | None]:
    return {entry.get("correlation_id") for entry in lines(aws)}


def functions(aws: EmbeddedAws) -> set[str]:
    return {entry["function_name"] for entry in lines(aws)}


def joins(via: Via) -> Callable[[EmbeddedAws], str]:
    def join(aws: EmbeddedAws) -> str:
        store = aws.services.identity_store
        operations = DirectoryOperations(store, HUB_ACCOUNT, aws.clock.now)
        (event,) = operations.join("bob", "scientists", via)
        assert aws.deliver(event)
        return str(event["id"] if via == "native" else event["detail"]["eventID"])

    return join


def row_changes(aws: EmbeddedAws) -> str:
    join_quietly(aws, "bob", "scientists")
    aws.put_mapping(ROW)
    return row_change_ids(aws)[-1]


def row_change_ids(aws: EmbeddedAws) -> list[str]:
    shard = dynamodb_backends[HUB_ACCOUNT][HUB_REGION].tables[MAPPINGS].stream_shard
    assert shard is not None
    return [record.to_json()["eventID"] for record in shard.items]


def sweep_starts(aws: EmbeddedAws) -> str:
    join_quietly(aws, "bob", "scientists")
    now = datetime.fromtimestamp(aws.clock.now(), UTC)
    request = ScanRequest(Subject.SWEEP, HOURLY, now, "the-id-of-the-sweep", now)
    delayed = aws.queues["delayed"].url
    aws.lambdas.sqs.send_message(QueueUrl=delayed, MessageBody=encode(request))
    return request.event_id


@pytest.mark.parametrize(
    ("happens", "through"),
    [
        (joins("console"), {"intake", "reconcile"}),
        (joins("native"), {"intake", "reconcile"}),
        (joins("scim"), {"intake", "scan", "reconcile"}),
        (row_changes, {"mapping_stream", "scan", "reconcile"}),
        # Intake passes a sweep on without a log line.
        (sweep_starts, {"scan", "reconcile"}),
    ],
    ids=["console", "native", "scim", "row", "sweep"],
)
def test_every_line_about_an_event_carries_its_id(
    play: Play, happens: Callable[[EmbeddedAws], str], through: set[str]
) -> None:
    """Through every queue: reconcile, scan, and `delayed`, where throttled requests wait.

    The roles were checked before, so that a join asks for no scan.
    """
    aws = play("sweep: {}").aws
    aws.lambdas.log.clear()
    for operation in ("CreateUserProfile", "ListGroupMemberships"):
        service = "sagemaker" if operation.startswith("Create") else "identitystore"
        aws.gateway.faults.append(Fault(service, operation, "ThrottlingException", times=9))

    event_id = happens(aws)
    aws.wait(600)

    assert ids(aws) == {event_id}
    assert functions(aws) == through
    assert {"REQUEUED", "CHANGE"} <= {entry["message"] for entry in lines(aws)}
    assert len(lines(aws, "EVENT_ACCEPTED")) == len(through & {"intake", "mapping_stream"})
    records = [row for row in aws.rows(LEDGER) if row.get("state") == "active"]
    assert {row["last_request"] for row in records} == {event_id}


def test_an_accepted_event_is_logged(play: Play) -> None:
    """The line names the event, its route, its delay, and whom or what the hub processes."""
    aws = play().aws
    store = aws.services.identity_store
    bob, group = store.find_user("bob"), store.find_group("scientists")
    assert bob is not None
    assert group is not None

    joins("console")(aws)
    aws.run()
    joins("scim")(aws)
    aws.run()
    aws.put_mapping(ROW)
    aws.run()

    console, scim, row = lines(aws, "EVENT_ACCEPTED")
    assert (console["subject"], console["key"]) == ("user", bob.user_id)
    assert console["event_name"] == "AddMemberToGroup"
    assert console["source"] == "sso-directory.amazonaws.com"
    assert console["account"] == HUB_ACCOUNT
    assert datetime.fromisoformat(console["event_at"])
    assert (scim["subject"], scim["key"]) == ("group", group.group_id)
    assert (scim["event_name"], scim["source"]) == (
        "PatchGroup",
        "identitystore-scim.amazonaws.com",
    )
    assert (row["subject"], row["key"]) == ("mapping", f"scientists -> {TARGET}")
    assert (row["event_name"], row["source"]) == ("MODIFY", "mappings")


def test_no_event_of_a_batch_lends_its_id_to_another(play: Play) -> None:
    """Accepted, ignored or unreadable: each line is about its own event, or about none."""
    aws = play().aws
    aws.lambdas.log.clear()
    heard, ignored = (membership_event(aws, "bob", group) for group in ("scientists", "others"))
    torn = membership_event(aws, "bob", "scientists")
    del torn["detail"]["eventID"]
    bodies = [json.dumps(event) for event in (heard, torn, ignored)]

    for body in (*bodies, "neither an event nor JSON"):
        aws.lambdas.sqs.send_message(QueueUrl=aws.queues["events"].url, MessageBody=body)
    aws.lambdas.drain()

    told = [(entry["message"], entry.get("correlation_id")) for entry in lines(aws)]
    assert told[:4] == [
        ("EVENT_ACCEPTED", "bob/scientists"),
        # Identified by the envelope's own id, where the event's is missing.
        ("UNREADABLE", "e1"),
        ("EVENT_IGNORED", "bob/others"),
        ("UNREADABLE", None),
    ]


def test_no_row_of_a_batch_lends_its_id_to_another(play: Play) -> None:
    """A row that cannot be read, one that changed, and one that is equal to before."""
    aws = play().aws
    aws.lambdas.log.clear()
    before = len(row_change_ids(aws))

    aws.put_mapping(ROW | {"priority": "soon", "group": "others"})
    aws.put_mapping(ROW)
    aws.put_mapping(ROW | {"note": "asked for by somebody"})
    aws.lambdas.drain()

    bad, new, same = row_change_ids(aws)[before:]
    told = [(entry["message"], entry["correlation_id"]) for entry in lines(aws)]
    assert told[:4] == [
        ("PROBLEM", bad),
        ("EVENT_IGNORED", bad),
        ("EVENT_ACCEPTED", new),
        ("EVENT_IGNORED", same),
    ]
