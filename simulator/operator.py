"""What a story's operator can do; whoever deploys a hub in the embedded AWS brings one along."""

from typing import Any, Protocol

from shared.model import Target


class Operator(Protocol):
    """The hands of the people who run the hub."""

    def approve(self, target: Target | None) -> None:
        """Approve every hold that is open and can be approved, in one target or everywhere."""

    def reject(self, target: Target | None) -> None:
        """Reject every hold that is open and can be approved, in one target or everywhere."""

    def keep(self, user: str, days: int) -> None:
        """Let nothing of a person be removed for so many days; none ends it."""

    def protect(self, user: str) -> None:
        """Let nothing ever be taken of a person."""

    def pause(self) -> None:
        """Let nothing be done any more until somebody resumes."""

    def resume(self) -> None:
        """Let everything go on."""

    def holds(self) -> list[dict[str, Any]]:
        """Return all that waits for a person, as the JSON of a story has it."""
