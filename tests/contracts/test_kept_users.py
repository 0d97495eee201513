"""Operators' entries about users and profiles, in the hub's own partition of the ledger."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.runtime.adapters.hub_state import DynamoHubState
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
    return DynamoHubState(client, LEDGER).state(EVER)


def test_a_kept_user_is_kept_until_the_latest_date(ledger_table: "DynamoDBClient") -> None:
    """A later entry replaces an earlier one, and no entry affects another user."""
    hub_state = DynamoHubState(ledger_table, LEDGER)
    hub_state.keep(ADA, NOON + DAY)
    hub_state.keep(BOB, NOON + DAY)
    hub_state.keep(ADA, NOON + 7 * DAY)

    assert fresh(ledger_table).kept == {ADA: NOON + 7 * DAY, BOB: NOON + DAY}
    hub_state.keep(ADA, None)
    hub_state.keep(UserId("nobody"), None)
    assert fresh(ledger_table).kept == {BOB: NOON + DAY}


def test_users_and_profiles_are_protected_until_that_is_ended(
    ledger_table: "DynamoDBClient",
) -> None:
    """Each by its own name; nothing else of the hub's state changes."""
    hub_state, profile = (
        DynamoHubState(ledger_table, LEDGER),
        protected_profile(LAB, "Ada-Lovelace"),
    )
    hub_state.pause("for a test")
    hub_state.remember_target(LAB)
    for whom in (ADA, profile):
        hub_state.protect(whom, protected=True)

    assert fresh(ledger_table).protected == {ADA, f"{LAB}/ada-lovelace"}
    hub_state.protect(ADA, protected=False)
    hub_state.protect(BOB, protected=False)
    state = fresh(ledger_table)
    assert state == HubState(
        paused="for a test",
        paused_at=state.paused_at,
        protected=frozenset({profile}),
        targets=frozenset({LAB}),
    )


def test_the_writer_sees_an_entry_at_once(ledger_table: "DynamoDBClient") -> None:
    """Every write drops the function's cached snapshot."""
    hub_state = DynamoHubState(ledger_table, LEDGER)
    hub_state.state(EVER)

    hub_state.keep(ADA, NOON)
    assert hub_state.state(EVER).kept == {ADA: NOON}
    hub_state.protect(BOB, protected=True)
    assert hub_state.state(EVER).protected == {BOB}
    hub_state.protect(BOB, protected=False)
    hub_state.keep(ADA, None)
    assert hub_state.state(EVER) == HubState()
