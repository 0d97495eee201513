"""Makes moto's items of DynamoDB cheap to copy, to measure and to write out.

Attributes are trees of maps, lists and scalars. moto walks them with `copy.deepcopy`, and asks for
the type of each value up to five times.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

from simulator.isolation import replace

# moto's own value for the limit of 400 KB, found by trial.
_LARGEST_ITEM = 405_000
_SETS = frozenset(("SS", "NS", "BS"))
_written = DynamoType.to_regular_json


@contextmanager
def quick_items() -> Iterator[None]:
    """Walk each attribute once; the results are moto's own."""
    with ExitStack() as undo:
        replace(undo, Item, "__init__", _make_item)
        replace(undo, DynamoType, "__deepcopy__", _copy)
        replace(undo, DynamoType, "size", _size)
        replace(undo, DynamoType, "to_regular_json", _to_json)
        yield


def _make_item(
    item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]
) -> None:
    """Fill an item and measure it once; moto measures the whole item for each attribute."""
    item.hash_key, item.range_key = hash_key, range_key
    item.attrs = LimitedSizeDict()
    values = {name: DynamoType(value) for name, value in attrs.items()}
    if sum(_length(name) + _size(value) for name, value in values.items()) > _LARGEST_ITEM:
        raise ItemSizeTooLarge
    dict.update(item.attrs, values)


def _copy(attribute: DynamoType, _: dict[int, Any] | None = None) -> DynamoType:
    """Return a copy; a scalar never changes, so that its copy is itself."""
    kind, value = attribute.type, attribute.value
    twin = DynamoType.__new__(DynamoType)
    twin.type = kind
    if kind == "M":
        twin.value = {name: _copy(part) for name, part in value.items()}
    elif kind == "L":
        twin.value = list(map(_copy, value))
    else:
        twin.value = list(value) if kind in _SETS else value
    return twin


def _size(attribute: DynamoType) -> int:
    """Return the size of an attribute in bytes, as DynamoDB counts it."""
    kind, value = attribute.type, attribute.value
    if kind == "M":
        return sum(_length(name) + _size(part) for name, part in value.items())
    if kind == "L":
        return sum(map(_size, value))
    if kind in _SETS:
        return sum(map(_length, value))
    return 1 if isinstance(value, bool) else _length(value)


def _length(value: str | bytes) -> int:
    if isinstance(value, str) and not value.isascii():
        return len(value.encode())
    return len(value)


def _to_json(attribute: DynamoType) -> dict[str, Any]:
    kind, value = attribute.type, attribute.value
    if kind == "M":
        return {kind: {name: part.to_regular_json() for name, part in value.items()}}
    if kind == "L":
        return {kind: [part.to_regular_json() for part in value]}
    if kind in _SETS:
        return {kind: list(value)}
    return _written(attribute) if kind == "B" else {kind: value}
