"""Stores what operators did in the ledger: one partition a month, sorted by time, never deleted."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.tables import Table, from_stored, to_stored
from hub.runtime.decisions.audit import AuditEntry, month_of, months_back

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_AUDIT: Final = "audit#"


class DynamoAudit:
    """Implements the port AuditTrail."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def write(self, entry: AuditEntry) -> None:
        self._table.put(audit_item(entry))

    def entries(self, since: datetime, until: datetime) -> Iterator[AuditEntry]:
        for month in months_back(since, until):
            items = self._table.items(
                "#pk = :month AND #sk >= :since",
                {"month": f"{_AUDIT}{month}", "since": since.isoformat()},
                ConsistentRead=False,
                ScanIndexForward=False,
            )
            yield from (from_stored(AuditEntry, item) for item in items)


def audit_item(entry: AuditEntry) -> Mapping[str, Any]:
    """Return the item of an entry, also for a transaction with what the operator does."""
    stored: Mapping[str, Any] = to_stored(entry)
    return {
        "pk": f"{_AUDIT}{month_of(entry.at)}",
        "sk": f"{entry.at.isoformat()}#{entry.id}",
        **stored,
    }
