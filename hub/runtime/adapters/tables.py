"""The hub's DynamoDB tables: how values are stored, read to the end, and written on a condition."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast, get_args, get_origin

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from hub.runtime.adapters.aws import NOT_MET, translated, utc_now
from hub.runtime.decisions.mapping_rows import parse_table
from hub.runtime.decisions.pattern_rows import expand
from shared.errors import RefusedError, RetryableError
from shared.model import MappingTable, Target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from hub.runtime.ports import HubStateStore

T = TypeVar("T")
Item = Mapping[str, Any]
_NOTHING: Final[Item] = MappingProxyType({})
_from_dynamodb = TypeDeserializer().deserialize
_to_dynamodb = TypeSerializer().serialize
# Types that are stored as a text, and what reads it.
_TEXTS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    Target: Target.parse,
    datetime: datetime.fromisoformat,
}
# Source: the DynamoDB API: requests in one BatchWriteItem.
_BATCH: Final = 25
_TRIES: Final = 5


def to_stored(value: object) -> Any:  # noqa: ANN401 (whatever DynamoDB stores)
    """Return a value as the tables store it; a field that has its default is left out.

    A ledger of many users is read in pages of a megabyte.
    """
    match value:
        case str() if type(value) is str:
            # Most values are texts, and a text that is an Enum is none of them.
            return value
        case Enum() | Target():
            return str(value)
        case datetime():
            return value.isoformat()
        case _ if defaults := _defaults(cast("Any", type(value))):
            given = {name: getattr(value, name) for name in defaults}
            return {name: to_stored(each) for name, each in given.items() if each != defaults[name]}
        case tuple() | list():
            return [to_stored(each) for each in value]
        case Mapping():
            return {name: to_stored(each) for name, each in value.items() if each is not None}
        case _:
            return value


def from_stored(kind: type[T], stored: Any) -> T:  # noqa: ANN401 (whatever DynamoDB stores)
    """Return the value of this type that was stored.

    Attributes that a type does not have are ignored: a newer version may have written them.
    """
    read: Callable[[Any], T] = _reader(cast("Any", kind))
    return read(stored)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 (a type)
    """Return what makes a value of a type: a ledger of many users has many of each."""
    if kind in _TEXTS:
        return _TEXTS[kind]
    inner = get_args(kind)
    if get_origin(kind) is tuple:
        read = _reader(inner[0])
        return lambda stored: tuple(map(read, stored))
    if inner:
        # A value or None, which is never stored.
        return _reader(inner[0])
    readers = {name: _reader(kind.__annotations__[name]) for name in _defaults(kind)}
    if not readers:
        return cast("Callable[[Any], Any]", kind)
    return lambda stored: kind(
        **{name: read(stored[name]) for name, read in readers.items() if name in stored}
    )


@cache
def _defaults(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401 (a type)
    """Return each field of a dataclass or named tuple with its default; of others nothing."""
    if is_dataclass(kind):
        return {field.name: field.default for field in fields(kind)}
    names, defaults = getattr(kind, "_fields", ()), getattr(kind, "_field_defaults", _NOTHING)
    return {name: defaults.get(name, MISSING) for name in names}


class Put(NamedTuple):
    """An item to write if a condition holds."""

    item: Item
    condition: str = ""
    values: Item = _NOTHING


class Table:
    """One table. Every method raises RetryableError or RefusedError, as `translated` does.

    In an expression, `#x` stands for the attribute x, and `:x` for the given value x.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def items(
        self,
        condition: str = "",
        values: Item = _NOTHING,
        **how: Any,  # noqa: ANN401 (parameters of the API)
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a key condition, to the end; without one, those of the whole table.

        A read is consistent unless it is of an index or `how` says otherwise.
        """
        operation: Any = "query" if condition else "scan"
        if condition:
            how["KeyConditionExpression"] = condition
        how = {"TableName": self._name, "ConsistentRead": "IndexName" not in how} | how
        pages = self._client.get_paginator(operation).paginate(**how, **_expressed(how, values))
        with translated():
            for page in pages:
                for item in page["Items"]:
                    yield {name: _from_dynamodb(value) for name, value in item.items()}

    def put(
        self,
        item: Item,
        condition: str = "",
        values: Item = _NOTHING,
        *,
        also_put: Iterable[Item] = (),
        also_delete: Iterable[Item] = (),
    ) -> bool:
        """Write an item if the condition holds; return whether it does.

        Other items are written, or deleted by their keys, in the same transaction.
        """
        puts = (Put(item, condition, values), *map(Put, also_put))
        return self.put_all(puts, also_delete=also_delete)

    def put_all(self, puts: Iterable[Put], *, also_delete: Iterable[Item] = ()) -> bool:
        """Write items in one transaction if every condition holds; return whether all do.

        Other items are deleted by their keys in it. Source: the DynamoDB API: at most 100 items,
        and 4 MB in all of them.
        """
        requests: list[Any] = []
        for item, condition, values in puts:
            put = {"TableName": self._name, "Item": _to_dynamodb(to_stored(item))["M"]}
            on = {"ConditionExpression": condition} if condition else {}
            requests.append({"Put": put | on | _expressed(on, values)})
        for key in also_delete:
            gone = {"TableName": self._name, "Key": _to_dynamodb(key)["M"]}
            requests.append({"Delete": gone})
        try:
            with translated():
                if len(requests) == 1:
                    self._client.put_item(**requests[0]["Put"])
                else:
                    self._client.transact_write_items(TransactItems=requests)
        except RefusedError as refused:
            if refused.code != NOT_MET:
                raise
            return False
        return True

    def update(self, key: Item, expression: str, values: Item) -> None:
        """Change some attributes of an item."""
        how: Any = {"UpdateExpression": expression}
        how |= _expressed(how, values)
        with translated():
            self._client.update_item(TableName=self._name, Key=_to_dynamodb(key)["M"], **how)

    def delete(self, key: Item) -> None:
        """Delete an item; one that is not there is no error."""
        with translated():
            self._client.delete_item(TableName=self._name, Key=_to_dynamodb(key)["M"])

    def write_many(self, put: Iterable[Item], delete: Iterable[Item]) -> None:
        """Write items and delete others by their keys; RetryableError if some are left unwritten.

        Each is written or not; there is no transaction.
        """
        waiting = chain(
            ({"PutRequest": {"Item": _to_dynamodb(item)["M"]}} for item in put),
            ({"DeleteRequest": {"Key": _to_dynamodb(key)["M"]}} for key in delete),
        )
        while batch := list[Any](islice(waiting, _BATCH)):
            for _ in range(_TRIES):
                with translated():
                    answer = self._client.batch_write_item(RequestItems={self._name: batch})
                batch = list(answer.get("UnprocessedItems", {}).get(self._name, ()))
                if not batch:
                    break
            else:
                raise RetryableError(f"DynamoDB left some items of {self._name} unwritten")


class DynamoMappings:
    """Implements the port MappingStore; the table is cached until a request is newer.

    The groups of pattern rows are in `hub_state`, which a table without pattern rows never reads.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, hub_state: "HubStateStore | None" = None
    ) -> None:
        self._table = Table(client, table)
        self._hub_state = hub_state
        self._expanded: tuple[object, MappingTable] | None = None
        self._cached: tuple[datetime, MappingTable] | None = None

    def table(self, newer_than: datetime) -> MappingTable:
        if self._cached is None or self._cached[0] <= newer_than:
            self._cached = (utc_now(), parse_table(list(self._table.items())))
        table = self._cached[1]
        if not table.patterns or self._hub_state is None:
            return table
        state = self._hub_state.state(newer_than)
        # Hundreds of targets by hundreds of groups are expanded again only where they changed.
        of = table, state.pattern_groups, state.group_ids, state.listed_patterns
        if self._expanded is None or self._expanded[0] != of:
            self._expanded = of, expand(table, state)
        return self._expanded[1]


def _expressed(how: Item, values: Item) -> dict[str, Any]:
    """Return the names and values that the expressions of a call stand for."""
    expressions = " ".join(how[name] for name in how if name.endswith("Expression"))
    names = {name: name[1:] for name in re.findall(r"#\w+", expressions)}
    stored = {f":{name}": _to_dynamodb(value) for name, value in values.items()}
    meaning = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": stored}
    return {name: each for name, each in meaning.items() if each}
