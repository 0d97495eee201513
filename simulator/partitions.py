"""Makes the embedded DynamoDB read only the partitions of a call, not moto's whole tables.

The result of a query and the effect of a failed transaction stay moto's own. Only the work is less.
What an index reads is found once, and follows each write.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy, deepcopy
from inspect import signature
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from simulator.isolation import replace
from simulator.remembered_reads import (
    WHOLE,
    forget_reads,
    note_read,
    note_write,
    remembering_reads,
)

_query, _transact = Table.query, DynamoDBBackend.transact_write_items
_put, _delete, _update = Table.put_item, Table.delete_item, DynamoDBBackend.update_item
_form = signature(_query)
_Key = tuple[DynamoType, DynamoType]
_TextKey = tuple[str, str]
# A table's attribute for what its indexes read.
_INDICES = "items_by_attribute"


@contextmanager
def partitioned() -> Iterator[None]:
    """Limit reads and transactions to what was written since, or is theirs; inside `mock_aws`."""
    with remembering_reads(), ExitStack() as undo:
        replace(undo, Table, "query", _query_partition)
        replace(undo, Table, "all_items", _sorted)
        replace(undo, DynamoDBBackend, "transact_write_items", _transact_items)
        replace(undo, Table, "put_item", _put_item)
        replace(undo, Table, "delete_item", _delete_item)
        replace(undo, DynamoDBBackend, "update_item", _update_item)
        yield


def _put_item(table: Table, *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401 (moto's own)
    item = _put(table, *args, **kwargs)
    _note_write(table, item)
    for index in _indices(table).values():
        index.note(item)
    return item


def _delete_item(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    item = _delete(table, hash_key, range_key)
    if item is not None:
        _note_write(table, item)
        for index in _indices(table).values():
            index.drop(item)
    return item


def _update_item(backend: DynamoDBBackend, table_name: str, *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401 (moto's own)
    """Update an item; moto changes it where it is, and its table does not see that."""
    try:
        item = _update(backend, table_name, *args, **kwargs)
    except Exception:
        # moto may have changed the item before it refused the update.
        forget_reads()
        if table_name in backend.tables:
            vars(backend.tables[table_name]).pop(_INDICES, None)
        raise
    table = backend.tables[table_name]
    _note_write(table, item)
    for index in _indices(table).values():
        index.note(item)
    return item


def _note_write(table: Table, item: Item) -> None:
    note_write(table, WHOLE)
    note_write(table, item.hash_key.value)


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
    items = _partition(table, _form.bind(table, *args, **kwargs).arguments)
    setattr(table, "all_items", lambda: items)  # noqa: B010 (an assignment that mypy forbids)
    try:
        return _query(table, *args, **kwargs)
    finally:
        delattr(table, "all_items")


def _partition(table: Table, how: dict[str, Any]) -> Sequence[Item]:
    if how.get("index_name") is None:
        note_read(table, how["hash_key"].value)
        return list(map(_Read, table.items.get(how["hash_key"], {}).values()))
    note_read(table, WHOLE)
    # The hub's indexes have one partition key.
    ((name, wanted),) = how["hash_key_conditions"]
    indices = _indices(table)
    if name not in indices:
        indices[name] = _Index(name, _sorted(table))
    return _in_order(indices[name].found.get(wanted.value, {}).values())


class _Index:
    """The items of a table that have an attribute, a text, by its value and by their keys."""

    def __init__(self, name: str, items: Iterable[Item]) -> None:
        self.found: dict[str, dict[_TextKey, _Read]] = defaultdict(dict)
        self._name = name
        self._values: dict[_TextKey, str] = {}
        for item in items:
            self.note(item)

    def note(self, item: Item) -> None:
        """Take in an item as it was written."""
        self.drop(item)
        if self._name in item.attrs:
            value = self._values[_text_key(item)] = item.attrs[self._name].value
            self.found[value][_text_key(item)] = _Read(item)

    def drop(self, item: Item) -> None:
        """Forget an item, whatever it was."""
        value = self._values.pop(_text_key(item), None)
        if value is not None:
            del self.found[value][_text_key(item)]


def _indices(table: Table) -> dict[str, _Index]:
    indices: dict[str, _Index] = vars(table).setdefault(_INDICES, {})
    return indices


def _sorted(table: Table) -> list[Item]:
    return _in_order(item for partition in table.items.values() for item in partition.values())


def _in_order(items: Iterable[Item]) -> list[Item]:
    """Return items in the order of their keys, which are texts in the hub's tables."""
    return sorted(items, key=_text_key)


def _text_key(item: Item) -> _TextKey:
    return item.hash_key.value, str(item.range_key.value) if item.range_key is not None else ""


def _transact_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Write all items or none; moto would first deep-copy each whole table for the rollback."""
    named: dict[str, list[tuple[_Key, str]]] = defaultdict(list)
    for item in transact_items:
        for kind, how in item.items():
            table = backend.tables.get(how.get("TableName"))
            if table is not None and table.stream_shard is None:
                named[table.name].append((_key(table, how.get("Key") or how["Item"]), kind))
    with ExitStack() as undo:
        for name, keys in named.items():
            _copied_in_part(undo, backend.tables[name], keys)
        _transact(backend, transact_items)


def _key(table: Table, given: dict[str, Any]) -> _Key:
    return DynamoType(given[table.hash_key_attr]), DynamoType(given[str(table.range_key_attr)])


def _copied_in_part(undo: ExitStack, table: Table, keys: list[tuple[_Key, str]]) -> None:
    """Make the deep copies of a table one that shares all but what the writes of some keys change.

    moto copies the table for each item, before the first write.
    """
    twins: list[Table] = []

    def copied(memo: dict[int, Any]) -> Table:
        if not twins:
            twins.append(_twin(table, keys, memo))
        return twins[0]

    setattr(table, "__deepcopy__", copied)  # noqa: B010 (an assignment that mypy forbids)
    undo.callback(delattr, table, "__deepcopy__")


def _twin(table: Table, keys: list[tuple[_Key, str]], memo: dict[int, Any]) -> Table:
    twin = copy(table)
    delattr(twin, "__deepcopy__")
    # It takes the table's place if the transaction fails, and finds its own.
    vars(twin).pop(_INDICES, None)
    twin.items = table.items.copy()
    for hash_key in {key[0] for key, _ in keys} & table.items.keys():
        twin.items[hash_key] = table.items[hash_key].copy()
    for (hash_key, range_key), kind in keys:
        item = twin.items.get(hash_key, {}).get(range_key)
        # Only an update changes an item where it is.
        if item is not None and kind == "Update":
            twin.items[hash_key][range_key] = deepcopy(item, memo)
    return twin
