"""A pause takes effect within ten seconds; until then the state that was read before counts."""

from collections.abc import Callable
from typing import Any

import pytest
from builders import LAB, MINUTE, NOON
from fakes import FakeClock, FakeDirectory, FakeHubState, FakeMappings, FakeQueues, FakeScans
from reconcile_harness import ReconcileHarness

from hub.runtime import reporter
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.scanner import Scanner, Scans
from hub.runtime.scan.sweep import Sweep
from shared.requests import HOURLY, ScanRequest, Subject

BEFORE = NOON - MINUTE


def reconciled(clock: FakeClock) -> tuple[FakeHubState, Callable[[], bool]]:
    """Return the state that a reconcile reads, and a reconcile that tells what it did."""
    harness = ReconcileHarness(clock=clock)

    def reconcile() -> bool:
        harness.reconcile(enqueued_at=BEFORE)
        return bool(harness.studio.calls or harness.ledger.writes)

    return harness.hub_state, reconcile


def scanned(clock: FakeClock) -> tuple[FakeHubState, Callable[[], bool]]:
    """Return the state that a scan reads, and a sweep that tells whether it queued a scan."""
    hub_state, queues = FakeHubState(clock, HubState(targets=frozenset({LAB}))), FakeQueues()
    resolver = GroupResolver(FakeDirectory(), hub_state, clock)
    sweep = Sweep(Mappings(FakeMappings(clock), resolver), hub_state, queues, clock, set())
    others: dict[str, Any] = dict.fromkeys(Scans._fields)
    scanner = Scanner(Scans(**{**others, "sweep": sweep}), FakeScans(), hub_state, queues, clock)

    def scan() -> bool:
        request = ScanRequest(Subject.SWEEP, HOURLY, BEFORE, "a-sweep", BEFORE)
        with reporter.run(hub_state):
            scanner.scan(request, clock.now() + MINUTE)
        return bool(queues.scan_requests)

    return hub_state, scan


@pytest.mark.parametrize("taken", [reconciled, scanned])
@pytest.mark.parametrize(("seconds", "reads", "does"), [(9, 1, True), (10, 2, False)])
def test_a_request_that_was_queued_before_a_pause_heeds_it_after_ten_seconds(
    taken: Callable[[FakeClock], tuple[FakeHubState, Callable[[], bool]]],
    seconds: int,
    reads: int,
    *,
    does: bool,
) -> None:
    """Then nothing is changed or queued. Until then the state is not read a second time."""
    clock = FakeClock(NOON)
    hub_state, take = taken(clock)
    hub_state.state(newer_than=BEFORE)
    hub_state.pause("an audit")
    clock.sleep(seconds)

    assert take() is does
    assert hub_state.reads == reads
