"""Reports that the hub is paused, and that it no longer is."""

from hub.runtime import open_problems, telemetry

_HUB = "the hub"


def report(reason: str) -> None:
    """Report that the hub does nothing until an operator resumes it."""
    telemetry.problem(
        "paused", _HUB, f"paused: {reason}", "when all is well again: studio-hub resume"
    )


def over() -> None:
    """Note that this run found the hub not paused."""
    open_problems.judged("paused", subject=_HUB)
