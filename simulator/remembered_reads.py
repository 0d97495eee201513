"""Remembers what DynamoDB's reads answer, until something that they read is written.

The hub reads its state and its mappings again in every invocation. moto would go through the same
items each time.
"""

import marshal
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple, TypeVar

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from simulator.isolation import replace

T = TypeVar("T")

# The names of moto's methods whose answers depend on the items of one table alone.
READS: Final = frozenset(("get_item", "query", "scan"))
# The part of a table that every write changes.
WHOLE: Final = "whole"
# A table's attribute for how often each of its parts was written.
_WRITES = "writes_by_part"
_MOST_ANSWERS = 4_096
_LARGEST_ANSWER = 65_536

_get, _scan = Table.get_item, Table.scan
_delete_table, _update_table = DynamoDBBackend.delete_table, DynamoDBBackend.update_table


class _Part(NamedTuple):
    """A part of a table that an answer depends on, and how often it had been written then."""

    writes: Counter[Hashable]
    name: Hashable
    written: int

    def is_unchanged(self) -> bool:
        return self.writes[self.name] == self.written


class _Answer(NamedTuple):
    text: bytes
    parts: tuple[_Part, ...]


_answers: dict[Hashable, _Answer] = {}
# The parts that each read under way depends on.
_under_way: list[list[_Part]] = []


@contextmanager
def remembering_reads() -> Iterator[None]:
    """Answer from memory what was read before, inside `partitioned`, which notes the writes."""
    with ExitStack() as undo:
        undo.callback(_answers.clear)
        replace(undo, Table, "get_item", _get_item)
        replace(undo, Table, "scan", _scan_table)
        replace(undo, DynamoDBBackend, "delete_table", _forgetting(_delete_table))
        replace(undo, DynamoDBBackend, "update_table", _forgetting(_update_table))
        yield


def remembered(key: Hashable, read: Callable[[], T]) -> T | dict[str, Any]:
    """Return the answer to a read, or a copy of the earlier one if nothing was written since."""
    if (known := _recall(key)) is not None:
        return known
    parts: list[_Part] = []
    _under_way.append(parts)
    try:
        answer = read()
    finally:
        _under_way.pop()
    if parts and isinstance(answer, dict):
        _keep(key, marshal.dumps(dict(answer)), tuple(parts))
    return answer


def note_read(table: Table, part: Hashable) -> None:
    """Note that a read depends on a part of a table: its whole, or whatever writes name so."""
    if _under_way:
        writes = _writes(table)
        _under_way[-1].append(_Part(writes, part, writes[part]))


def note_write(table: Table, part: Hashable) -> None:
    """Note that a part of a table was written, so that earlier answers about it are void."""
    _writes(table)[part] += 1


def _recall(key: Hashable) -> dict[str, Any] | None:
    answer = _answers.get(key)
    if answer is None or not all(map(_Part.is_unchanged, answer.parts)):
        return None
    known: dict[str, Any] = marshal.loads(answer.text)  # noqa: S302 (written by this module)
    return known


def _keep(key: Hashable, text: bytes, parts: tuple[_Part, ...]) -> None:
    if len(_answers) >= _MOST_ANSWERS:
        _answers.clear()
    if len(text) <= _LARGEST_ANSWER:
        _answers[key] = _Answer(text, parts)


def _writes(table: Table) -> Counter[Hashable]:
    writes: Counter[Hashable] = vars(table).setdefault(_WRITES, Counter())
    return writes


def _get_item(table: Table, hash_key: DynamoType, *args: Any, **kwargs: Any) -> Item | None:  # noqa: ANN401 (moto's own)
    note_read(table, hash_key.value)
    return _get(table, hash_key, *args, **kwargs)


def _scan_table(table: Table, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (as above)
    note_read(table, WHOLE)
    return _scan(table, *args, **kwargs)


def _forgetting(change: Callable[..., T]) -> Callable[..., T]:
    def forget_all(*args: Any, **kwargs: Any) -> T:  # noqa: ANN401 (as above)
        _answers.clear()
        return change(*args, **kwargs)

    return forget_all
