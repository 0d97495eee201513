"""Remembers what DynamoDB's reads answer, until something that they read is written.

The hub reads its state and its mappings again in every invocation. moto would go through the same
items each time.
"""

import marshal
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from simulator.isolation import replace

_T = TypeVar("_T")

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


class _Writes(Counter[Hashable]):
    """How often each part of a table was written; the copy for a rollback counts on with it."""

    def __deepcopy__(self, _: dict[int, Any]) -> "_Writes":
        return self


class _Part(NamedTuple):
    """A part of a table that an answer depends on, and how often it had been written then."""

    writes: _Writes
    name: Hashable
    written: int

    def is_unchanged(self) -> bool:
        return self.writes[self.name] == self.written


class _Answer(NamedTuple):
    text: bytes
    parts: tuple[_Part, ...]


@dataclass(slots=True)
class _Memory:
    """The answers by their requests, and the parts that the read under way depends on."""

    answers: dict[Hashable, _Answer] = field(default_factory=dict)
    under_way: list[_Part] | None = None


_memory = _Memory()


@contextmanager
def remembering_reads() -> Iterator[None]:
    """Answer from memory what was read before; whoever enters it has to note each write."""
    with ExitStack() as undo:
        undo.callback(forget_reads)
        replace(undo, Table, "get_item", _get_item)
        replace(undo, Table, "scan", _scan_table)
        replace(undo, DynamoDBBackend, "delete_table", _forgetting(_delete_table))
        replace(undo, DynamoDBBackend, "update_table", _forgetting(_update_table))
        yield


def remembered(key: Hashable, read: Callable[[], _T]) -> _T | dict[str, Any]:
    """Return the answer to a read, or a copy of the earlier one if nothing was written since."""
    if (known := _recall(key)) is not None:
        return known
    parts: list[_Part] = []
    _memory.under_way = parts
    try:
        answer = read()
    finally:
        _memory.under_way = None
    if parts and isinstance(answer, dict):
        _keep(key, marshal.dumps(dict(answer)), tuple(parts))
    return answer


def note_read(table: Table, part: Hashable) -> None:
    """Note that a read depends on a part of a table: its whole, or whatever writes name so."""
    if _memory.under_way is not None:
        writes = _writes(table)
        _memory.under_way.append(_Part(writes, part, writes[part]))


def note_write(table: Table, part: Hashable) -> None:
    """Note that a part of a table was written, so that earlier answers about it are void."""
    _writes(table)[part] += 1


def forget_reads() -> None:
    """Forget every answer."""
    _memory.answers.clear()


def _recall(key: Hashable) -> dict[str, Any] | None:
    answer = _memory.answers.get(key)
    if answer is None or not all(map(_Part.is_unchanged, answer.parts)):
        return None
    known: dict[str, Any] = marshal.loads(answer.text)  # noqa: S302 (written by this module)
    return known


def _keep(key: Hashable, text: bytes, parts: tuple[_Part, ...]) -> None:
    if len(text) > _LARGEST_ANSWER:
        return
    if key not in _memory.answers and len(_memory.answers) >= _MOST_ANSWERS:
        forget_reads()
    _memory.answers[key] = _Answer(text, parts)


def _writes(table: Table) -> _Writes:
    writes: _Writes = vars(table).setdefault(_WRITES, _Writes())
    return writes


def _get_item(table: Table, hash_key: DynamoType, *args: Any, **kwargs: Any) -> Item | None:  # noqa: ANN401 (moto's own)
    note_read(table, hash_key.value)
    return _get(table, hash_key, *args, **kwargs)


def _scan_table(table: Table, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (as above)
    note_read(table, WHOLE)
    return _scan(table, *args, **kwargs)


def _forgetting(change: Callable[..., _T]) -> Callable[..., _T]:
    def forget_all(*args: Any, **kwargs: Any) -> _T:  # noqa: ANN401 (as above)
        forget_reads()
        return change(*args, **kwargs)

    return forget_all
