"""What the hub says while it is paused."""

from hub.runtime import telemetry


def report(reason: str) -> None:
    """Report that nothing is done until somebody resumes."""
    telemetry.problem(
        "paused", "the hub", f"paused: {reason}", "when all is well again: studio-hub resume"
    )
