"""Stores the membership of groups as last seen, in the ledger: one partition a group."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.tables import Table
from hub.runtime.decisions.hub_state import GroupSnapshot
from shared.model import GroupId, UserId
from shared.storage import LEDGER_BY_MEMBERSHIP

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_GROUP, _MEMBER = "group#", "member#"
# Sorts before every member.
_ITSELF: Final = "group"


class DynamoGroupSnapshots:
    """Implements the port GroupSnapshots."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def snapshot(self, group_id: GroupId) -> GroupSnapshot:
        items = self._table.items("#pk = :group", {"group": f"{_GROUP}{group_id}"})
        members = {item.pop("sk"): item for item in items}
        itself = members.pop(_ITSELF, {})
        return GroupSnapshot(
            group_id,
            {
                UserId(key.removeprefix(_MEMBER)): item.get("membership_id", "")
                for key, item in members.items()
            },
            is_listed=bool(itself),
            deleted=itself.get("deleted", False),
            emptied=itself.get("emptied", False),
        )

    def member(self, membership_id: str) -> UserId | None:
        items = self._table.items(
            "#membership_id = :id", {"id": membership_id}, IndexName=LEDGER_BY_MEMBERSHIP, Limit=1
        )
        return next((UserId(item["sk"].removeprefix(_MEMBER)) for item in items), None)

    def membership(self, group_id: GroupId, user_id: UserId) -> str | None:
        items = self._table.items("#pk = :pk AND #sk = :sk", member(group_id, user_id))
        return next((item.get("membership_id", "") for item in items), None)

    def set_membership(self, group_id: GroupId, user_id: UserId, id_: str | None) -> None:
        if id_ is None:
            self._table.delete(member(group_id, user_id))
        else:
            self._table.put(member(group_id, user_id, id_))

    def save(self, group_id: GroupId, joined: Mapping[UserId, str], left: Iterable[UserId]) -> None:
        self._table.write_many(
            put=(member(group_id, user, id_) for user, id_ in sorted(joined.items())),
            delete=(member(group_id, user) for user in sorted(left)),
        )

    def note(self, group_id: GroupId, *, deleted: bool, emptied: bool = False) -> None:
        key = {"pk": f"{_GROUP}{group_id}", "sk": _ITSELF}
        self._table.put(key | {"deleted": deleted, "emptied": emptied})


def member(group_id: GroupId, user_id: UserId, membership_id: str = "") -> dict[str, Any]:
    """Return the item of a member, or its key: without an id it is in no index."""
    key = {"pk": f"{_GROUP}{group_id}", "sk": f"{_MEMBER}{user_id}"}
    return key | ({"membership_id": membership_id} if membership_id else {})
