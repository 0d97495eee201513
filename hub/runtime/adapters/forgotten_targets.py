"""Deletes what the ledger holds of a target besides the records of its users."""

from typing import TYPE_CHECKING, Final

from hub.runtime.adapters.tables import Table
from shared.model import Target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Slots and holds; unmanaged profiles and checks.
_PARTITIONS: Final = ("limit#", "target#")
_HUB: Final = "hub"
# In the hub's own partition: refusals, roles and problems; last what makes the target known.
_OF_HUB: Final = ("refused#", "roles#", "problems#", "target#")
_PROTECTED: Final = "protected#"


class DynamoForgottenTargets:
    """Deletes the items of a target; raises what `Table` raises."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def forget(self, target: Target) -> None:
        """Delete every item of a target but records and history; the last ends that it is known.

        After an interruption the target is still known, and the same call deletes the rest.
        """
        for family in _PARTITIONS:
            partition = f"{family}{target}"
            keys = [
                {"pk": item["pk"], "sk": item["sk"]}
                for item in self._table.items("#pk = :partition", {"partition": partition})
            ]
            self._table.write_many((), keys)
        of_profiles = f"{_PROTECTED}{target}/"
        protected = [
            item["sk"]
            for item in self._table.items(
                "#pk = :hub AND begins_with(#sk, :key)", {"hub": _HUB, "key": of_profiles}
            )
        ]
        for key in (*protected, *(f"{name}{target}" for name in _OF_HUB)):
            self._table.delete({"pk": _HUB, "sk": key})
