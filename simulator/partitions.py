"""Queries of the embedded DynamoDB read one partition; moto sorts the whole table for each of them.

What a query returns is moto's affair; only what it goes through is less.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import signature
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table


@contextmanager
def partitioned() -> Iterator[None]:
    """Let every query go through its partition alone, inside `mock_aws`."""
    query, all_items = Table.query, Table.all_items
    form = signature(query)

    def query_partition(table: Table, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (moto's own)
        items = _partition(table, form.bind(table, *args, **kwargs).arguments)
        setattr(table, "all_items", lambda: items)  # noqa: B010 (an assignment that mypy forbids)
        try:
            return query(table, *args, **kwargs)
        finally:
            delattr(table, "all_items")

    setattr(Table, "query", query_partition)  # noqa: B010 (as above)
    setattr(Table, "all_items", _sorted)  # noqa: B010 (as above)
    try:
        yield
    finally:
        setattr(Table, "query", query)  # noqa: B010 (as above)
        setattr(Table, "all_items", all_items)  # noqa: B010 (as above)


def _partition(table: Table, how: dict[str, Any]) -> list[Item]:
    if how.get("index_name") is None:
        return list(table.items.get(how["hash_key"], {}).values())
    wanted = [(name, value.value) for name, value in how["hash_key_conditions"]]
    return [
        item
        for item in _sorted(table)
        if all(name in item.attrs and item.attrs[name].value == value for name, value in wanted)
    ]


def _sorted(table: Table) -> list[Item]:
    """Return every item in the order of its keys, which are texts in the hub's tables."""
    return [
        partition[range_key]
        for _, partition in sorted(table.items.items(), key=lambda pair: pair[0].value)
        for range_key in sorted(partition, key=lambda key: key.value)
    ]
