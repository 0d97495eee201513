"""Stores slots of the removal limit and holds in the ledger: one partition a target.

The target's own item holds the slots of the last hour. A write names the version that was read, so
that two workers never both take the last slot. Each held disruption is a separate item.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.removal_limit import (
    Disruption,
    DisruptionKind,
    HeldDisruption,
    LimitState,
)
from shared.errors import RefusedError
from shared.model import Target, UserId
from shared.storage import LEDGER_EXPIRES, LEDGER_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_from_dynamodb = TypeDeserializer().deserialize
_to_dynamodb = TypeSerializer().serialize
_PK, _SK = LEDGER_KEY
_LIMIT, _HOLD, _HELD, _ITSELF = "limit#", "hold#", "held#", "slots"
_TAKEN: Final = "ConditionalCheckFailedException"
# The users of a digest are kept for a month; a list that is longer than this is cut to it.
_REMEMBERED: Final = timedelta(days=30)
_MOST_USERS: Final = 5_000


class DynamoLimits:
    """Implements the port Limits, and what the operator's commands add to it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def state(self, target: Target) -> LimitState:
        """Return a target's slots and held disruptions, read consistently and to the end."""
        pages = self._client.get_paginator("query")
        slots: dict[UserId, datetime] = {}
        held: dict[UserId, HeldDisruption] = {}
        version = 0
        with translated():
            for page in pages.paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="#pk = :limit",
                ExpressionAttributeNames={"#pk": _PK},
                ExpressionAttributeValues={":limit": {"S": f"{_LIMIT}{target}"}},
            ):
                for raw in page["Items"]:
                    item = {name: _from_dynamodb(value) for name, value in raw.items()}
                    if item[_SK] == _ITSELF:
                        version = int(item["version"])
                        slots = {
                            UserId(user): datetime.fromisoformat(at)
                            for user, at in item["taken"].items()
                        }
                    else:
                        each = _held(item)
                        held[each.disruption.user_id] = each
        return LimitState(slots, held, version)

    def take(
        self, target: Target, seen: LimitState, users: Iterable[UserId], now: datetime
    ) -> bool:
        """Take slots for all of the users; false if another worker wrote meanwhile."""
        taken = {user: seen.slots[user] for user in seen.taken(now)}
        taken |= dict.fromkeys(users, now)
        item = {
            _PK: f"{_LIMIT}{target}",
            _SK: _ITSELF,
            "taken": {user: at.isoformat() for user, at in taken.items()},
            "version": seen.version + 1,
        }
        try:
            with translated():
                self._client.put_item(
                    TableName=self._table,
                    Item={name: _to_dynamodb(value) for name, value in item.items()},
                    ConditionExpression="attribute_not_exists(#pk) OR #version = :seen",
                    ExpressionAttributeNames={"#pk": _PK, "#version": "version"},
                    ExpressionAttributeValues={":seen": {"N": str(seen.version)}},
                )
        except RefusedError as refused:
            if refused.code != _TAKEN:
                raise
            return False
        return True

    def hold(self, target: Target, disruptions: Iterable[HeldDisruption]) -> None:
        """Hold disruptions; an operator's approval that came meanwhile stays.

        A disruption that waited for another cause, which is over, waits for this one.
        """
        for each in disruptions:
            try:
                with translated():
                    self._client.put_item(
                        TableName=self._table,
                        Item=_item(target, each),
                        ConditionExpression="attribute_not_exists(#pk) OR #kind <> :kind OR ("
                        "attribute_exists(#always) AND #always <> :always "
                        "AND (attribute_not_exists(#approved) OR #approved <= :now))",
                        ExpressionAttributeNames={
                            "#pk": _PK,
                            "#kind": "kind",
                            "#always": "always",
                            "#approved": "approved_until",
                        },
                        ExpressionAttributeValues={
                            ":kind": {"S": each.disruption.kind},
                            ":always": {"S": each.disruption.cause},
                            ":now": {"S": each.since.isoformat()},
                        },
                    )
            except RefusedError as refused:
                if refused.code != _TAKEN:
                    raise

    def note_over(self, target: Target, seen: HeldDisruption, *, is_over: bool) -> None:
        """Note whether the cause of a held disruption is over, unless it was decided meanwhile."""
        until = seen.approved_until
        values: dict[str, Any] = {":cause": {"S": seen.cause}, ":kind": {"S": seen.disruption.kind}}
        if until is not None:
            values[":approved"] = {"S": until.isoformat()}
        approved = "#approved = :approved" if until else "attribute_not_exists(#approved)"
        try:
            with translated():
                self._client.put_item(
                    TableName=self._table,
                    Item=_item(target, replace(seen, is_over=is_over)),
                    ConditionExpression=f"#cause = :cause AND #kind = :kind AND {approved}",
                    ExpressionAttributeNames={
                        "#cause": "cause",
                        "#kind": "kind",
                        "#approved": "approved_until",
                    },
                    ExpressionAttributeValues=values,
                )
        except RefusedError as refused:
            if refused.code != _TAKEN:
                raise

    def release(self, target: Target, users: Iterable[UserId]) -> None:
        """Release the users' held disruptions."""
        for user in users:
            with translated():
                self._client.delete_item(TableName=self._table, Key=_key(target, user))

    def decide(self, target: Target, decided: HeldDisruption, seen: HeldDisruption) -> bool:
        """Write an operator's decision on a held disruption; false if it changed meanwhile."""
        try:
            with translated():
                self._client.put_item(
                    TableName=self._table,
                    Item=_item(target, decided),
                    ConditionExpression="#cause = :cause AND #kind = :kind",
                    ExpressionAttributeNames={"#cause": "cause", "#kind": "kind"},
                    ExpressionAttributeValues={
                        ":cause": {"S": seen.cause},
                        ":kind": {"S": seen.disruption.kind},
                    },
                )
        except RefusedError as refused:
            if refused.code != _TAKEN:
                raise
            return False
        return True

    def targets(self) -> tuple[Target, ...]:
        """Return every target in which something is held, sorted."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(#pk, :limit) AND begins_with(#sk, :held)",
            ExpressionAttributeNames={"#pk": _PK, "#sk": _SK},
            ExpressionAttributeValues={":limit": {"S": _LIMIT}, ":held": {"S": _HELD}},
            ProjectionExpression="#pk",
        )
        with translated():
            found = {
                item[_PK]["S"].removeprefix(_LIMIT) for page in pages for item in page["Items"]
            }
        return tuple(sorted(map(Target.parse, found)))

    def remember(self, hold: Hold) -> None:
        """Store the users that a hold's digest stands for."""
        shown = max((each.since for each in hold.disruptions), default=None)
        expires = int((shown + _REMEMBERED).timestamp()) if shown else 0
        item = {
            _PK: f"{_HOLD}{hold.digest}",
            _SK: str(hold.target),
            "cause": hold.cause,
            "users": sorted(hold.users)[:_MOST_USERS],
            "count": len(hold.users),
            LEDGER_EXPIRES: expires,
        }
        with translated():
            self._client.put_item(
                TableName=self._table,
                Item={name: _to_dynamodb(value) for name, value in item.items()},
            )

    def remembered(self, digest: str) -> tuple[Target, str, frozenset[UserId]] | None:
        """Return the target, cause and users of a digest; None if it is not known."""
        with translated():
            items = self._client.query(
                TableName=self._table,
                KeyConditionExpression="#pk = :hold",
                ExpressionAttributeNames={"#pk": _PK},
                ExpressionAttributeValues={":hold": {"S": f"{_HOLD}{digest}"}},
            )["Items"]
        for raw in items:
            item: Mapping[str, Any] = {n: _from_dynamodb(value) for n, value in raw.items()}
            return Target.parse(item[_SK]), item["cause"], frozenset(map(UserId, item["users"]))
        return None


def _key(target: Target, user: UserId) -> dict[str, Any]:
    return {_PK: {"S": f"{_LIMIT}{target}"}, _SK: {"S": f"{_HELD}{user}"}}


def _item(target: Target, held: HeldDisruption) -> dict[str, Any]:
    plain = {
        "user_name": held.disruption.user_name,
        "profile_name": held.disruption.profile_name,
        "kind": str(held.disruption.kind),
        "reason": held.disruption.reason,
        "always": held.disruption.cause,
        "cause": held.cause,
        "since": held.since.isoformat(),
        "approved_until": held.approved_until.isoformat() if held.approved_until else "",
        "is_over": held.is_over,
    }
    filled = {name: _to_dynamodb(value) for name, value in plain.items() if value}
    return _key(target, held.disruption.user_id) | filled


def _held(item: Mapping[str, Any]) -> HeldDisruption:
    approved = item.get("approved_until")
    return HeldDisruption(
        Disruption(
            UserId(item[_SK].removeprefix(_HELD)),
            item.get("user_name", ""),
            item.get("profile_name", ""),
            DisruptionKind(item["kind"]),
            item.get("reason", ""),
            item.get("always", ""),
        ),
        item["cause"],
        datetime.fromisoformat(item["since"]),
        datetime.fromisoformat(approved) if approved else None,
        bool(item.get("is_over", False)),
    )
