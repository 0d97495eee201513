"""Makes the embedded DynamoDB read only the partitions of a call, not moto's whole tables.

The result of a query and the effect of a failed transaction stay moto's own. Only the work is less.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy, deepcopy
from inspect import signature
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from simulator.isolation import replace

_query, _transact = Table.query, DynamoDBBackend.transact_write_items
_form = signature(_query)
_Key = tuple[DynamoType, DynamoType]


@contextmanager
def partitioned() -> Iterator[None]:
    """Limit queries and transactions to their partitions, inside `mock_aws`."""
    with ExitStack() as undo:
        replace(undo, Table, "query", _query_partition)
        replace(undo, Table, "all_items", _sorted)
        replace(undo, DynamoDBBackend, "transact_write_items", _transact_items)
        yield


class _Read(Item):
    """An item that a query reads: it never changes, so it needs no second copy or measuring."""

    def __init__(self, item: Item) -> None:
        self.hash_key, self.range_key, self.attrs = item.hash_key, item.range_key, item.attrs
        self._size = item.size()

    def __deepcopy__(self, _: dict[int, Any]) -> Item:
        return self

    def size(self) -> int:
        """Return the size of the item when it was read, in bytes."""
        return self._size


def _query_partition(table: Table, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (moto's own)
    items = list(map(_Read, _partition(table, _form.bind(table, *args, **kwargs).arguments)))
    setattr(table, "all_items", lambda: items)  # noqa: B010 (an assignment that mypy forbids)
    try:
        return _query(table, *args, **kwargs)
    finally:
        delattr(table, "all_items")


def _partition(table: Table, how: dict[str, Any]) -> list[Item]:
    if how.get("index_name") is None:
        return list(table.items.get(how["hash_key"], {}).values())
    wanted = [(name, value.value) for name, value in how["hash_key_conditions"]]
    return _in_order(
        item
        for partition in table.items.values()
        for item in partition.values()
        if all(name in item.attrs and item.attrs[name].value == value for name, value in wanted)
    )


def _sorted(table: Table) -> list[Item]:
    return _in_order(item for partition in table.items.values() for item in partition.values())


def _in_order(items: Iterable[Item]) -> list[Item]:
    """Return items in the order of their keys, which are texts in the hub's tables."""
    return sorted(items, key=lambda item: (item.hash_key.value, _text(item.range_key)))


def _text(key: DynamoType | None) -> str:
    return str(key.value) if key is not None else ""


def _transact_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Write all items or none; moto would first deep-copy each whole table for the rollback."""
    named: dict[str, list[_Key]] = defaultdict(list)
    for item in transact_items:
        for how in item.values():
            table = backend.tables.get(how.get("TableName"))
            if table is not None and table.stream_shard is None:
                named[table.name].append(_key(table, how.get("Key") or how["Item"]))
    with ExitStack() as undo:
        for name, keys in named.items():
            _copied_in_part(undo, backend.tables[name], keys)
        _transact(backend, transact_items)


def _key(table: Table, given: dict[str, Any]) -> _Key:
    return DynamoType(given[table.hash_key_attr]), DynamoType(given[str(table.range_key_attr)])


def _copied_in_part(undo: ExitStack, table: Table, keys: list[_Key]) -> None:
    """Make the deep copy of a table share all items except those of some keys."""

    def copied(memo: dict[int, Any]) -> Table:
        twin = copy(table)
        delattr(twin, "__deepcopy__")
        twin.items = table.items.copy()
        for hash_key in {key[0] for key in keys} & table.items.keys():
            twin.items[hash_key] = table.items[hash_key].copy()
        for hash_key, range_key in keys:
            if (item := twin.items.get(hash_key, {}).get(range_key)) is not None:
                twin.items[hash_key][range_key] = deepcopy(item, memo)
        return twin

    setattr(table, "__deepcopy__", copied)  # noqa: B010 (an assignment that mypy forbids)
    undo.callback(delattr, table, "__deepcopy__")
