"""The operator's access to the hub: the hub's own adapters with the operator's credentials."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

import boto3

from hub.runtime.adapters.check_results import DynamoCheckResults
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.messaging import SqsDelayedQueue
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.decisions.hub_state import HubState
from shared.model import Target, UserId
from shared.requests import ReconcileRequest, ScanRequest, Subject, full_sweep


@dataclass(frozen=True, slots=True)
class HubClient:
    """Reads and writes the hub's state for an operator."""

    hub_state: DynamoHubState
    ledger: DynamoLedger
    limits: DynamoLimits
    unmanaged_profiles: DynamoUnmanagedProfiles
    check_results: DynamoCheckResults
    delayed_queue: SqsDelayedQueue

    @classmethod
    def of(cls, dynamodb: Any, sqs: Any, ledger_table: str, delayed_url: str) -> Self:  # noqa: ANN401 (boto3 clients)
        """Return a HubClient over two boto3 clients."""
        return cls(
            DynamoHubState(dynamodb, ledger_table),
            DynamoLedger(dynamodb, ledger_table),
            DynamoLimits(dynamodb, ledger_table),
            DynamoUnmanagedProfiles(dynamodb, ledger_table),
            DynamoCheckResults(dynamodb, ledger_table),
            SqsDelayedQueue(sqs, delayed_url),
        )

    def state(self) -> HubState:
        """Return the state of the whole hub, read now."""
        return self.hub_state.state(now())

    def enqueue(self, users: Iterable[UserId], target: Target) -> None:
        """Queue a reconcile of each user, whatever the ledger says of the target."""
        at, event_id = now(), str(uuid4())
        for user in users:
            self.delayed_queue.enqueue_after(
                ReconcileRequest(user, at, event_id, at, force_observe=str(target)), 0
            )

    def enqueue_checks(self, targets: Iterable[Target]) -> None:
        """Queue the checks of some targets; their results come into the ledger."""
        at, event_id = now(), str(uuid4())
        for target in targets:
            request = ScanRequest(Subject.CHECKS, str(target), at, event_id, at, event_driven=True)
            self.delayed_queue.enqueue_after(request, 0)

    def keep(self, user: UserId, days: int) -> datetime | None:
        """Keep a user for `days` days; return when that ends, or None after ending it (0 days)."""
        until = now() + timedelta(days=days) if days else None
        self.hub_state.keep(user, until)
        return until

    def protect(self, key: str, *, protected: bool = True) -> None:
        """Protect a user, or a profile (`<target>/<name>`), from all removals; or end that."""
        self.hub_state.protect(key, protected=protected)

    def pause(self, reason: str) -> None:
        """Pause all processing until `resume`."""
        self.hub_state.pause(reason or "an operator paused it")

    def resume(self) -> int | None:
        """End the pause; return what `sweep_everything` does."""
        self.hub_state.resume()
        return self.sweep_everything()

    def sweep_everything(self) -> int | None:
        """Return in how many seconds the full sweep starts; None if one is already due."""
        at, event_id = now(), str(uuid4())
        seconds = self.hub_state.reserve_full_sweep(at, event_id)
        if seconds is not None:
            for sweep in full_sweep(event_id, at, at):
                self.delayed_queue.enqueue_after(sweep, seconds)
        return seconds


def open_hub_client(ledger: str, delayed_queue: str, region: str | None) -> HubClient:
    """Return a HubClient with the credentials of the environment.

    Without the URL of a delayed queue, it reads only: nothing can be queued.
    """
    session = boto3.Session(region_name=region)
    return HubClient.of(session.client("dynamodb"), session.client("sqs"), ledger, delayed_queue)


def now() -> datetime:
    """Return the current time (UTC)."""
    return datetime.now(UTC)
