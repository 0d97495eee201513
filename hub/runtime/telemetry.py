"""Logs and metrics: constant messages with their facts as keys, and one place that names them.

Operators filter by the messages: CHANGE is one thing changed, PROBLEM wants somebody to act (once
per subject and look), SKIP and PUT_OFF explain why something waits.
"""

import logging
from datetime import datetime

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from shared.guard import LIMIT
from shared.happenings import Happening, What
from shared.holds import Hold
from shared.model import Target
from shared.render import story
from shared.wire import METRICS_NAMESPACE


class _Stdout(logging.Handler):
    """Writes to what is the standard output now, not to what it was at import."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        print(self.format(record))  # noqa: T201 (Lambda's log is its standard output)


# Changes of a profile as a whole; its parts are changed by actions of their own names.
_ACTIONS = {
    What.CREATED: "Create",
    What.ROLE_CHANGED: "ChangeRole",
    What.SUSPENDED: "Suspend",
    What.RESUMED: "Resume",
    What.REMOVED: "Delete",
}

logger = Logger(service="studio-hub", logger_handler=_Stdout())
metrics = Metrics(namespace=METRICS_NAMESPACE, service="studio-hub")


def problem(kind: str, subject: str, reason: str, way_out: str = "", **facts: str) -> None:
    """Report something that will not come right by itself."""
    logger.warning(
        "PROBLEM",
        extra={"kind": kind, "subject": subject, "reason": reason, "way_out": way_out, **facts},
    )
    count("Problem")


def change(action: str, target: Target, profile_name: str, what: str) -> None:
    """Report one thing that was changed and seen to be changed."""
    logger.info(
        "CHANGE",
        extra={
            "action": action,
            "target": str(target),
            "profile_name": profile_name,
            "what": what,
        },
    )
    count(action)


def happened(told: Happening) -> None:
    """Report what the ledger learned of a profile; holds are reported by whoever makes them."""
    action = _ACTIONS.get(told.what)
    if action is not None:
        change(action, told.target, told.profile_name, story(told))


def held(hold: Hold, most: int, way_out: str) -> None:
    """Report that something waits for an operator's word."""
    reached = f"; the limit is {most} an hour" if hold.cause == LIMIT else ""
    subject = f"removals in {hold.target} ({hold.cause})"
    problem("held", subject, f"held: {hold}{reached}", way_out, target=str(hold.target))
    metrics.add_metric(name="Held", unit=MetricUnit.Count, value=len(hold.cuts))
    if hold.cause == LIMIT:
        count("RemovalLimitReached")


def waiting(hold: Hold, way_out: str) -> None:
    """Report again what has waited for an operator's word."""
    subject = f"removals in {hold.target} ({hold.cause})"
    problem("held", subject, f"held: {hold}", way_out, target=str(hold.target))


def no_application(target: Target) -> None:
    """Report a domain that people can only be assigned to by hand; one problem for all of them.

    Source: SageMaker developer guide, "Add groups and users": domains made before October 2023 show
    no SingleSignOnApplicationArn.
    """
    problem(
        "assign-by-hand",
        f"assignments of {target}",
        "the domain shows no Identity Center application (it is older than October 2023), so whom "
        "it lets in is set by hand",
        f"console of account {target.account}: SageMaker AI > Admin configurations > Domains > "
        f"{target.domain_id} > User profiles > Assign users and groups",
        target=str(target),
    )


def found(kind: str, count_: int, subject: str, key: str, *, announced: bool) -> None:
    """Report how many a look found, and count them by kind where an event should have told."""
    logger.info(
        "FOUND",
        extra={
            "kind": kind,
            "count": count_,
            "subject": subject,
            "key": key,
            "announced": announced,
        },
    )
    if not announced:
        count("UnannouncedChange", count_)
        with single_metric(
            name="UnannouncedChange",
            unit=MetricUnit.Count,
            value=count_,
            namespace=METRICS_NAMESPACE,
            default_dimensions={"service": "studio-hub"},
        ) as metric:
            metric.add_dimension(name="kind", value=kind)


def put_off(subject: str, key: str, attempt: int, reason: str) -> None:
    """Log that a look comes back later."""
    logger.info(
        "PUT_OFF",
        extra={"subject": subject, "key": key, "attempt": attempt, "reason": reason},
    )
    count("PutOff")


def joined(event_at: datetime, now: datetime) -> None:
    """Measure the time from the directory's change to a profile in service."""
    seconds = max(0.0, (now - event_at).total_seconds())
    metrics.add_metric(name="JoinLatency", unit=MetricUnit.Seconds, value=seconds)


def looked(begun_at: datetime, now: datetime) -> None:
    """Measure how long after its round began a look is done; the last look's is the sweep's."""
    seconds = max(0.0, (now - begun_at).total_seconds())
    metrics.add_metric(name="SweepAge", unit=MetricUnit.Seconds, value=seconds)


def count(name: str, value: int = 1) -> None:
    """Count something that operators watch."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
