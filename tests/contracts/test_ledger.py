"""The adapter of the ledger table: it loses nothing, and of two workers only one can write."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.tables import from_stored, to_stored
from hub.runtime.decisions.profile_events import RecordWrite
from hub.runtime.decisions.record import (
    Access,
    EndedGrant,
    MemberChanges,
    Obstacle,
    Record,
    State,
)
from shared.errors import RefusedError, RetryableError
from shared.model import Grant, GroupId, Target, UserId
from shared.storage import LEDGER_KEY
from simulator.partitions import partitioned
from simulator.shortcuts import quick_moto

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_dynamodb import DynamoDBClient

Stub = Callable[[Any], Stubber]
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ADA = UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21")
WHEN = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
PENDING = Record(user_id=ADA, target=LAB, state=State.PENDING, user_name="ada", profile_name="ada")
FULL = replace(
    PENDING,
    state=State.ACTIVE,
    role_arn="arn:aws:iam::222222222222:role/studio-hub/Lead",
    in_the_way="ada-001",
    tries=2,
    retry_at=WHEN,
    memberships=("m-1", "m-2"),
    given_by="ml-leads",
    because=(
        Grant(10, "ml-leads", "arn:aws:iam::222222222222:role/studio-hub/Lead", 30),
        Grant(20, "ml-scientists", "arn:aws:iam::222222222222:role/studio-hub/DS", 0),
    ),
    ended=(EndedGrant("ml-interns", 7, WHEN),),
    reason="because of a test",
    obstacle=Obstacle("refused", "no such role", "ValidationException"),
    access=Access.ASSIGNED,
    efs_uid="200005",
    modified="2026-11-23T11:59:00+00:00",
    requested_at=WHEN,
    started=WHEN,
    retain_until=WHEN,
    kept_role="arn:aws:iam::222222222222:role/studio-hub/Old",
    restarts=2,
    hold="limit",
    spaces=("ada-lab", "ada-old"),
    problems=("undecided ada",),
    undecided_since=WHEN,
    since=WHEN,
    last_request="0a664dd1-f102-48bc-9e6c-f13525ddaafa",
)


@pytest.fixture
def table(session: "boto3.Session") -> Iterator["DynamoDBClient"]:
    """Return a client of an embedded DynamoDB with an empty ledger and real conditions."""
    with quick_moto(), mock_aws(), partitioned():
        client = session.client("dynamodb")
        client.create_table(
            TableName="ledger",
            KeySchema=[
                {"AttributeName": LEDGER_KEY[0], "KeyType": "HASH"},
                {"AttributeName": LEDGER_KEY[1], "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in LEDGER_KEY
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture
def ledger(table: "DynamoDBClient") -> DynamoLedger:
    return DynamoLedger(table, "ledger")


@pytest.mark.parametrize("record", [PENDING, FULL], ids=["bare", "full"])
def test_a_record_comes_back_as_it_was_written(ledger: DynamoLedger, record: Record) -> None:
    """Every field, every grant and every time, with the version of the write."""
    written = ledger.write(record)

    assert written == replace(record, version=1)
    assert ledger.records(ADA) == {LAB: written}
    assert all(
        type(n) is int
        for n in (ledger.records(ADA)[LAB].version, ledger.records(ADA)[LAB].restarts)
    )


def test_the_full_record_leaves_no_field_at_its_default() -> None:
    """The round trip above would not detect a field that is not written."""
    fields = set(Record.__dataclass_fields__) - {"version"}

    assert {name for name in fields if not getattr(FULL, name)} == set()


@pytest.mark.parametrize("name", Record.__dataclass_fields__)
def test_every_field_is_stored_whatever_the_others_are(name: str) -> None:
    """A field that has its default takes no room; every other one comes back alone, in its type."""
    one = replace(PENDING, **{name: getattr(FULL, name)})
    stored = to_stored(one)

    found = from_stored(Record, stored)

    assert found == one
    assert type(getattr(found, name)) is type(getattr(one, name))
    assert stored.keys() <= to_stored(PENDING).keys() | {name}


def test_empty_texts_and_zeros_that_have_no_default_come_back() -> None:
    """A user without a name, and a grant that retains nothing for a day."""
    empty = replace(PENDING, user_name="", profile_name="", because=(Grant(0, "", "", 0),))

    assert from_stored(Record, to_stored(empty)) == empty


def test_a_user_has_one_record_in_each_target(ledger: DynamoLedger) -> None:
    """A read returns neither another user's records nor other items under the user's key."""
    lab, shop = ledger.write(PENDING), ledger.write(replace(FULL, target=SHOP))
    ledger.write(replace(PENDING, user_id=UserId("somebody-else")))

    assert ledger.records(ADA) == {LAB: lab, SHOP: shop}
    assert ledger.records(UserId("nobody")) == {}


def test_what_report_mode_reported_is_stored_beside_the_records(ledger: DynamoLedger) -> None:
    """For each user separately; it is not one of the user's records."""
    reported = frozenset({"dry-run Create for ada in LAB", "dry-run Assign for ada in LAB"})
    ledger.save_dry_run(ADA, reported)

    assert ledger.dry_run(ADA) == reported
    assert ledger.dry_run(UserId("somebody-else")) == frozenset()
    assert (ledger.records(ADA), list(ledger.everybody())) == ({}, [])
    ledger.save_dry_run(ADA, frozenset())
    assert ledger.dry_run(ADA) == frozenset()


def test_a_writer_of_the_latest_version_may_write(ledger: DynamoLedger) -> None:
    """Versions count the writes."""
    first = ledger.write(PENDING)
    second = ledger.write(replace(first, state=State.ACTIVE))

    assert second.version == 2
    assert ledger.records(ADA) == {LAB: second}


@pytest.mark.parametrize("seen", [0, 1, 3])
def test_two_workers_cannot_both_win(ledger: DynamoLedger, seen: int) -> None:
    """A worker that did not see the last write changes nothing and observes again."""
    last = ledger.write(ledger.write(PENDING))

    with pytest.raises(RetryableError):
        ledger.write(replace(PENDING, state=State.REMOVED, version=seen))

    assert ledger.records(ADA) == {LAB: last}


def counted(client: "DynamoDBClient") -> list[str]:
    """Return the operations that a client is asked for from now on."""
    asked: list[str] = []
    client.meta.events.register("before-call", lambda model, **_: asked.append(model.name))
    return asked


def test_the_records_of_a_user_are_written_in_one_call(table: "DynamoDBClient") -> None:
    """Each with its version, its members of groups and its history."""
    ledger, asked = DynamoLedger(table, "ledger"), counted(table)
    changes = MemberChanges({GroupId("ants"): "m-1"}, frozenset({GroupId("bees")}))
    old = ledger.write(replace(FULL, target=SHOP))

    written, refused = ledger.write_all([RecordWrite(PENDING, changes), RecordWrite(old)])

    assert asked == ["PutItem", "TransactWriteItems"]
    assert [each.version for each in written] == [1, 2]
    assert refused == {}
    assert ledger.records(ADA) == {each.target: each for each in written}


def test_a_record_that_another_worker_wrote_keeps_no_other_from_being_written(
    ledger: DynamoLedger,
) -> None:
    """Law 10: the refused one is named, and stays as the other worker wrote it."""
    last = ledger.write(ledger.write(replace(FULL, target=SHOP)))

    written, refused = ledger.write_all(
        [RecordWrite(replace(last, version=1)), RecordWrite(PENDING)]
    )

    assert written == (replace(PENDING, version=1),)
    assert refused.keys() == {SHOP}
    assert ledger.records(ADA) == {LAB: written[0], SHOP: last}


def test_records_in_very_many_targets_take_as_few_transactions_as_possible(
    table: "DynamoDBClient",
) -> None:
    """A transaction has at most 100 items: here are 145 records, and 40 members of groups."""
    ledger, asked = DynamoLedger(table, "ledger"), counted(table)
    targets = [Target(LAB.account, LAB.region, f"d-{number:04}") for number in range(145)]
    joined = {GroupId(f"g-{number:03}"): "m" for number in range(40)}

    written, refused = ledger.write_all(
        [
            RecordWrite(replace(PENDING, target=each), MemberChanges(joined if not at else {}))
            for at, each in enumerate(targets)
        ]
    )

    assert asked == ["TransactWriteItems"] * 2
    assert [each.target for each in written] == targets
    assert refused == {}


def test_the_keys_follow_the_design(table: "DynamoDBClient") -> None:
    """`user#<id>` / `target#<t>`, with the target as an attribute for the index."""
    DynamoLedger(table, "ledger").write(PENDING)

    (item,) = table.scan(TableName="ledger")["Items"]

    assert {name: item[name] for name in ("pk", "sk", "target", "state")} == {
        "pk": {"S": f"user#{ADA}"},
        "sk": {"S": f"target#{LAB}"},
        "target": {"S": str(LAB)},
        "state": {"S": "pending"},
    }


def test_an_attribute_that_a_later_version_adds_does_no_harm(table: "DynamoDBClient") -> None:
    """A hub that was rolled back reads the records of the newer version."""
    ledger = DynamoLedger(table, "ledger")
    written = ledger.write(FULL)
    (item,) = table.scan(TableName="ledger")["Items"]
    table.put_item(TableName="ledger", Item=item | {"expires": {"N": "1"}})

    assert ledger.records(ADA) == {LAB: written}


def test_records_are_read_consistently_and_to_the_end(
    table: "DynamoDBClient", dynamodb: "DynamoDBClient", stub: Stub
) -> None:
    """An empty page in the middle is not the end."""
    writer = DynamoLedger(table, "ledger")
    writer.write(PENDING)
    writer.write(replace(FULL, target=SHOP))
    one, other = table.scan(TableName="ledger")["Items"]
    key = {name: one[name] for name in LEDGER_KEY}
    later = key | {"sk": {"S": f"target#{LAB}/"}}
    asked = {
        "TableName": "ledger",
        "ConsistentRead": True,
        "KeyConditionExpression": "#pk = :user AND begins_with(#sk, :target)",
        "ExpressionAttributeNames": {"#pk": "pk", "#sk": "sk"},
        "ExpressionAttributeValues": {":user": {"S": f"user#{ADA}"}, ":target": {"S": "target#"}},
    }
    stubbed = stub(dynamodb)
    stubbed.add_response("query", {"Items": [one], "LastEvaluatedKey": key}, asked)
    stubbed.add_response(
        "query", {"Items": [], "LastEvaluatedKey": later}, asked | {"ExclusiveStartKey": key}
    )
    stubbed.add_response("query", {"Items": [other]}, asked | {"ExclusiveStartKey": later})

    assert DynamoLedger(dynamodb, "ledger").records(ADA) == writer.records(ADA)


@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", RetryableError), ("AccessDeniedException", RefusedError)],
)
def test_a_failed_ledger_call_is_not_an_empty_ledger(
    dynamodb: "DynamoDBClient", stub: Stub, code: str, error: type[Exception]
) -> None:
    """Rule 11, for reads and for writes."""
    stubbed = stub(dynamodb)
    stubbed.add_client_error("query", code)
    stubbed.add_client_error("put_item", code)
    ledger = DynamoLedger(dynamodb, "ledger")

    with pytest.raises(error, match=code):
        ledger.records(ADA)
    with pytest.raises(error, match=code):
        ledger.write(PENDING)
