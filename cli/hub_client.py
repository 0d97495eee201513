"""The operator's access to the hub: the hub's own adapters with the operator's credentials."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

import boto3

from cli.audit import Outcome, audited, caller_arn, new_entry
from hub.runtime.adapters.audit import DynamoAudit
from hub.runtime.adapters.forgotten_targets import DynamoForgottenTargets
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.ledger_overview import DynamoOverview
from hub.runtime.adapters.messaging import SqsDelayedQueue
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.adapters.scan_states import DynamoCheckResults
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.decisions.audit import OperatorAction
from hub.runtime.decisions.hub_state import HubState
from shared.model import Target, UserId
from shared.requests import ReconcileRequest, ScanRequest, Subject, full_sweep


@dataclass(frozen=True, slots=True)
class HubClient:
    """Reads and writes the hub's state for an operator.

    What an operator does is written into the audit trail with it. `operator` returns the ARN of the
    operator.
    """

    hub_state: DynamoHubState
    ledger: DynamoLedger
    limits: DynamoLimits
    unmanaged_profiles: DynamoUnmanagedProfiles
    check_results: DynamoCheckResults
    delayed_queue: SqsDelayedQueue
    audit: DynamoAudit
    overview: DynamoOverview
    forgotten_targets: DynamoForgottenTargets
    operator: Callable[[], str]

    @classmethod
    def of(
        cls,
        dynamodb: Any,  # noqa: ANN401 (a boto3 client)
        sqs: Any,  # noqa: ANN401 (a boto3 client)
        ledger_table: str,
        delayed_url: str,
        operator: Callable[[], str],
    ) -> Self:
        """Return a HubClient over two boto3 clients."""
        return cls(
            DynamoHubState(dynamodb, ledger_table),
            DynamoLedger(dynamodb, ledger_table),
            DynamoLimits(dynamodb, ledger_table),
            DynamoUnmanagedProfiles(dynamodb, ledger_table),
            DynamoCheckResults(dynamodb, ledger_table),
            SqsDelayedQueue(sqs, delayed_url),
            DynamoAudit(dynamodb, ledger_table),
            DynamoOverview(dynamodb, ledger_table),
            DynamoForgottenTargets(dynamodb, ledger_table),
            operator,
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

    def audited(
        self,
        what: OperatorAction,
        *,
        users: Iterable[UserId] = (),
        targets: Iterable[Target] = (),
        subject: str = "",
        reason: str = "",
    ) -> AbstractContextManager[Outcome]:
        """Return a context that writes an action into the audit trail before and after it."""
        entry = new_entry(
            self.operator(),
            what,
            users=tuple(sorted(users)),
            targets=tuple(sorted(targets)),
            subject=subject,
            reason=reason,
        )
        return audited(self.audit, entry)

    def keep(self, user: UserId, days: int, reason: str = "") -> datetime | None:
        """Keep a user for `days` days; return when that ends, or None after ending it (0 days)."""
        until = now() + timedelta(days=days) if days else None
        entry = new_entry(
            self.operator(),
            OperatorAction.KEEP if until else OperatorAction.END_KEEP,
            users=(user,),
            subject=f"until {until:%Y-%m-%d %H:%M} UTC" if until else "",
            reason=reason,
        )
        self.hub_state.keep(user, until, entry)
        return until

    def protect(self, key: str, *, protected: bool = True, reason: str = "") -> None:
        """Protect a user, or a profile (`<target>/<name>`), from all removals; or end that."""
        place, _, name = key.rpartition("/")
        entry = new_entry(
            self.operator(),
            OperatorAction.PROTECT if protected else OperatorAction.END_PROTECT,
            users=() if place else (UserId(key),),
            targets=(Target.parse(place),) if place else (),
            subject=f"profile {name}" if place else "",
            reason=reason,
        )
        self.hub_state.protect(key, protected=protected, audit=entry)

    def pause(self, reason: str) -> bool:
        """Pause all processing until `resume`; return false if it is paused already."""
        reason = reason or "an operator paused it"
        entry = new_entry(self.operator(), OperatorAction.PAUSE, reason=reason)
        return self.hub_state.pause(reason, entry)

    def resume(self, reason: str = "") -> int | None:
        """End the pause; return what `sweep_everything` does."""
        self.hub_state.resume(new_entry(self.operator(), OperatorAction.RESUME, reason=reason))
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
    dynamodb, sqs = session.client("dynamodb"), session.client("sqs")
    return HubClient.of(dynamodb, sqs, ledger, delayed_queue, lambda: caller_arn(region))


def read_state(ledger: str, region: str | None) -> HubState:
    """Return the state of the whole hub, read now with the credentials of the environment."""
    dynamodb = boto3.Session(region_name=region).client("dynamodb")
    return DynamoHubState(dynamodb, ledger).state(now())


def now() -> datetime:
    """Return the current time (UTC)."""
    return datetime.now(UTC)
