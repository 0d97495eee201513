"""The ledger table: what the hub made for whom, why, and what is pending."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from hub.runtime.adapters.aws import translated
from shared.errors import RefusedError, RetryableError
from shared.model import Claim, EndedClaim, Record, State, Target, UserId
from shared.wire import LEDGER_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_from_dynamodb = TypeDeserializer().deserialize
_to_dynamodb = TypeSerializer().serialize
_PK, _SK = LEDGER_KEY


class DynamoLedger:
    """Implements the port Ledger."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def records(self, user_id: UserId) -> Mapping[Target, Record]:
        """Return the person's records in all targets, read consistently and to the end."""
        pages = self._client.get_paginator("query")
        with translated():
            items = [
                item
                for page in pages.paginate(
                    TableName=self._table,
                    ConsistentRead=True,
                    KeyConditionExpression="#pk = :user AND begins_with(#sk, :target)",
                    ExpressionAttributeNames={"#pk": _PK, "#sk": _SK},
                    ExpressionAttributeValues={
                        ":user": {"S": f"user#{user_id}"},
                        ":target": {"S": "target#"},
                    },
                )
                for item in page["Items"]
            ]
        records = [_record(item) for item in items]
        return {record.target: record for record in records}

    def write(self, record: Record) -> Record:
        """Write over the version that the record names; RetryableError when somebody else did."""
        written = replace(record, version=record.version + 1)
        try:
            with translated():
                self._client.put_item(
                    TableName=self._table,
                    Item=_item(written),
                    ConditionExpression="attribute_not_exists(#pk) OR #version = :seen",
                    ExpressionAttributeNames={"#pk": _PK, "#version": "version"},
                    ExpressionAttributeValues={":seen": {"N": str(record.version)}},
                )
        except RefusedError as refused:
            if refused.code == "ConditionalCheckFailedException":
                raise RetryableError("another worker wrote this record meanwhile") from refused
            raise
        return written


def _item(record: Record) -> dict[str, Any]:
    plain = asdict(record) | {
        _PK: f"user#{record.user_id}",
        _SK: f"target#{record.target}",
        "target": str(record.target),
        "since": _iso(record.since),
        "ended": [asdict(ended) | {"until": _iso(ended.until)} for ended in record.ended],
    }
    return {name: _to_dynamodb(_plain(value)) for name, value in plain.items()}


def _record(item: Mapping[str, Any]) -> Record:
    plain = {name: _from_dynamodb(value) for name, value in item.items()}
    known = {field.name: plain[field.name] for field in fields(Record) if field.name in plain}
    return Record(
        **known
        | {
            "target": Target.parse(plain["target"]),
            "state": State(plain["state"]),
            "version": int(plain["version"]),
            "since": _time(plain.get("since")),
            "because": tuple(Claim(**_whole(claim)) for claim in plain["because"]),
            "ended": tuple(
                EndedClaim(**_whole(ended) | {"until": datetime.fromisoformat(ended["until"])})
                for ended in plain["ended"]
            ),
        }
    )


def _plain(value: object) -> object:
    """Return a value that DynamoDB knows: a tuple becomes a list."""
    return list(value) if isinstance(value, tuple) else value


def _whole(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: int(value) if isinstance(value, Decimal) else value
        for name, value in attributes.items()
    }


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
