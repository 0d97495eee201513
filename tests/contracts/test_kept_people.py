"""What operators say of people and profiles, in the hub's own partition of the ledger."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.runtime.adapters.hub_state import DynamoMemory
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.protection import protected_profile
from shared.model import Target, UserId
from simulator.setup import LEDGER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EVER = datetime.min.replace(tzinfo=UTC)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
ADA, BOB = UserId("a3d46882-ada"), UserId("a3d46882-bob")


def fresh(client: "DynamoDBClient") -> HubState:
    """Return the state as another function reads it."""
    return DynamoMemory(client, LEDGER).state(EVER)


def test_whoever_is_kept_is_kept_until_the_last_word(ledger_table: "DynamoDBClient") -> None:
    """A later word replaces an earlier one, and none of them is of anybody else."""
    memory = DynamoMemory(ledger_table, LEDGER)
    memory.keep(ADA, NOON + DAY)
    memory.keep(BOB, NOON + DAY)
    memory.keep(ADA, NOON + 7 * DAY)

    assert fresh(ledger_table).kept == {ADA: NOON + 7 * DAY, BOB: NOON + DAY}
    memory.keep(ADA, None)
    memory.keep(UserId("nobody"), None)
    assert fresh(ledger_table).kept == {BOB: NOON + DAY}


def test_people_and_profiles_are_protected_until_that_is_ended(
    ledger_table: "DynamoDBClient",
) -> None:
    """Each by its own name; nothing else of the hub's memory is touched."""
    memory, profile = DynamoMemory(ledger_table, LEDGER), protected_profile(LAB, "Ada-Lovelace")
    memory.pause("for a test")
    memory.remember_target(LAB)
    for whom in (ADA, profile):
        memory.protect(whom, protected=True)

    assert fresh(ledger_table).protected == {ADA, f"{LAB}/ada-lovelace"}
    memory.protect(ADA, protected=False)
    memory.protect(BOB, protected=False)
    assert fresh(ledger_table) == HubState(
        paused="for a test", protected=frozenset({profile}), targets=frozenset({LAB})
    )


def test_whoever_said_it_sees_it_at_once(ledger_table: "DynamoDBClient") -> None:
    """The copy that a function keeps is dropped with every word."""
    memory = DynamoMemory(ledger_table, LEDGER)
    memory.state(EVER)

    memory.keep(ADA, NOON)
    assert memory.state(EVER).kept == {ADA: NOON}
    memory.protect(BOB, protected=True)
    assert memory.state(EVER).protected == {BOB}
    memory.protect(BOB, protected=False)
    memory.keep(ADA, None)
    assert memory.state(EVER) == HubState()
