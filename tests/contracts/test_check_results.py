"""The adapter of the ledger's check results, which stand beside unmanaged profiles."""

from typing import TYPE_CHECKING

from builders import LAB, NOON, SHOP

from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.scan_states import DynamoCheckResults
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.decisions.checks import Check, CheckResult, TargetChecks
from hub.runtime.decisions.hub_state import UnmanagedProfile
from simulator.setup import LEDGER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MADE = TargetChecks(
    NOON,
    "e1",
    (
        Check("role Lead", CheckResult.FAILED, "it does not exist", "make it"),
        Check("domain", CheckResult.OK, "in service"),
    ),
)


def test_results_are_read_as_they_were_saved(ledger_table: "DynamoDBClient") -> None:
    """Each target has its own, and later ones replace them."""
    results = DynamoCheckResults(ledger_table, LEDGER)
    results.save(LAB, TargetChecks(NOON, "e0", ()))
    results.save(LAB, MADE)

    assert results.of_target(LAB) == MADE
    assert results.of_target(SHOP) is None


def test_results_are_no_unmanaged_profile(ledger_table: "DynamoDBClient") -> None:
    """They share a target's partition."""
    profiles = DynamoUnmanagedProfiles(ledger_table, LEDGER)
    profile = UnmanagedProfile("modified", "ada", "checks")
    profiles.remember(LAB, profile)
    DynamoCheckResults(ledger_table, LEDGER).save(LAB, MADE)

    assert profiles.of_target(LAB) == {"checks": profile}


def test_the_hubs_state_has_the_roles_of_each_target(ledger_table: "DynamoDBClient") -> None:
    """Those that a check has seen, and the unavailable ones, written over the earlier ones."""
    store = DynamoHubState(ledger_table, LEDGER)
    store.remember_roles(LAB, ["a", "b"], ["b"])
    store.remember_roles(SHOP, ["c"], ["c"])
    store.remember_roles(SHOP, ["c"], [])
    state = store.state(NOON)

    assert state.checked_roles == {LAB: {"a", "b"}, SHOP: {"c"}}
    assert state.unavailable_roles == {LAB: {"b"}, SHOP: frozenset()}
