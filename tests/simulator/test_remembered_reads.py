"""What the embedded DynamoDB remembers of its reads is what each read would find now."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

from shared.storage import LEDGER_BY_TARGET
from simulator.partitions import partitioned
from simulator.setup import LEDGER, MAPPINGS, make_tables
from simulator.shortcuts import quick_moto

_NAMES = "a", "b"
_KEYS = tuple(product(_NAMES, _NAMES))
_Items = dict[tuple[str, str], str]
_WRITES = st.lists(
    st.tuples(
        st.sampled_from(("put", "update", "delete", "batch", "transaction", "refused")),
        st.sampled_from(_KEYS),
        st.sampled_from(_NAMES),
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def dynamodb(aws_environment: None) -> Iterator[Any]:
    with ExitStack() as sim:
        for part in (quick_moto, mock_aws, partitioned):
            sim.enter_context(part())
        client = boto3.client("dynamodb", "eu-west-1")
        make_tables(client)
        yield client


@settings(deadline=None, max_examples=60)
@given(_WRITES)
def test_every_read_finds_the_last_write(dynamodb: Any, writes: list[Any]) -> None:  # noqa: ANN401 (a client)
    """After each write, a refused one too, each read of items, partitions, indexes and tables."""
    expected: _Items = {}
    for key in _KEYS:
        dynamodb.delete_item(TableName=LEDGER, Key=_key(key))
    for write in [None, *writes]:
        if write is not None:
            _write(dynamodb, expected, *write)

        assert _read(dynamodb) == (
            {key: expected.get(key) for key in _KEYS},
            *({key: at for key, at in expected.items() if key[0] == name} for name in _NAMES),
            *({key: at for key, at in expected.items() if at == name} for name in _NAMES),
            expected,
        )


def test_a_read_that_would_find_the_same_is_not_made(
    dynamodb: Any,  # noqa: ANN401 (a client)
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its answer is a copy, so whoever changes it changes no later one."""
    dynamodb.put_item(TableName=LEDGER, Item=_item(("a", "a"), "a"))
    first = dynamodb.get_item(TableName=LEDGER, Key=_key(("a", "a")))["Item"]
    monkeypatch.setattr(DynamoHandler, "get_item", None)
    dynamodb.get_item(TableName=LEDGER, Key=_key(("a", "a")))["Item"]["target"]["S"] = "spoiled"

    assert dynamodb.get_item(TableName=LEDGER, Key=_key(("a", "a")))["Item"] == first


def test_a_refused_transaction_on_a_table_with_a_stream_leaves_no_old_answer(
    dynamodb: Any,  # noqa: ANN401 (a client)
) -> None:
    """The copy that moto keeps of such a table takes its place; the next write still counts."""
    key = {"target": {"S": "t"}, "group": {"S": "g"}}
    missing = {
        "TableName": MAPPINGS,
        "Key": {"target": {"S": "nowhere"}, "group": {"S": "g"}},
        "ConditionExpression": "attribute_exists(target)",
    }
    dynamodb.put_item(TableName=MAPPINGS, Item=key | {"role": {"S": "1"}})
    dynamodb.get_item(TableName=MAPPINGS, Key=key)
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": missing}])
    dynamodb.put_item(TableName=MAPPINGS, Item=key | {"role": {"S": "2"}})

    assert dynamodb.get_item(TableName=MAPPINGS, Key=key)["Item"]["role"] == {"S": "2"}


def test_an_update_that_moto_refuses_late_leaves_no_old_answer(
    dynamodb: Any,  # noqa: ANN401 (a client)
) -> None:
    """The item was changed by then; all reads agree on what there is."""
    dynamodb.put_item(TableName=LEDGER, Item=_item(("a", "a"), "a"))
    dynamodb.get_item(TableName=LEDGER, Key=_key(("a", "a")))
    with pytest.raises(ClientError):
        dynamodb.update_item(
            TableName=LEDGER,
            Key=_key(("a", "a")),
            UpdateExpression="SET target = :t, more = :more",
            ExpressionAttributeValues={":t": {"S": "b"}, ":more": {"S": "x" * 410_000}},
        )
    read = dynamodb.get_item(TableName=LEDGER, Key=_key(("a", "a")))["Item"]
    found = dynamodb.query(
        TableName=LEDGER,
        IndexName=LEDGER_BY_TARGET,
        KeyConditionExpression="target = :t",
        ExpressionAttributeValues={":t": read["target"]},
    )["Items"]

    assert _targets(found)[("a", "a")] == read["target"]["S"]


def test_a_table_that_was_made_again_is_empty(dynamodb: Any) -> None:  # noqa: ANN401 (a client)
    """What was read of a deleted table is not an answer about the next one of its name."""
    dynamodb.put_item(TableName=LEDGER, Item=_item(("a", "a"), "a"))
    before = dynamodb.scan(TableName=LEDGER)["Count"]

    for name in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=name)
    make_tables(dynamodb)

    assert (before > 0, dynamodb.scan(TableName=LEDGER)["Count"]) == (True, 0)


def _write(dynamodb: Any, expected: _Items, how: str, key: tuple[str, str], target: str) -> None:  # noqa: ANN401 (a client)
    """Write an item as `how` says, and note in `expected` what must be found then."""
    item, put = _item(key, target), {"Item": _item(key, target)}
    match how:
        case "put":
            dynamodb.put_item(TableName=LEDGER, Item=item)
        case "update":
            dynamodb.update_item(
                TableName=LEDGER,
                Key=_key(key),
                UpdateExpression="SET target = :t",
                ExpressionAttributeValues={":t": item["target"]},
            )
        case "delete":
            dynamodb.delete_item(TableName=LEDGER, Key=_key(key))
        case "batch":
            dynamodb.batch_write_item(RequestItems={LEDGER: [{"PutRequest": put}]})
        case "transaction":
            dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": LEDGER, **put}}])
        case "refused":
            nothing = {
                "TableName": LEDGER,
                "Key": _key(("nobody", "a")),
                "ConditionExpression": "attribute_exists(pk)",
            }
            with pytest.raises(ClientError):
                dynamodb.transact_write_items(
                    TransactItems=[
                        {"Put": {"TableName": LEDGER, **put}},
                        {"ConditionCheck": nothing},
                    ]
                )
    if how == "delete":
        expected.pop(key, None)
    elif how != "refused":
        expected[key] = target


def _read(dynamodb: Any) -> tuple[Any, ...]:  # noqa: ANN401 (a client)
    one_by_one = {
        key: _targets([answer["Item"]]).get(key) if "Item" in answer else None
        for key in _KEYS
        for answer in [dynamodb.get_item(TableName=LEDGER, Key=_key(key))]
    }
    queries = [{"KeyConditionExpression": "pk = :v"}] * 2
    queries += [{"KeyConditionExpression": "target = :v", "IndexName": LEDGER_BY_TARGET}] * 2
    found = [
        dynamodb.query(TableName=LEDGER, ExpressionAttributeValues={":v": {"S": name}}, **query)[
            "Items"
        ]
        for query, name in zip(queries, _NAMES * 2, strict=True)
    ]
    return one_by_one, *map(_targets, [*found, dynamodb.scan(TableName=LEDGER)["Items"]])


def _targets(items: list[dict[str, Any]]) -> _Items:
    return {(item["pk"]["S"], item["sk"]["S"]): item["target"]["S"] for item in items}


def _key(key: tuple[str, str]) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _item(key: tuple[str, str], target: str) -> dict[str, Any]:
    return _key(key) | {"target": {"S": target}}
