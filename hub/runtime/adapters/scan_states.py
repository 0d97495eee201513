"""Stores the progress of long listings in the ledger, so that no message can forge it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.listing import ScanState, Seen
from shared.messages import message_group, scan_chain
from shared.requests import ScanRequest
from shared.storage import LEDGER_EXPIRES, LEDGER_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK, _SK = LEDGER_KEY
# Bytes of digests in one item. Source: the DynamoDB developer guide: an item has at most 400 KB.
_CHUNK: Final = 320_000
# A requeued part returns for at most 75 minutes. Ids that were seen much earlier tell little.
_KEPT = timedelta(hours=3)


class DynamoScanStates:
    """Implements the port ScanStates: one item tells how far, others hold the seen ids.

    The items of each part have keys of their own. The item that names the part is written last.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def load(self, request: ScanRequest, now: datetime) -> ScanState | None:
        """Return the state of the request's listing; None if it is lost, broken or too old."""
        chain = scan_chain(request)
        found = self._items(request, "#sk = :sk", chain)
        if not found or int(found[0][LEDGER_EXPIRES]["N"]) <= now.timestamp():
            return None
        head = found[0]
        part = int(head["part"]["N"])
        chunks = self._items(request, "begins_with(#sk, :sk)", _chunks(chain, part))
        packed = b"".join(bytes(chunk["seen"]["B"]) for chunk in chunks)
        # Users who are missing in it would be taken for leavers.
        if len(packed) != int(head["bytes"]["N"]):
            return None
        return ScanState(part, head["token"]["S"], Seen.unpack(packed), head["over"]["BOOL"])

    def save(self, request: ScanRequest, state: ScanState, now: datetime) -> None:
        """Store the state of the request's listing; a save that fails half-way changes nothing."""
        chain, packed = scan_chain(request), state.seen.pack()
        for start in range(0, len(packed), _CHUNK):
            key = f"{_chunks(chain, state.part)}{start // _CHUNK:06d}"
            self._put(request, key, {"seen": {"B": packed[start : start + _CHUNK]}}, now)
        head = {
            "part": {"N": str(state.part)},
            "token": {"S": state.token},
            "bytes": {"N": str(len(packed))},
            "over": {"BOOL": state.is_over},
        }
        self._put(request, chain, head, now)

    def _put(
        self, request: ScanRequest, key: str, attributes: Mapping[str, Any], now: datetime
    ) -> None:
        expires = {"N": str(int((now + _KEPT).timestamp()))}
        item = {_PK: {"S": _scan(request)}, _SK: {"S": key}, LEDGER_EXPIRES: expires, **attributes}
        with translated():
            self._client.put_item(TableName=self._table, Item=item)

    def _items(self, request: ScanRequest, condition: str, key: str) -> list[Any]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression=f"#pk = :scan AND {condition}",
            ExpressionAttributeNames={"#pk": _PK, "#sk": _SK},
            ExpressionAttributeValues={":scan": {"S": _scan(request)}, ":sk": {"S": key}},
        )
        with translated():
            return [item for page in pages for item in page["Items"]]


def _scan(request: ScanRequest) -> str:
    return f"scan#{message_group(request)}"


def _chunks(chain: str, part: int) -> str:
    return f"{chain}#{part}#"
