"""The ledger table: what the hub made for whom, why, and what is pending."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from hub.runtime.adapters.aws import translated
from hub.runtime.adapters.group_snapshots import member_item, member_key
from hub.runtime.decisions.record import Access, EndedGrant, MemberChanges, Obstacle, Record, State
from shared.errors import RefusedError, RetryableError
from shared.model import Grant, Target, UserId, UserStatus
from shared.storage import LEDGER_BY_TARGET, LEDGER_BY_TARGET_KEY, LEDGER_EXPIRES, LEDGER_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from hub.runtime.decisions.profile_events import ProfileEvent


_from_dynamodb = TypeDeserializer().deserialize
_to_dynamodb = TypeSerializer().serialize
_PK, _SK = LEDGER_KEY
_USER, _TARGET, _HISTORY, _DRY_RUN = "user#", "target#", "history#", "dry-run"
# A user's history is kept this long.
_REMEMBERED = timedelta(days=400)
_NO_CHANGES = MemberChanges()
# Source: the DynamoDB API: a condition that failed, of one write or of one in a transaction.
_MET = "ConditionalCheckFailedException"


class DynamoLedger:
    """Implements the port Ledger."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def records(self, user_id: UserId) -> Mapping[Target, Record]:
        """Return the user's records in all targets, read consistently and to the end."""
        records = self._query(
            ConsistentRead=True,
            KeyConditionExpression="#pk = :user AND begins_with(#sk, :target)",
            ExpressionAttributeNames={"#pk": _PK, "#sk": _SK},
            ExpressionAttributeValues={
                ":user": {"S": f"{_USER}{user_id}"},
                ":target": {"S": _TARGET},
            },
        )
        return {record.target: record for record in records}

    def of_target(self, target: Target) -> tuple[Record, ...]:
        """Return the records of all users in one target, to the end; the index lags a little."""
        return tuple(
            self._query(
                IndexName=LEDGER_BY_TARGET,
                KeyConditionExpression="#target = :target",
                ExpressionAttributeNames={"#target": LEDGER_BY_TARGET_KEY[0]},
                ExpressionAttributeValues={":target": {"S": str(target)}},
            )
        )

    def everybody(self) -> Iterable[Record]:
        """Yield all records, read to the end."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(#pk, :user) AND begins_with(#sk, :target)",
            ExpressionAttributeNames={"#pk": _PK, "#sk": _SK},
            ExpressionAttributeValues={":user": {"S": _USER}, ":target": {"S": _TARGET}},
        )
        with translated():
            for page in pages:
                yield from map(_record, page["Items"])

    def knows(self, user_id: UserId) -> bool:
        """Return whether the user has any record."""
        with translated():
            found = self._client.query(
                TableName=self._table,
                KeyConditionExpression="#pk = :user",
                ExpressionAttributeNames={"#pk": _PK},
                ExpressionAttributeValues={":user": {"S": f"{_USER}{user_id}"}},
                Limit=1,
            )
        return bool(found["Items"])

    def history(self, user_id: UserId) -> tuple[Mapping[str, str], ...]:
        """Return a user's history, the latest event first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ScanIndexForward=False,
            KeyConditionExpression="#pk = :user AND begins_with(#sk, :history)",
            ExpressionAttributeNames={"#pk": _PK, "#sk": _SK},
            ExpressionAttributeValues={
                ":user": {"S": f"{_USER}{user_id}"},
                ":history": {"S": _HISTORY},
            },
        )
        with translated():
            return tuple(
                {name: str(_from_dynamodb(value)) for name, value in item.items()}
                for page in pages
                for item in page["Items"]
            )

    def write(
        self,
        record: Record,
        changes: MemberChanges = _NO_CHANGES,
        profile_event: "ProfileEvent | None" = None,
    ) -> Record:
        """Overwrite the version that the record names; RetryableError if another worker wrote."""
        written = replace(record, version=record.version + 1)
        put: Any = {
            "TableName": self._table,
            "Item": _item(written),
            "ConditionExpression": "attribute_not_exists(#pk) OR #version = :seen",
            "ExpressionAttributeNames": {"#pk": _PK, "#version": "version"},
            "ExpressionAttributeValues": {":seen": {"N": str(record.version)}},
        }
        along = list(self._member_writes(record.user_id, changes))
        if profile_event is not None:
            along.append({"Put": {"TableName": self._table, "Item": _told(profile_event)}})
        try:
            with translated():
                if along:
                    self._client.transact_write_items(TransactItems=[{"Put": put}, *along])
                else:
                    self._client.put_item(**put)
        except RefusedError as refused:
            if refused.code == _MET:
                raise RetryableError("another worker wrote this record meanwhile") from refused
            raise
        return written

    def dry_run(self, user_id: UserId) -> frozenset[str]:
        """Return what report mode last withheld from a user."""
        with translated():
            found = self._client.query(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="#pk = :user AND #sk = :dry_run",
                ExpressionAttributeNames={"#pk": _PK, "#sk": _SK},
                ExpressionAttributeValues={
                    ":user": {"S": f"{_USER}{user_id}"},
                    ":dry_run": {"S": _DRY_RUN},
                },
            )
        return frozenset(
            text for item in found["Items"] for text in item.get("problems", {}).get("SS", ())
        )

    def save_dry_run(self, user_id: UserId, problems: frozenset[str]) -> None:
        """Store what report mode withholds from a user."""
        item = _dry_run_key(user_id)
        if problems:
            item["problems"] = {"SS": sorted(problems)}
        with translated():
            self._client.put_item(TableName=self._table, Item=item)

    def _member_writes(self, user_id: UserId, changes: MemberChanges) -> Iterator[Any]:
        for group, membership in sorted(changes.joined.items()):
            item = member_item(group, user_id, membership)
            yield {"Put": {"TableName": self._table, "Item": item}}
        for group in sorted(changes.left):
            yield {"Delete": {"TableName": self._table, "Key": member_key(group, user_id)}}

    def _query(self, **how: Any) -> Iterator[Record]:  # noqa: ANN401 (a query's own words)
        pages = self._client.get_paginator("query").paginate(TableName=self._table, **how)
        with translated():
            for page in pages:
                yield from map(_record, page["Items"])


def _dry_run_key(user_id: UserId) -> dict[str, Any]:
    return {_PK: {"S": f"{_USER}{user_id}"}, _SK: {"S": _DRY_RUN}}


def _item(record: Record) -> dict[str, Any]:
    plain = asdict(record) | {
        _PK: f"{_USER}{record.user_id}",
        _SK: f"{_TARGET}{record.target}",
        "target": str(record.target),
        "since": _iso(record.since),
        "requested_at": _iso(record.requested_at),
        "started": _iso(record.started),
        "retain_until": _iso(record.retain_until),
        "retry_at": _iso(record.retry_at),
        "undecided_since": _iso(record.undecided_since),
        "ended": [asdict(ended) | {"until": _iso(ended.until)} for ended in record.ended],
    }
    # Empty values are left out: a ledger of many users is read in pages of a megabyte.
    return {name: _to_dynamodb(_plain(value)) for name, value in plain.items() if value}


def _told(profile_event: "ProfileEvent") -> dict[str, Any]:
    """Return the history item of a profile event; the table expires it."""
    plain = asdict(profile_event) | {
        _PK: f"{_USER}{profile_event.user_id}",
        # One request may publish several events of one target at one time.
        _SK: f"{_HISTORY}{_iso(profile_event.at)}#{profile_event.target}#{profile_event.what}",
        "at": profile_event.at.isoformat(),
        # Not the attribute that the index of targets uses.
        "target": None,
        "where": str(profile_event.target),
        "what": str(profile_event.what),
        LEDGER_EXPIRES: int((profile_event.at + _REMEMBERED).timestamp()),
    }
    return {name: _to_dynamodb(_plain(value)) for name, value in plain.items() if value}


def _record(item: Mapping[str, Any]) -> Record:
    plain = {name: _from_dynamodb(value) for name, value in item.items()}
    known = {field.name: plain[field.name] for field in fields(Record) if field.name in plain}
    return Record(
        **known
        | {
            "target": Target.parse(plain["target"]),
            "state": State(plain["state"]),
            "user_status": UserStatus(plain.get("user_status", UserStatus.ENABLED)),
            "access": Access(plain.get("access", Access.UNTOUCHED)),
            "version": int(plain["version"]),
            "restarts": int(plain.get("restarts", 0)),
            "tries": int(plain.get("tries", 0)),
            "since": _time(plain.get("since")),
            "requested_at": _time(plain.get("requested_at")),
            "started": _time(plain.get("started")),
            "retain_until": _time(plain.get("retain_until")),
            "retry_at": _time(plain.get("retry_at")),
            "undecided_since": _time(plain.get("undecided_since")),
            "spaces": tuple(plain.get("spaces", ())),
            "memberships": tuple(plain.get("memberships", ())),
            "problems": tuple(plain.get("problems", ())),
            "obstacle": Obstacle(**plain["obstacle"]) if "obstacle" in plain else None,
            "because": tuple(Grant(**_whole(grant)) for grant in plain.get("because", ())),
            "ended": tuple(
                EndedGrant(**_whole(ended) | {"until": datetime.fromisoformat(ended["until"])})
                for ended in plain.get("ended", ())
            ),
        }
    )


def _plain(value: object) -> object:
    """Return a value that DynamoDB accepts: a tuple becomes a list."""
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
