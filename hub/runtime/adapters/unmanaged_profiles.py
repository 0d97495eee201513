"""Stores unmanaged profiles in the ledger, so that each is described once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.hub_state import UnmanagedProfile
from shared.model import Target
from shared.storage import LEDGER_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK, _SK = LEDGER_KEY
_UNMANAGED: Final = "foreign#"


class DynamoUnmanagedProfiles:
    """Implements the port UnmanagedProfiles."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def of_target(self, target: Target) -> Mapping[str, UnmanagedProfile]:
        """Return all of a target by name; case does not count, as in Studio."""
        pages = self._client.get_paginator("query")
        with translated():
            return {
                (name := item[_SK]["S"].removeprefix(_UNMANAGED)): UnmanagedProfile(
                    item["modified"]["S"],
                    item.get("user_name", {}).get("S", ""),
                    # Items of earlier versions have the name only in their key.
                    item.get("name", {}).get("S", name),
                )
                for page in pages.paginate(
                    TableName=self._table,
                    ConsistentRead=True,
                    KeyConditionExpression="#pk = :target",
                    ExpressionAttributeNames={"#pk": _PK},
                    ExpressionAttributeValues={":target": {"S": f"target#{target}"}},
                )
                for item in page["Items"]
            }

    def remember(self, target: Target, profile: UnmanagedProfile) -> None:
        """Store an unmanaged profile."""
        seen = {
            "name": {"S": profile.name},
            "modified": {"S": profile.modified},
            "user_name": {"S": profile.user_name},
        }
        with translated():
            self._client.put_item(TableName=self._table, Item=_key(target, profile.name) | seen)

    def forget(self, target: Target, name: str) -> None:
        """Delete one that is gone."""
        with translated():
            self._client.delete_item(TableName=self._table, Key=_key(target, name))


def _key(target: Target, name: str) -> dict[str, Any]:
    return {_PK: {"S": f"target#{target}"}, _SK: {"S": f"{_UNMANAGED}{name.casefold()}"}}
