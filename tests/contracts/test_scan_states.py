"""The progress of long listings: stored completely in the ledger, or started anew."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hub.runtime.adapters.scan_states import DynamoScanStates
from hub.runtime.decisions.listing import ScanState, Seen
from shared.errors import RefusedError
from shared.requests import ScanRequest, Subject
from simulator.setup import LEDGER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SCAN = ScanRequest(Subject.GROUP, "33e47872-ants", NOW, "an-event", NOW, part=1)
# More than one item of the ledger can hold.
MANY = Seen().with_ids(str(number) for number in range(100_000))


@pytest.mark.parametrize("seen", [Seen(), Seen().with_ids(["ada"]), MANY])
@pytest.mark.parametrize("is_over", [True, False])
def test_a_stored_state_is_loaded_unchanged(
    ledger_table: "DynamoDBClient", seen: Seen, *, is_over: bool
) -> None:
    """However many were seen, by whichever function, as long as the request is the same."""
    state = ScanState(2, "next page", seen, is_over)
    DynamoScanStates(ledger_table, LEDGER).save(SCAN, state, NOW)

    later = SCAN._replace(part=2, attempt=9, enqueued_at=NOW + timedelta(minutes=9))
    assert DynamoScanStates(ledger_table, LEDGER).load(later, NOW) == state


@pytest.mark.parametrize(
    "other",
    [
        {"subject": Subject.TARGET},
        {"key": "33e47872-bees"},
        {"event_id": "another"},
        {"is_recheck": True},
        {"event_driven": True},
        {"include_all": True},
        {"target": "another"},
    ],
)
def test_two_listings_never_share_a_state(
    ledger_table: "DynamoDBClient", other: dict[str, Any]
) -> None:
    """Neither for one subject nor for one event."""
    states = DynamoScanStates(ledger_table, LEDGER)
    states.save(SCAN, ScanState(2, "next page", MANY), NOW)

    assert states.load(SCAN._replace(**other), NOW) is None


def test_each_part_replaces_the_one_before(ledger_table: "DynamoDBClient") -> None:
    """Even where fewer items hold it."""
    states = DynamoScanStates(ledger_table, LEDGER)
    few = ScanState(3, "", Seen().with_ids(["ada"]), is_over=True)
    states.save(SCAN, ScanState(2, "next page", MANY), NOW)
    states.save(SCAN, few, NOW)

    assert states.load(SCAN, NOW) == few


def test_an_expired_state_counts_for_nothing(ledger_table: "DynamoDBClient") -> None:
    """Even before DynamoDB has deleted it, which takes days."""
    states = DynamoScanStates(ledger_table, LEDGER)
    states.save(SCAN, ScanState(2, "next page", Seen()), NOW)

    assert states.load(SCAN, NOW + timedelta(hours=2, minutes=59)) is not None
    assert states.load(SCAN, NOW + timedelta(hours=3)) is None


def test_a_partial_state_counts_for_nothing(ledger_table: "DynamoDBClient") -> None:
    """A user who is missing in it would count as a leaver."""
    states = DynamoScanStates(ledger_table, LEDGER)
    states.save(SCAN, ScanState(2, "next page", MANY), NOW)
    items = ledger_table.scan(TableName=LEDGER)["Items"]
    chunks = [item for item in items if "seen" in item]
    assert len(chunks) == 3
    key: Any = {name: chunks[1][name] for name in ("pk", "sk")}
    ledger_table.delete_item(TableName=LEDGER, Key=key)

    assert states.load(SCAN, NOW) is None


def test_a_save_that_dies_half_way_changes_nothing(ledger_table: "DynamoDBClient") -> None:
    """The part before is still there, and is read again."""
    states = DynamoScanStates(ledger_table, LEDGER)
    before = ScanState(2, "next page", Seen().with_ids(["ada"]))
    states.save(SCAN, before, NOW)
    asked: list[str] = []

    def die(**_: object) -> None:
        asked.append("put")
        if len(asked) == 3:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutItem")

    hook: Any = die
    ledger_table.meta.events.register("before-call.dynamodb.PutItem", hook)
    with pytest.raises(RefusedError):
        states.save(SCAN, ScanState(3, "last page", MANY), NOW)

    assert states.load(SCAN, NOW) == before
