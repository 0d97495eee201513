"""Logs and metrics: constant messages with their facts as keys, all named in one place.

Operators filter by the messages. EVENT_ACCEPTED is an event that was accepted. CHANGE is one change
that AWS accepted. PROBLEM tells an operator what is wrong and what to do (once per subject and
request). RESOLVED ends the problem of the same kind and subject. SKIP and REQUEUED explain why
something waits.
"""

import json
import logging
from datetime import datetime
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from shared.model import Target
from shared.storage import METRICS_NAMESPACE
from shared.visible import escaped_lines, shortened, visible

# Characters of one text in a line; even with four bytes each, all texts of a line fit. Source:
# Lambda and CloudWatch Logs quotas: an event of a log has at most 256 KB.
_LONGEST: Final = 4_000
# These have lines of the program's own. What they quote is escaped line by line.
_TRACES: Final = frozenset({"exception", "stack_trace"})


class _Stdout(logging.Handler):
    """Writes to the current standard output, not to the one at import."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        print(self.format(record))  # noqa: T201 (Lambda's log is its standard output)


def _shown(value: Any, name: str = "") -> Any:  # noqa: ANN401 (whatever a line holds)
    match value:
        case str():
            show = escaped_lines if name in _TRACES else visible
            return shortened(show(value), _LONGEST)
        case dict():
            return {key: _shown(each, str(key)) for key, each in value.items()}
        case list() | tuple():
            return [_shown(each) for each in value]
        case _:
            return value


# All texts of a line are escaped and shortened, whoever wrote their names.
logger = Logger(
    service="studio-hub",
    logger_handler=_Stdout(),
    json_serializer=lambda entry: json.dumps(
        _shown(entry), ensure_ascii=False, separators=(",", ":"), default=str
    ),
)
metrics = Metrics(namespace=METRICS_NAMESPACE, service="studio-hub")


def event_accepted(subject: str, key: str, **facts: str) -> None:
    """Log that an event was accepted, and what it queues."""
    logger.info("EVENT_ACCEPTED", extra={"subject": subject, "key": key, **facts})


def event_ignored(reason: str, **facts: str) -> None:
    """Log that an event concerns nobody here, and why."""
    logger.info("EVENT_IGNORED", extra={"reason": reason, **facts})


def change(action: str, target: Target, profile_name: str, what: str) -> None:
    """Report one change that AWS accepted; of a whole profile, once it is recorded."""
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


def found(kind: str, count_: int, subject: str, key: str, *, event_driven: bool) -> None:
    """Report how many users a scan found; count them by kind if no event announced the drift."""
    logger.info(
        "DRIFT",
        extra={
            "kind": kind,
            "count": count_,
            "subject": subject,
            "key": key,
            "event_driven": event_driven,
        },
    )
    if not event_driven:
        count("Drift", count_)
        with single_metric(
            name="Drift",
            unit=MetricUnit.Count,
            value=count_,
            namespace=METRICS_NAMESPACE,
            default_dimensions={"service": "studio-hub"},
        ) as metric:
            metric.add_dimension(name="kind", value=kind)


def requeued(subject: str, key: str, attempt: int, reason: str) -> None:
    """Log that a request is requeued."""
    logger.info(
        "REQUEUED",
        extra={"subject": subject, "key": key, "attempt": attempt, "reason": reason},
    )
    count("Requeued")


def joined(requested_at: datetime, now: datetime) -> None:
    """Measure the time from the directory's change to a profile that is seen InService."""
    seconds = max(0.0, (now - requested_at).total_seconds())
    metrics.add_metric(name="ProvisioningLatency", unit=MetricUnit.Seconds, value=seconds)


def looked(begun_at: datetime, now: datetime) -> None:
    """Measure how long after its sweep began a scan was complete; the last one gives its age."""
    seconds = max(0.0, (now - begun_at).total_seconds())
    metrics.add_metric(name="SweepAge", unit=MetricUnit.Seconds, value=seconds)


def count(name: str, value: int = 1) -> None:
    """Count something that operators watch."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
