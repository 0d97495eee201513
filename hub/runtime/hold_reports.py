"""Reports holds: a new one, and one that still waits for approval."""

from aws_lambda_powertools.metrics import MetricUnit

from hub.runtime import telemetry
from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.removal_limit import LIMIT
from hub.runtime.open_problems import held_subject


def held(hold: Hold, most: int, remedy: str) -> None:
    """Report a new hold that waits for an operator's approval."""
    reached = f" of {most} per hour" if hold.cause == LIMIT else ""
    subject = held_subject(hold.target, hold.cause)
    telemetry.problem("held", subject, f"held: {hold}{reached}", remedy, target=str(hold.target))
    telemetry.metrics.add_metric(name="Held", unit=MetricUnit.Count, value=len(hold.disruptions))
    if hold.cause == LIMIT:
        telemetry.count("RemovalLimitReached")


def waiting(hold: Hold, remedy: str) -> None:
    """Report again a hold that still waits for an operator's approval."""
    subject = held_subject(hold.target, hold.cause)
    telemetry.problem("held", subject, f"held: {hold}", remedy, target=str(hold.target))
