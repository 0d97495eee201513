"""The operator's access to the hub: the hub's own adapters with the operator's credentials."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from uuid import uuid4

import boto3

from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.queues import SqsDelayedQueue
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.decisions.hub_state import HubState
from shared.model import Target, UserId
from shared.requests import ReconcileRequest


@dataclass(frozen=True, slots=True)
class HubClient:
    """Reads and writes the hub's state for an operator."""

    hub_state: DynamoHubState
    ledger: DynamoLedger
    limits: DynamoLimits
    unmanaged_profiles: DynamoUnmanagedProfiles
    later: SqsDelayedQueue

    @classmethod
    def of(cls, dynamodb: Any, sqs: Any, ledger_table: str, delayed_url: str) -> Self:  # noqa: ANN401 (boto3 clients)
        """Return a HubClient over two boto3 clients."""
        return cls(
            DynamoHubState(dynamodb, ledger_table),
            DynamoLedger(dynamodb, ledger_table),
            DynamoLimits(dynamodb, ledger_table),
            DynamoUnmanagedProfiles(dynamodb, ledger_table),
            SqsDelayedQueue(sqs, delayed_url),
        )

    def state(self) -> HubState:
        """Return the state of the whole hub, read now."""
        return self.hub_state.state(now())

    def enqueue(self, users: Iterable[UserId], target: Target) -> None:
        """Queue a reconcile of each user, whatever the ledger says of the target."""
        at, event_id = now(), str(uuid4())
        for user in users:
            self.later.enqueue_after(
                ReconcileRequest(user, at, event_id, at, force_observe=str(target)), 0
            )


def open_hub_client(ledger: str, delayed_queue: str, region: str | None) -> HubClient:
    """Return a HubClient with the credentials of the environment."""
    session = boto3.Session(region_name=region)
    return HubClient.of(session.client("dynamodb"), session.client("sqs"), ledger, delayed_queue)


def now() -> datetime:
    """Return the current time (UTC)."""
    return datetime.now(UTC)
