"""Reads the mappings table, and what belongs to it, with the operator's own credentials."""

from collections.abc import Iterator
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from hub.runtime.decisions.mapping_rows import parse_table
from shared.model import Target
from shared.storage import MAPPINGS_KEY

_deserialize = TypeDeserializer().deserialize


def mapped_targets(table: str, region: str | None) -> Iterator[Target]:
    """Yield the targets that the rows of a table name; nothing is read before that."""
    parsed = parse_table(MappingRows(table, region, None).read())
    yield from (row.target for row in (*parsed.rows, *parsed.patterns))


class MappingRows:
    """Reads rows; every method passes botocore's errors on unchanged."""

    def __init__(self, table: str, region: str | None, identity_store_id: str | None) -> None:
        self._session = boto3.Session(region_name=region)
        self._dynamodb = self._session.client("dynamodb")
        self._table = table
        self._store = identity_store_id

    def read(self) -> list[dict[str, Any]]:
        """Return every row, sorted by group and target."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        rows = [
            {name: _deserialize(value) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]
        return sorted(rows, key=lambda row: [str(row.get(name)) for name in MAPPINGS_KEY])

    def group_id(self, name: str) -> str | None:
        """Return the id of a group in the directory; None if there is no such group or store."""
        named: Any = {"AttributePath": "displayName", "AttributeValue": name}
        try:
            return self._session.client("identitystore").get_group_id(
                IdentityStoreId=self._store or "", AlternateIdentifier={"UniqueAttribute": named}
            )["GroupId"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return None
