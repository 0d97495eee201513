"""The ledger's records: what the hub made for whom, why, what is pending, and the history."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.group_snapshots import member
from hub.runtime.adapters.tables import Put, Table, from_stored, to_stored
from hub.runtime.decisions.audit import months_back
from hub.runtime.decisions.profile_events import ProfileEvent, RecordWrite
from hub.runtime.decisions.record import MemberChanges, Record
from shared.errors import RetryableError
from shared.model import Target, UserId
from shared.storage import LEDGER_BY_MONTH, LEDGER_BY_TARGET, LEDGER_EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_USER, _TARGET, _HISTORY, _DRY_RUN = "user#", "target#", "history#", "dry-run"
# A user's history is kept this long.
HISTORY_KEPT: Final = timedelta(days=400)
_NO_CHANGES: Final = MemberChanges()
# Source: the DynamoDB API: a transaction has at most 100 items, and 4 MB in all of them. Half of
# it: our size is an estimate, and DynamoDB may count the old item too.
_MOST_ITEMS: Final = 100
_MOST_BYTES: Final = 2_000_000


class DynamoLedger:
    """Implements the port Ledger."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def records(self, user_id: UserId) -> Mapping[Target, Record]:
        items = self._table.items(
            "#pk = :user AND begins_with(#sk, :target)",
            {"user": f"{_USER}{user_id}", "target": _TARGET},
        )
        return {record.target: record for record in (from_stored(Record, item) for item in items)}

    def of_target(self, target: Target) -> tuple[Record, ...]:
        # The index lags a little. It also has what else the ledger knows of a target.
        items = self._table.items(
            "#target = :target AND begins_with(#pk, :user)",
            {"target": str(target), "user": _USER},
            IndexName=LEDGER_BY_TARGET,
        )
        return tuple(from_stored(Record, item) for item in items)

    def everybody(self) -> Iterable[Record]:
        items = self._table.items(
            values={"user": _USER, "target": _TARGET},
            FilterExpression="begins_with(#pk, :user) AND begins_with(#sk, :target)",
            ConsistentRead=False,
        )
        return (from_stored(Record, item) for item in items)

    def knows(self, user_id: UserId) -> bool:
        of_user = {"user": f"{_USER}{user_id}"}
        return any(self._table.items("#pk = :user", of_user, ConsistentRead=False, Limit=1))

    def history(self, user_id: UserId) -> tuple[Mapping[str, str], ...]:
        """Return a user's history, the latest event first."""
        items = self._table.items(
            "#pk = :user AND begins_with(#sk, :history)",
            {"user": f"{_USER}{user_id}", "history": _HISTORY},
            ConsistentRead=False,
            ScanIndexForward=False,
        )
        return tuple({name: str(value) for name, value in item.items()} for item in items)

    def events(
        self, since: datetime, until: datetime, target: Target | None = None
    ) -> Iterator[Mapping[str, str]]:
        """Yield the history of all users between two times, the latest event first.

        It reads the events of these months, of all targets, and nothing else of the ledger. The
        index lags a little.
        """
        values = {"since": since.isoformat(), "until": until.isoformat()}
        only: dict[str, Any] = {"FilterExpression": "#where = :where"} if target else {}
        values |= {"where": str(target)} if target else {}
        for month in months_back(since, until):
            items = self._table.items(
                "#month = :month AND #at BETWEEN :since AND :until",
                values | {"month": month},
                IndexName=LEDGER_BY_MONTH,
                ScanIndexForward=False,
                **only,
            )
            yield from ({name: str(value) for name, value in item.items()} for item in items)

    def changes(self) -> Iterable[Mapping[str, str]]:
        """Yield `user_id`, `where`, `at` and `what` of every event in any user's history.

        They are read to the end, in no order. The whole history of one user has `history`.
        """
        items = self._table.items(
            values={"user": _USER, "history": _HISTORY},
            FilterExpression="begins_with(#pk, :user) AND begins_with(#sk, :history)",
            ProjectionExpression="#user_id, #where, #at, #what",
            ConsistentRead=False,
        )
        return ({name: str(value) for name, value in item.items()} for item in items)

    def write(
        self,
        record: Record,
        changes: MemberChanges = _NO_CHANGES,
        profile_event: ProfileEvent | None = None,
    ) -> Record:
        events = (profile_event,) if profile_event else ()
        written, refused = self.write_all([RecordWrite(record, changes, events)])
        if refused:
            raise RetryableError(refused[record.target])
        return written[0]

    def write_all(
        self, writes: Sequence[RecordWrite]
    ) -> tuple[tuple[Record, ...], Mapping[Target, str]]:
        found: list[Record] = []
        refused: dict[Target, str] = {}
        parts = deque(_transactions(writes))
        while parts:
            part = parts.popleft()
            written = [replace(each.record, version=each.record.version + 1) for each in part]
            puts, gone = [], []
            for record, (seen, changes, events) in zip(written, part, strict=True):
                key = {"pk": f"{_USER}{record.user_id}", "sk": f"{_TARGET}{record.target}"}
                condition = "attribute_not_exists(#pk) OR #version = :seen"
                puts.append(Put(key | to_stored(record), condition, {"seen": seen.version}))
                joined = sorted(changes.joined.items())
                puts += [Put(member(group, record.user_id, id_)) for group, id_ in joined]
                puts += [Put(_history_item(each)) for each in events]
                gone += [member(group, record.user_id) for group in sorted(changes.left)]
            try:
                is_written = self._table.put_all(puts, also_delete=gone)
                reason = "another worker wrote this record meanwhile"
            except RetryableError as error:
                is_written, reason = False, str(error)
            if is_written:
                found += written
            elif len(part) == 1:
                refused[part[0].record.target] = reason
            else:
                # None of them is written, and all but one may be right.
                parts.extend([each] for each in part)
        return tuple(found), refused

    def dry_run(self, user_id: UserId) -> frozenset[str]:
        key = {"user": f"{_USER}{user_id}", "dry_run": _DRY_RUN}
        items = self._table.items("#pk = :user AND #sk = :dry_run", key)
        return frozenset(text for item in items for text in item.get("problems", ()))

    def save_dry_run(self, user_id: UserId, problems: frozenset[str]) -> None:
        key = {"pk": f"{_USER}{user_id}", "sk": _DRY_RUN}
        self._table.put(key | {"problems": problems or None})


def _transactions(writes: Iterable[RecordWrite]) -> Iterator[list[RecordWrite]]:
    """Yield the writes in parts, each as large as one transaction takes.

    A write alone is never too large: its record, its history and 40 memberships.
    """
    part: list[RecordWrite] = []
    items = size = 0
    for write in writes:
        changes = write.changes
        more_items = 1 + len(changes.joined) + len(changes.left) + len(write.profile_events)
        # JSON has more around each value than DynamoDB counts. The keys of the items take less than
        # 500 bytes each, for which there is room.
        more_size = len(json.dumps(to_stored(write), default=list))
        if part and (items + more_items > _MOST_ITEMS or size + more_size > _MOST_BYTES):
            yield part
            part, items, size = [], 0, 0
        part.append(write)
        items, size = items + more_items, size + more_size
    if part:
        yield part


def _history_item(profile_event: ProfileEvent) -> dict[str, Any]:
    """Return the item of a profile event; the table expires it."""
    stored: dict[str, Any] = to_stored(profile_event)
    # The index of targets has every item with a `target`, so the event's has another name.
    target = stored.pop("target")
    # One request may publish several events of one target at one time.
    key = f"{_HISTORY}{stored['at']}#{target}#{stored['what']}"
    expires = int((profile_event.at + HISTORY_KEPT).timestamp())
    return stored | {
        "pk": f"{_USER}{profile_event.user_id}",
        "sk": key,
        "where": target,
        # Of a time in UTC.
        "month": stored["at"][:7],
        LEDGER_EXPIRES: expires,
    }
