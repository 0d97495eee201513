"""Reads the mappings table with the operator's own credentials."""

from collections.abc import Iterator
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer

from cli.deployed import output_if_there
from cli.output import say
from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.mapping_rows import parse_table
from shared.errors import RefusedError
from shared.model import Target
from shared.storage import MAPPINGS_KEY

_deserialize = TypeDeserializer().deserialize


def read_rows(table: str, region: str | None) -> list[dict[str, Any]]:
    """Return every row of a table, sorted by group and target.

    Passes botocore's errors on unchanged.
    """
    pages = (
        boto3.Session(region_name=region)
        .client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=table, ConsistentRead=True)
    )
    rows = [
        {name: _deserialize(value) for name, value in item.items()}
        for page in pages
        for item in page["Items"]
    ]
    return sorted(rows, key=lambda row: [str(row.get(name)) for name in MAPPINGS_KEY])


def mapped_targets(table: str | None, region: str | None) -> Iterator[Target]:
    """Yield the targets that the rows of a table name, by default the stack's.

    Nothing is read before that. Rows that are not known or may not be read name none, with a note
    in the latter case: a command does its work without them. RetryableError if AWS did not answer.
    """
    known = table or output_if_there("MappingsTable", region)
    if known is None:
        return
    try:
        with translated():
            parsed = parse_table(read_rows(known, region))
    except RefusedError as refused:
        say(f"note: targets that only mapping rows name are unknown: {refused}", err=True)
        return
    yield from (row.target for row in (*parsed.rows, *parsed.patterns))
