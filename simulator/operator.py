"""What a story's operator can do; whoever deploys a hub in the embedded AWS brings one along."""

from typing import Protocol


class Operator(Protocol):
    """The hands of the people who run the hub."""

    def approve(self) -> None:
        """Approve every hold that is open and can be approved."""

    def keep(self, user: str, days: int) -> None:
        """Let nothing of a person be removed for so many days; none ends it."""

    def protect(self, user: str) -> None:
        """Let nothing ever be taken of a person."""

    def pause(self) -> None:
        """Let nothing be done any more until somebody resumes."""

    def resume(self) -> None:
        """Let everything go on."""
