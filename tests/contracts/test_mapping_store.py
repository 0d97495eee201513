"""The adapter of the mappings table: read whole, and cached until a request is newer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber
from fakes import FakeClock, FakeHubState

from hub.runtime.adapters.tables import DynamoMappings
from hub.runtime.decisions.hub_state import HubState
from shared.errors import RefusedError, RetryableError
from shared.model import GroupId, GroupMapping, Target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Stub = Callable[[Any], Stubber]
TARGET = "222222222222/eu-west-1/d-research0001"
ASKED: dict[str, Any] = {"TableName": "mappings", "ConsistentRead": True}
BEFORE, AFTER = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-1, 1))


def page(*groups: str, after: str = "") -> dict[str, Any]:
    items = [{"group": {"S": group}, "target": {"S": TARGET}} for group in groups]
    return {"Items": items} | ({"LastEvaluatedKey": key(after)} if after else {})


def key(group: str) -> dict[str, Any]:
    return {"group": {"S": group}, "target": {"S": TARGET}}


def groups(store: DynamoMappings, newer_than: datetime) -> list[str]:
    return [row.group for row in store.table(newer_than).rows]


def test_rows_come_with_dynamodbs_types(dynamodb: "DynamoDBClient", stub: Stub) -> None:
    """A row that any tool wrote: N becomes a number, BOOL a truth value, NULL nothing."""
    item = key("ml-leads") | {
        "priority": {"N": "10"},
        "retention_days": {"N": "0"},
        "enabled": {"BOOL": False},
        "group_id": {"NULL": True},
    }
    stub(dynamodb).add_response("scan", {"Items": [item]}, ASKED)

    (row,) = DynamoMappings(dynamodb, "mappings").table(BEFORE).rows

    assert row == GroupMapping(
        "ml-leads",
        Target.parse(TARGET),
        "arn:aws:iam::222222222222:role/studio-hub/ml-leads",
        10,
        0,
        enabled=False,
    )


def test_the_table_is_read_to_its_end(dynamodb: "DynamoDBClient", stub: Stub) -> None:
    """Even after an empty page; the rows are sorted in whatever order they come."""
    stubbed = stub(dynamodb)
    stubbed.add_response("scan", page("c", after="c"), ASKED)
    stubbed.add_response("scan", page(after="x"), ASKED | {"ExclusiveStartKey": key("c")})
    stubbed.add_response("scan", page("a", "b"), ASKED | {"ExclusiveStartKey": key("x")})

    assert groups(DynamoMappings(dynamodb, "mappings"), BEFORE) == ["a", "b", "c"]


def test_pattern_rows_are_expanded_by_the_groups_that_the_hub_knows(
    dynamodb: "DynamoDBClient", stub: Stub
) -> None:
    """Again where the groups or the rows changed, and only there: a company has many."""
    stubbed = stub(dynamodb)
    for names in (("ml-*",), ("ml-*",), ("ml-*", "a")):
        stubbed.add_response("scan", page(*names))
    hub_state = FakeHubState(FakeClock(BEFORE), HubState(pattern_groups={GroupId("1"): "ml-a"}))
    store = DynamoMappings(dynamodb, "mappings", hub_state)
    first, same = store.table(BEFORE), store.table(AFTER)
    hub_state.remember_pattern_group(GroupId("2"), "ml-b")

    assert [row.group for row in first.rows] == ["ml-a"]
    assert first is same
    assert groups(store, AFTER) == ["a", "ml-a", "ml-b"]


def test_the_snapshot_is_read_again_where_it_is_not_newer(
    dynamodb: "DynamoDBClient", stub: Stub
) -> None:
    """A request is never decided by rows that were read before it was enqueued."""
    stubbed = stub(dynamodb)
    stubbed.add_response("scan", page("a"))
    stubbed.add_response("scan", page("b"))
    store = DynamoMappings(dynamodb, "mappings")

    seen = [groups(store, when) for when in (BEFORE, BEFORE, AFTER)]

    assert seen == [["a"], ["a"], ["b"]]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ProvisionedThroughputExceededException", RetryableError),
        ("AccessDeniedException", RefusedError),
        ("ResourceNotFoundException", RefusedError),
    ],
)
def test_an_incomplete_table_is_an_error(
    dynamodb: "DynamoDBClient", stub: Stub, code: str, error: type[Exception]
) -> None:
    """Rule 11: an incomplete scan is an error and leaves no partial snapshot."""
    stubbed = stub(dynamodb)
    stubbed.add_response("scan", page("a", after="a"))
    stubbed.add_client_error("scan", code)
    stubbed.add_response("scan", page("a", "b"))
    store = DynamoMappings(dynamodb, "mappings")

    with pytest.raises(error):
        store.table(BEFORE)
    again = groups(store, BEFORE)

    assert again == ["a", "b"]


def test_a_failed_read_keeps_the_older_snapshot_for_older_requests(
    dynamodb: "DynamoDBClient", stub: Stub
) -> None:
    """A complete read stays valid for every request that needs nothing newer."""
    stubbed = stub(dynamodb)
    stubbed.add_response("scan", page("a"))
    stubbed.add_client_error("scan", "ThrottlingException")
    store = DynamoMappings(dynamodb, "mappings")
    store.table(BEFORE)

    with pytest.raises(RetryableError):
        store.table(AFTER)

    assert groups(store, BEFORE) == ["a"]
