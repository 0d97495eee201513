"""What the hub says while it is paused."""

from hub.runtime import open_problems, telemetry

_HUB = "the hub"


def report(reason: str) -> None:
    """Report that nothing is done until somebody resumes."""
    telemetry.problem(
        "paused", _HUB, f"paused: {reason}", "when all is well again: studio-hub resume"
    )


def over() -> None:
    """Note that this run was not kept from anything by a pause."""
    open_problems.judged("paused", subject=_HUB)
