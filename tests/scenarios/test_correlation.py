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
from simulator.directory_operations import DirectoryActs, Via
from simulator.faults import Fault
from simulator.setup import LEDGER, MAPPINGS
from simulator.world import HUB_ACCOUNT, HUB_REGION, World

TARGET = "222222222222/eu-west-1/d-one"
ROW = {"group": "scientists", "target": TARGET, "priority": 1, "retention_days": 0}


def lines(world: World, message: str = "") -> list[dict[str, Any]]:
    """Return what the functions logged without metrics; with a message, only its lines."""
    return [
        entry
        for entry in world.lambdas.log
        if "_aws" not in entry and message in ("", entry["message"])
    ]


def ids(world: World) -> set[str | None]:
    return {entry.get("correlation_id") for entry in lines(world)}


def functions(world: World) -> set[str]:
    return {entry["function_name"] for entry in lines(world)}


def joins(via: Via) -> Callable[[World], str]:
    def join(world: World) -> str:
        store = world.services.identity_store
        acts = DirectoryActs(store, HUB_ACCOUNT, world.clock.now)
        (event,) = acts.join("bob", "scientists", via)
        assert world.deliver(event)
        return str(event["id"] if via == "native" else event["detail"]["eventID"])

    return join


def row_changes(world: World) -> str:
    join_quietly(world, "bob", "scientists")
    world.put_mapping(ROW)
    return row_change_ids(world)[-1]


def row_change_ids(world: World) -> list[str]:
    shard = dynamodb_backends[HUB_ACCOUNT][HUB_REGION].tables[MAPPINGS].stream_shard
    assert shard is not None
    return [record.to_json()["eventID"] for record in shard.items]


def sweep_starts(world: World) -> str:
    join_quietly(world, "bob", "scientists")
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    request = ScanRequest(Subject.ROUND, HOURLY, now, "the-id-of-the-round", now)
    delayed = world.queues["delayed"].url
    world.lambdas.sqs.send_message(QueueUrl=delayed, MessageBody=encode(request))
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
    ids=["console", "native", "scim", "row", "round"],
)
def test_every_line_about_an_event_carries_its_id(
    play: Play, happens: Callable[[World], str], through: set[str]
) -> None:
    """Through every queue: reconcile, scan, and `delayed`, where throttled requests wait."""
    world = play().world
    world.lambdas.log.clear()
    for operation in ("CreateUserProfile", "ListGroupMemberships"):
        service = "sagemaker" if operation.startswith("Create") else "identitystore"
        world.gateway.faults.append(Fault(service, operation, "ThrottlingException", times=9))

    event_id = happens(world)
    world.wait(600)

    assert ids(world) == {event_id}
    assert functions(world) == through
    assert {"REQUEUED", "CHANGE"} <= {entry["message"] for entry in lines(world)}
    assert len(lines(world, "EVENT_ACCEPTED")) == len(through & {"intake", "mapping_stream"})
    records = [row for row in world.rows(LEDGER) if row.get("state") == "active"]
    assert {row["last_request"] for row in records} == {event_id}


def test_an_accepted_event_is_logged(play: Play) -> None:
    """The line names the event, its route, its delay, and whom or what the hub processes."""
    world = play().world
    store = world.services.identity_store
    bob, group = store.find_user("bob"), store.find_group("scientists")
    assert bob is not None
    assert group is not None

    joins("console")(world)
    world.run()
    joins("scim")(world)
    world.run()
    world.put_mapping(ROW)
    world.run()

    console, scim, row = lines(world, "EVENT_ACCEPTED")
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
    world = play().world
    world.lambdas.log.clear()
    heard, ignored = (membership_event(world, "bob", group) for group in ("scientists", "others"))
    torn = membership_event(world, "bob", "scientists")
    del torn["detail"]["eventID"]
    bodies = [json.dumps(event) for event in (heard, torn, ignored)]

    for body in (*bodies, "neither an event nor JSON"):
        world.lambdas.sqs.send_message(QueueUrl=world.queues["events"].url, MessageBody=body)
    world.lambdas.drain()

    told = [(entry["message"], entry.get("correlation_id")) for entry in lines(world)]
    assert told[:4] == [
        ("EVENT_ACCEPTED", "bob/scientists"),
        # Identified by the envelope's own id, where the event's is missing.
        ("UNREADABLE", "e1"),
        ("EVENT_IGNORED", "bob/others"),
        ("UNREADABLE", None),
    ]


def test_no_row_of_a_batch_lends_its_id_to_another(play: Play) -> None:
    """A row that cannot be read, one that changed, and one that is equal to before."""
    world = play().world
    world.lambdas.log.clear()
    before = len(row_change_ids(world))

    world.put_mapping(ROW | {"priority": "soon", "group": "others"})
    world.put_mapping(ROW)
    world.put_mapping(ROW | {"note": "asked for by somebody"})
    world.lambdas.drain()

    bad, new, same = row_change_ids(world)[before:]
    told = [(entry["message"], entry["correlation_id"]) for entry in lines(world)]
    assert told[:4] == [
        ("PROBLEM", bad),
        ("EVENT_IGNORED", bad),
        ("EVENT_ACCEPTED", new),
        ("EVENT_IGNORED", same),
    ]
