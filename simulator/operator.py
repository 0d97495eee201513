"""The operator of a scenario; whoever deploys a hub in the embedded AWS implements it."""

from typing import Any, Protocol

from shared.model import Target


class Operator(Protocol):
    """The operations of the people who run the hub."""

    def approve(self, target: Target | None) -> None:
        """Approve every open hold that can be approved, in one target or everywhere."""

    def reject(self, target: Target | None) -> None:
        """Reject every open hold that can be approved, in one target or everywhere."""

    def keep(self, user: str, days: int) -> None:
        """Keep a user for `days` days; 0 ends it."""

    def protect(self, user: str) -> None:
        """Protect a user from all removals."""

    def pause(self) -> None:
        """Pause all processing until `resume`."""

    def resume(self) -> None:
        """End the pause."""

    def holds(self) -> list[dict[str, Any]]:
        """Return everything that awaits an operator, in the JSON form of a scenario's result."""
