"""Stores the membership of groups as last seen, in the ledger: one partition a group."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.hub_state import GroupSnapshot
from shared.errors import RetryableError
from shared.model import GroupId, UserId
from shared.storage import LEDGER_BY_MEMBERSHIP, LEDGER_BY_MEMBERSHIP_KEY, LEDGER_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK, _SK = LEDGER_KEY
_MEMBER: Final = "member#"
# Sorts before every member.
_ITSELF: Final = "group"
# Source: the DynamoDB API: requests in one BatchWriteItem.
_BATCH = 25
_TRIES = 5


class DynamoGroupSnapshots:
    """Implements the port GroupSnapshots."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def snapshot(self, group_id: GroupId) -> GroupSnapshot:
        """Return the snapshot of a group, read consistently and to the end."""
        pages = self._client.get_paginator("query")
        members: dict[UserId, str] = {}
        itself: dict[str, Any] = {}
        with translated():
            for page in pages.paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="#pk = :group",
                ExpressionAttributeNames={"#pk": _PK},
                ExpressionAttributeValues={":group": {"S": _group(group_id)}},
            ):
                for item in page["Items"]:
                    key = item[_SK]["S"]
                    if key == _ITSELF:
                        itself = dict(item)
                    else:
                        membership = item.get("membership_id", {}).get("S", "")
                        members[UserId(key.removeprefix(_MEMBER))] = membership
        deleted, emptied = (
            bool(itself.get(name, {}).get("BOOL")) for name in ("deleted", "emptied")
        )
        return GroupSnapshot(group_id, members, bool(itself), deleted, emptied)

    def member(self, membership_id: str) -> UserId | None:
        """Return the user of a membership; None if no snapshot holds it."""
        with translated():
            found = self._client.query(
                TableName=self._table,
                IndexName=LEDGER_BY_MEMBERSHIP,
                KeyConditionExpression="#id = :id",
                ExpressionAttributeNames={"#id": LEDGER_BY_MEMBERSHIP_KEY[0]},
                ExpressionAttributeValues={":id": {"S": membership_id}},
                Limit=1,
            )["Items"]
        return UserId(found[0][_SK]["S"].removeprefix(_MEMBER)) if found else None

    def membership(self, group_id: GroupId, user_id: UserId) -> str | None:
        """Return the id of a user's membership, empty if it has none; None for no member."""
        with translated():
            found = self._client.query(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="#pk = :group AND #sk = :member",
                ExpressionAttributeNames={"#pk": _PK, "#sk": _SK},
                ExpressionAttributeValues={
                    ":group": {"S": _group(group_id)},
                    ":member": {"S": f"{_MEMBER}{user_id}"},
                },
            )["Items"]
        return found[0].get("membership_id", {}).get("S", "") if found else None

    def set_membership(self, group_id: GroupId, user_id: UserId, id_: str | None) -> None:
        """Write one membership into the snapshot; None removes the member."""
        with translated():
            if id_ is None:
                key = member_key(group_id, user_id)
                self._client.delete_item(TableName=self._table, Key=key)
            else:
                item = member_item(group_id, user_id, id_)
                self._client.put_item(TableName=self._table, Item=item)

    def save(self, group_id: GroupId, joined: Mapping[UserId, str], left: Iterable[UserId]) -> None:
        """Add members to the snapshot and remove others; RetryableError if a write is partial."""
        requests: list[Any] = [
            {"PutRequest": {"Item": member_item(group_id, user, membership)}}
            for user, membership in sorted(joined.items())
        ]
        requests += [
            {"DeleteRequest": {"Key": member_key(group_id, user)}} for user in sorted(left)
        ]
        waiting = iter(requests)
        while batch := list(islice(waiting, _BATCH)):
            self._write(batch)

    def note(self, group_id: GroupId, *, deleted: bool, emptied: bool = False) -> None:
        """Write that the group was listed to its end, and whether it was emptied or deleted."""
        with translated():
            self._client.put_item(
                TableName=self._table,
                Item={
                    _PK: {"S": _group(group_id)},
                    _SK: {"S": _ITSELF},
                    "deleted": {"BOOL": deleted},
                    "emptied": {"BOOL": emptied},
                },
            )

    def _write(self, batch: list[Any]) -> None:
        for _ in range(_TRIES):
            with translated():
                answer = self._client.batch_write_item(RequestItems={self._table: batch})
            batch = list(answer.get("UnprocessedItems", {}).get(self._table, ()))
            if not batch:
                return
        raise RetryableError("DynamoDB left some of the group's copy unwritten")


def member_item(group_id: GroupId, user_id: UserId, membership_id: str) -> dict[str, Any]:
    """Return the item of one membership; without an id it is in no index."""
    id_ = {LEDGER_BY_MEMBERSHIP_KEY[0]: {"S": membership_id}} if membership_id else {}
    return member_key(group_id, user_id) | id_


def member_key(group_id: GroupId, user_id: UserId) -> dict[str, Any]:
    """Return the key of one membership."""
    return {_PK: {"S": _group(group_id)}, _SK: {"S": f"{_MEMBER}{user_id}"}}


def _group(group_id: GroupId) -> str:
    return f"group#{group_id}"
