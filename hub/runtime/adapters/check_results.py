"""Stores the results of the checks of targets in the ledger, one item a target."""

from typing import TYPE_CHECKING, Final

from hub.runtime.adapters.tables import Table, from_stored, to_stored
from hub.runtime.decisions.checks import TargetChecks
from shared.model import Target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TARGET: Final = "target#"
# Beside the target's unmanaged profiles.
_CHECKS: Final = "checks"


class DynamoCheckResults:
    """Implements the port CheckResults."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def of_target(self, target: Target) -> TargetChecks | None:
        key = {"target": f"{_TARGET}{target}", "checks": _CHECKS}
        items = self._table.items("#pk = :target AND #sk = :checks", key)
        return next((from_stored(TargetChecks, item) for item in items), None)

    def save(self, target: Target, checks: TargetChecks) -> None:
        self._table.put({"pk": f"{_TARGET}{target}", "sk": _CHECKS} | to_stored(checks))
