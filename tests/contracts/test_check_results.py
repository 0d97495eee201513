"""What the ledger knows of a target: results of checks, and all of it in one read."""

from dataclasses import replace
from typing import TYPE_CHECKING

from builders import ADA, LAB, NOON, SHOP, disruption, record

from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.adapters.scan_states import DynamoCheckResults, DynamoKnownTargets
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.decisions.checks import Check, CheckResult, TargetChecks, bounded
from hub.runtime.decisions.drift import KnownTarget
from hub.runtime.decisions.hub_state import UnmanagedProfile
from hub.runtime.decisions.removal_limit import LIMIT, HeldDisruption, LimitState
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


def test_the_checks_of_thousands_of_roles_are_saved(ledger_table: "DynamoDBClient") -> None:
    """As many as one item holds; the last one tells how many there are besides."""
    many = [Check(f"role {n:05}-{'x' * 58}", CheckResult.OK, "exists") for n in range(9_000)]
    results = DynamoCheckResults(ledger_table, LEDGER)
    results.save(LAB, TargetChecks(NOON, "e1", bounded(many)))

    saved = results.of_target(LAB)
    assert saved is not None
    *kept, further = saved.checks
    assert kept == many[: len(kept)]
    assert further.text.startswith(f"{len(many) - len(kept)} more checks")
    assert bounded(MADE.checks) == MADE.checks


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


def test_one_read_tells_all_that_is_known_of_a_target(ledger_table: "DynamoDBClient") -> None:
    """Its records and the results of its checks, and whether anything is held or unmanaged."""
    known = DynamoKnownTargets(ledger_table, LEDGER)
    ledger, limits = DynamoLedger(ledger_table, LEDGER), DynamoLimits(ledger_table, LEDGER)
    ada = ledger.write(record())
    ledger.write(replace(record(), target=SHOP))
    DynamoCheckResults(ledger_table, LEDGER).save(LAB, MADE)
    limits.take({LAB: LimitState()}, [ADA.id], NOON)

    assert known.of_target(LAB) == KnownTarget(
        {ADA.id: ada}, is_held=False, has_unmanaged=False, checks=MADE
    )
    limits.hold(LAB, [HeldDisruption(disruption(1), LIMIT, NOON)])
    DynamoUnmanagedProfiles(ledger_table, LEDGER).remember(SHOP, UnmanagedProfile("m", "", "x"))
    assert known.of_target(LAB) == KnownTarget(
        {ADA.id: ada}, is_held=True, has_unmanaged=False, checks=MADE
    )
    at_shop = known.of_target(SHOP)
    assert (at_shop.is_held, at_shop.has_unmanaged, at_shop.checks) == (False, True, None)
    limits.release(LAB, [disruption(1).user_id])
    assert not known.of_target(LAB).is_held
    # Other readers of a target's records find these alone.
    assert ledger.of_target(LAB) == (ada,)


def test_the_hubs_state_has_the_roles_of_each_target(ledger_table: "DynamoDBClient") -> None:
    """Those that a check has seen, and the unavailable ones, written over the earlier ones."""
    store = DynamoHubState(ledger_table, LEDGER)
    store.remember_roles(LAB, ["a", "b"], ["b"])
    store.remember_roles(SHOP, ["c"], ["c"])
    store.remember_roles(SHOP, ["c"], [])
    state = store.state(NOON)

    assert state.checked_roles == {LAB: {"a", "b"}, SHOP: {"c"}}
    assert state.unavailable_roles == {LAB: {"b"}, SHOP: frozenset()}
