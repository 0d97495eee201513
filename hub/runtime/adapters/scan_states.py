"""Stores what scans find in the ledger: the progress of long listings, and results of checks.

No message carries it, so that none can forge it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.tables import Table, from_stored, to_stored
from hub.runtime.decisions.checks import TargetChecks
from hub.runtime.decisions.drift import KnownTarget
from hub.runtime.decisions.listing import ScanState, Seen
from hub.runtime.decisions.record import Record
from shared.messages import message_group, scan_chain
from shared.model import Target
from shared.requests import ScanRequest
from shared.storage import LEDGER_BY_TARGET, LEDGER_EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCAN: Final = "scan#"
_TARGET: Final = "target#"
# Beside the target's unmanaged profiles.
_CHECKS: Final = "checks"
# The families of the other items with a target: records, held disruptions, unmanaged profiles.
_USER, _LIMIT, _UNMANAGED = "user", "limit", "target"
# Bytes of digests in one item. Source: the DynamoDB developer guide: an item has at most 400 KB.
_CHUNK: Final = 320_000
# A requeued part returns for at most 75 minutes. Ids that were seen much earlier tell little.
_KEPT = timedelta(hours=3)


class DynamoScanStates:
    """Implements the port ScanStates: one item tells how far, others hold the seen ids.

    The items of each part have keys of their own. The item that names the part is written last.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def load(self, request: ScanRequest, now: datetime) -> ScanState | None:
        chain = scan_chain(request)
        head = next(self._items(request, "#sk = :sk", chain), None)
        if head is None or head[LEDGER_EXPIRES] <= now.timestamp():
            return None
        part = int(head["part"])
        chunks = self._items(request, "begins_with(#sk, :sk)", _chunks(chain, part))
        packed = b"".join(bytes(chunk["seen"]) for chunk in chunks)
        # Users who are missing in it would be taken for leavers.
        if len(packed) != head["bytes"]:
            return None
        return ScanState(part, head["token"], Seen.unpack(packed), head["over"])

    def save(self, request: ScanRequest, state: ScanState, now: datetime) -> None:
        chain, packed = scan_chain(request), state.seen.pack()
        key = {
            "pk": f"{_SCAN}{message_group(request)}",
            LEDGER_EXPIRES: int((now + _KEPT).timestamp()),
        }
        for start in range(0, len(packed), _CHUNK):
            chunk = f"{_chunks(chain, state.part)}{start // _CHUNK:06d}"
            self._table.put({**key, "sk": chunk, "seen": packed[start : start + _CHUNK]})
        head = {
            "part": state.part,
            "token": state.token,
            "bytes": len(packed),
            "over": state.is_over,
        }
        self._table.put({**key, "sk": chain, **head})

    def _items(self, request: ScanRequest, condition: str, key: str) -> Iterator[dict[str, Any]]:
        pk = f"{_SCAN}{message_group(request)}"
        return self._table.items(f"#pk = :scan AND {condition}", {"scan": pk, "sk": key})


def _chunks(chain: str, part: int) -> str:
    return f"{chain}#{part}#"


class DynamoCheckResults:
    """Implements the port CheckResults."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def of_target(self, target: Target) -> TargetChecks | None:
        key = {"target": f"{_TARGET}{target}", "checks": _CHECKS}
        items = self._table.items("#pk = :target AND #sk = :checks", key)
        return next((from_stored(TargetChecks, item) for item in items), None)

    def save(self, target: Target, checks: TargetChecks) -> None:
        # With its `target`, it is in the index of targets.
        key = {"pk": f"{_TARGET}{target}", "sk": _CHECKS, "target": str(target)}
        self._table.put(key | to_stored(checks))


class DynamoKnownTargets:
    """Implements the port KnownTargets: one query of the index of targets, which lags a little."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def of_target(self, target: Target) -> KnownTarget:
        records, checks, others = {}, None, set[str]()
        items = self._table.items(
            "#target = :target", {"target": str(target)}, IndexName=LEDGER_BY_TARGET
        )
        for item in items:
            family = item["pk"].partition("#")[0]
            if family == _USER:
                record = from_stored(Record, item)
                records[record.user_id] = record
            elif item["sk"] == _CHECKS:
                checks = from_stored(TargetChecks, item)
            else:
                others.add(family)
        return KnownTarget(records, _LIMIT in others, _UNMANAGED in others, checks)
