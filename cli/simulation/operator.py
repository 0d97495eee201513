"""The operator of a scenario: runs the same code as the commands."""

from typing import Any, Final

from cli import hold_decisions as decide
from cli.held_items import holds, waits
from cli.hub_client import HubClient, now
from hub.runtime.decisions.holds import Hold
from shared.model import Target, UserId
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws
from simulator.setup import LEDGER

_ARN: Final = f"arn:aws:sts::{HUB_ACCOUNT}:assumed-role/Operator/scenario"


class SimulatedOperator:
    """Implements the simulator's port Operator for the hub of an embedded AWS."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self._directory = aws.services.identity_store
        self.hub_client = HubClient.of(
            aws.dynamodb,
            aws.lambdas.sqs,
            LEDGER,
            aws.queues["delayed"].url,
            lambda: _ARN,
        )

    def approve(self, target: Target | None = None) -> None:
        """Approve every open hold, in one target or everywhere."""
        for hold in self._open(target):
            decide.approve(self.hub_client, hold)

    def reject(self, target: Target | None = None) -> None:
        """Reject every open hold, in one target or everywhere."""
        for hold in self._open(target):
            decide.reject(self.hub_client, hold)

    def keep(self, user: str, days: int) -> None:
        """Keep a user for `days` days; 0 ends it."""
        self.hub_client.keep(self._id(user), days)

    def protect(self, user: str) -> None:
        """Protect a user from all removals."""
        self.hub_client.protect(self._id(user))

    def pause(self) -> None:
        """Pause all processing."""
        self.hub_client.pause("")

    def resume(self) -> None:
        """End the pause and start a full sweep."""
        self.hub_client.resume()

    def holds(self) -> list[dict[str, Any]]:
        """Return everything that awaits an operator, as JSON."""
        return [wait.plain() for wait in waits(self.hub_client, now())]

    def _open(self, target: Target | None) -> tuple[Hold, ...]:
        return tuple(
            hold for hold in holds(self.hub_client, now()) if target in (None, hold.target)
        )

    def _id(self, user: str) -> UserId:
        person = self._directory.find_user(user)
        if person is None:
            raise LookupError(f"no user {user}")
        return UserId(person.user_id)
