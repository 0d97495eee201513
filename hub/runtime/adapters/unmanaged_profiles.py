"""Stores unmanaged profiles in the ledger, so that each is described once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hub.runtime.adapters.tables import Table, from_stored, to_stored
from hub.runtime.decisions.hub_state import UnmanagedProfile
from shared.model import Target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TARGET, _UNMANAGED = "target#", "unmanaged#"


class DynamoUnmanagedProfiles:
    """Implements the port UnmanagedProfiles.

    Studio compares names without case, so the keys have none.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def of_target(self, target: Target) -> Mapping[str, UnmanagedProfile]:
        key = {"target": f"{_TARGET}{target}", "profiles": _UNMANAGED}
        items = self._table.items("#pk = :target AND begins_with(#sk, :profiles)", key)
        return {
            item["sk"].removeprefix(_UNMANAGED): from_stored(UnmanagedProfile, item)
            for item in items
        }

    def remember(self, target: Target, profile: UnmanagedProfile) -> None:
        # With its `target`, it is in the index of targets.
        at = {"target": str(target)}
        self._table.put(_key(target, profile.name) | at | to_stored(profile))

    def forget(self, target: Target, name: str) -> None:
        self._table.delete(_key(target, name))


def _key(target: Target, name: str) -> dict[str, str]:
    return {"pk": f"{_TARGET}{target}", "sk": f"{_UNMANAGED}{name.casefold()}"}
