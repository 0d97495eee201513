"""The operator of a story: does by the commands' own code what the commands do."""

from typing import Any

from cli import hold_decisions as decide
from cli.control import keep, pause, protect, resume
from cli.held_items import holds, waits
from cli.hub_client import HubClient, now
from hub.runtime.decisions.holds import Hold
from shared.model import Target, UserId
from simulator.setup import LEDGER
from simulator.world import World


class RehearsedOperator:
    """Implements the simulator's port Operator, in the hub of an embedded AWS."""

    def __init__(self, world: World) -> None:
        self._directory = world.services.identity_store
        self.hub_client = HubClient.of(
            world.dynamodb, world.lambdas.sqs, LEDGER, world.queues["delayed"].url
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
        """Let nothing of a person be removed for so many days; none ends it."""
        keep(self.hub_client, self._id(user), days)

    def protect(self, user: str) -> None:
        """Let nothing ever be taken of a person."""
        protect(self.hub_client, self._id(user))

    def pause(self) -> None:
        """Let nothing be done any more."""
        pause(self.hub_client, "")

    def resume(self) -> None:
        """Let everything go on, and look at everything."""
        resume(self.hub_client)

    def holds(self) -> list[dict[str, Any]]:
        """Return all that waits for a person, as JSON."""
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
