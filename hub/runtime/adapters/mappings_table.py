"""Reads the whole mappings table and caches it until a request is newer."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from hub.runtime.adapters.aws import translated, utc_now
from hub.runtime.decisions.mapping_rows import parse_table
from shared.model import MappingTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_from_dynamodb = TypeDeserializer().deserialize


class DynamoMappings:
    """Implements the port MappingStore."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._copy: tuple[datetime, MappingTable] | None = None

    def table(self, newer_than: datetime) -> MappingTable:
        """Return every row from a complete read that began after `newer_than`.

        Raises:
            RetryableError, RefusedError: the table cannot be read to its end.
        """
        if self._copy is None or self._copy[0] <= newer_than:
            self._copy = (utc_now(), parse_table(self._rows()))
        return self._copy[1]

    def _rows(self) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("scan")
        with translated():
            return [
                {name: _from_dynamodb(value) for name, value in item.items()}
                for page in pages.paginate(TableName=self._table, ConsistentRead=True)
                for item in page["Items"]
            ]
