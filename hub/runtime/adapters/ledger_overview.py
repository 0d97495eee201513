"""Reads the ledger once from end to end, for counts of every target: keys and states alone."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.runtime.adapters.tables import Table
from hub.runtime.decisions.record import REJECTED, State
from shared.model import Target, UserId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What is counted besides the states of records. `blocked` users are held, but await no approval.
AWAITS_APPROVAL, BLOCKED, UNMANAGED, FAILED_CHECK, CHECKED = (
    "awaiting approval",
    "blocked",
    "unmanaged",
    "failed checks",
    "checked",
)
_USER, _LIMIT, _TARGET = "user#", "limit#", "target#"
_HELD, _UNMANAGED, _CHECKS = "held#", "unmanaged#", "checks"


class Counted(NamedTuple):
    """Something in a target: its kind is a state of a record, or one of the kinds above.

    `at` is the time (UTC) of a target's last checks.
    """

    target: Target
    kind: str
    user_id: UserId | None = None
    at: datetime | None = None


class DynamoOverview:
    """Reads what is in every target."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def everything(self, now: datetime) -> Iterator[Counted]:
        """Yield every record, held disruption, unmanaged profile and check, in no order.

        One scan reads each item of the ledger once. A query for each target would read fewer items,
        with three requests a target instead of one for each megabyte.
        """
        items = self._table.items(
            values={
                "user": _USER,
                "limit": _LIMIT,
                "target": _TARGET,
                "held": _HELD,
                "unmanaged": _UNMANAGED,
                "checks": _CHECKS,
            },
            FilterExpression="(begins_with(#pk, :user) AND begins_with(#sk, :target)) OR "
            "(begins_with(#pk, :limit) AND begins_with(#sk, :held)) OR "
            "(begins_with(#pk, :target) AND (begins_with(#sk, :unmanaged) OR #sk = :checks))",
            ProjectionExpression="#pk, #sk, #state, #hold, #cause, #approved_until, #checks, #at",
            ConsistentRead=False,
        )
        for item in items:
            yield from _counted(item, now.isoformat())


def _counted(item: Mapping[str, Any], now: str) -> Iterator[Counted]:
    family, _, key = item["pk"].partition("#")
    if family == _USER.rstrip("#"):
        target = Target.parse(item["sk"].removeprefix(_TARGET))
        kind = item["state"]
        if kind == State.HELD and not item.get("hold"):
            kind = BLOCKED
        yield Counted(target, kind, UserId(key))
        return
    target = Target.parse(key)
    if family == _LIMIT.rstrip("#"):
        if item.get("cause") != REJECTED and item.get("approved_until", "") <= now:
            yield Counted(target, AWAITS_APPROVAL, UserId(item["sk"].removeprefix(_HELD)))
    elif item["sk"] == _CHECKS:
        yield Counted(target, CHECKED, at=datetime.fromisoformat(item["at"]))
        for each in item.get("checks", ()):
            if each.get("result") == "failed":
                yield Counted(target, FAILED_CHECK)
    else:
        yield Counted(target, UNMANAGED)
