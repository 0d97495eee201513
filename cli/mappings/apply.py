"""Applies a plan of mappings in transactions, so that an interrupted one can be finished.

A transaction holds all changes of a target, or as many as fit. It writes rows before it removes
others, and only over the rows that the plan has seen. Where several are needed, each also writes
into the ledger what is left afterwards. So a second run with the same digest knows that what it
finds to do is the rest of what was agreed to.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from cli.mappings.difference import ATTRIBUTES, RowChange, RowChangeKind
from cli.mappings.outcome import TargetEffect
from cli.mappings.parse import Row
from cli.mappings.plan import Plan, digest
from hub.runtime.adapters.audit import audit_item
from hub.runtime.decisions.audit import AuditEntry
from shared.storage import LEDGER_KEY, MAPPINGS_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK, _SK = LEDGER_KEY
_APPLY, _REST = "apply#", "rest"
# Source: the DynamoDB API: actions in one TransactWriteItems; one of them may be of the ledger.
MOST_ROWS: Final = 99
# An interrupted run can be finished within this time.
_REMEMBERED: Final = timedelta(days=30)
_serialize = TypeSerializer().serialize


class Applied(Enum):
    """What became of an application."""

    NOTHING_TO_DO = "nothing to do"
    DONE = "done"
    REFUSED = "refused"


class Rest(NamedTuple):
    """What an interrupted application leaves to do.

    Attributes:
        digest: stands for the changes that are left, and their effect in targets not begun.
        begun: the target of which a part is written; empty for none.
    """

    digest: str
    begun: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that are written in one transaction, and what is left afterwards."""

    changes: tuple[RowChange, ...]
    rest: Rest | None


def batches(plan: Plan, most: int) -> tuple[Batch, ...]:
    """Return the transactions of a plan in their order.

    Rows whose target does not parse come last: they protect people in every target.
    """
    parts = list(_parts(plan.changes, most))
    found = []
    for number, part in enumerate(parts, start=1):
        left = [change for later in parts[number:] for change in later]
        begun = str(part[-1].target) if left and left[0].target == part[-1].target else ""
        rest = Rest(_rest(left, plan.effects, begun), begun) if left else None
        found.append(Batch(part, rest))
    return tuple(found)


def is_rest(plan: Plan, rest: Rest) -> bool:
    """Return whether a plan is exactly what an interrupted application left to do."""
    return _rest(_ordered(plan.changes), plan.effects, rest.begun) == rest.digest


class Application:
    """Writes plans into the mappings table; every method passes botocore's errors on unchanged."""

    def __init__(
        self, client: "DynamoDBClient", mappings: str, ledger: str, most: int = MOST_ROWS
    ) -> None:
        self._client = client
        self._mappings = mappings
        self._ledger = ledger
        self._most = most

    def apply(self, plan: Plan, agreed: str, now: datetime) -> Applied:
        """Write exactly what `agreed` stands for, or the rest of it after an interruption."""
        if not plan.changes:
            return Applied.NOTHING_TO_DO
        is_whole = plan.digest == agreed
        if not is_whole:
            rest = self._interrupted(agreed)
            if rest is None or not is_rest(plan, rest):
                return Applied.REFUSED
        parts = batches(plan, self._most)
        is_noted = len(parts) > 1 or not is_whole
        for batch in parts:
            if not self._write(batch, agreed, now, is_noted=is_noted):
                return Applied.REFUSED
        return Applied.DONE

    def write(self, change: RowChange, entry: AuditEntry) -> bool:
        """Write one row and its audit entry; return false if it is not as the change has seen it.

        Neither is written without the other.
        """
        item = {name: _serialize(value) for name, value in audit_item(entry).items()}
        return self._transact(
            [self._row(change), {"Put": {"TableName": self._ledger, "Item": item}}]
        )

    def _interrupted(self, agreed: str) -> Rest | None:
        """Return what the last run with this digest left to do; None if it was not interrupted."""
        found = self._client.get_item(
            TableName=self._ledger, Key=_key(agreed), ConsistentRead=True
        ).get("Item")
        return Rest(found["digest"]["S"], found["begun"]["S"]) if found else None

    def _write(self, batch: Batch, agreed: str, now: datetime, *, is_noted: bool) -> bool:
        """Write a batch; return false if a row is not as the plan has seen it."""
        writes: list[Any] = [self._row(change) for change in batch.changes]
        writes += [self._note(batch.rest, agreed, now)] if is_noted else []
        return self._transact(writes)

    def _transact(self, writes: Sequence[Any]) -> bool:
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", ())
            if any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
                return False
            raise
        return True

    def _row(self, change: RowChange) -> dict[str, Any]:
        conditional = {"TableName": self._mappings, **_unchanged(change.before)}
        if change.after is None:
            key = dict(zip(MAPPINGS_KEY, map(_serialize, change.key), strict=True))
            return {"Delete": {"Key": key, **conditional}}
        item = {name: _serialize(value) for name, value in change.after.items()}
        return {"Put": {"Item": item, **conditional}}

    def _note(self, rest: Rest | None, agreed: str, now: datetime) -> dict[str, Any]:
        """Return the write that notes what is left, or that nothing is."""
        if rest is None:
            return {"Delete": {"TableName": self._ledger, "Key": _key(agreed)}}
        item = {
            **_key(agreed),
            "digest": {"S": rest.digest},
            "begun": {"S": rest.begun},
            "expires": {"N": str(int((now + _REMEMBERED).timestamp()))},
        }
        return {"Put": {"TableName": self._ledger, "Item": item}}


def _key(agreed: str) -> dict[str, Any]:
    return {_PK: {"S": f"{_APPLY}{agreed}"}, _SK: {"S": _REST}}


def _unchanged(before: Row | None) -> dict[str, Any]:
    """Return the condition that a row is exactly as it was read."""
    row = before or {}
    names = sorted({*MAPPINGS_KEY, *ATTRIBUTES, *row}) if row else MAPPINGS_KEY[:1]
    conditions = [
        f"#a{number} = :v{number}" if name in row else f"attribute_not_exists(#a{number})"
        for number, name in enumerate(names)
    ]
    values = {
        f":v{number}": _serialize(row[name]) for number, name in enumerate(names) if name in row
    }
    return {
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#a{number}": name for number, name in enumerate(names)},
        **({"ExpressionAttributeValues": values} if values else {}),
    }


def _ordered(changes: Iterable[RowChange]) -> list[RowChange]:
    """Return changes in the order of their writes: target by target, removals last in each."""
    return sorted(
        changes,
        key=lambda change: (
            change.target is None,
            change.key[1],
            change.kind is RowChangeKind.REMOVED,
            change.key[0],
        ),
    )


def _parts(changes: Sequence[RowChange], most: int) -> Iterator[tuple[RowChange, ...]]:
    """Yield the changes of each transaction: whole targets as long as they fit."""
    of_target: dict[str, list[RowChange]] = {}
    for change in _ordered(changes):
        of_target.setdefault(change.key[1], []).append(change)
    part: list[RowChange] = []
    for together in of_target.values():
        if part and len(part) + len(together) > most:
            yield tuple(part)
            part = []
        part += together
        while len(part) > most:
            yield tuple(part[:most])
            part = part[most:]
    if part:
        yield tuple(part)


def _rest(left: Sequence[RowChange], effects: Iterable[TargetEffect], begun: str) -> str:
    targets = {change.target for change in left}
    return digest(
        left, (each for each in effects if each.target in targets and str(each.target) != begun)
    )
