"""Logs and metrics: constant messages with their facts as keys, all named in one place.

Operators filter by the messages. EVENT_ACCEPTED is an event that was accepted. CHANGE is one thing
changed. PROBLEM asks somebody to act (once per subject and request). RESOLVED ends the problem of
the same kind and subject. SKIP and REQUEUED explain why something waits.
"""

import json
import logging
from datetime import datetime
from typing import Any, Final, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from shared.messages import METRICS_NAMESPACE
from shared.model import Target
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


def _line(entry: dict[str, Any]) -> str:
    """Return a log line with all its texts escaped and shortened, whoever wrote their names."""
    return json.dumps(_shown(entry), ensure_ascii=False, separators=(",", ":"), default=str)


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


logger = Logger(service="studio-hub", logger_handler=_Stdout(), json_serializer=_line)
metrics = Metrics(namespace=METRICS_NAMESPACE, service="studio-hub")


class Reported(NamedTuple):
    """A reported or continuing problem; `target` and `user_id` are empty if it has none.

    It is personal if its subject is one user in a target.
    """

    kind: str
    subject: str
    target: str
    user_id: str

    @property
    def is_personal(self) -> bool:
        """Return whether it is one user's problem in a target."""
        return bool(self.user_id) and self.subject.endswith(f" in {self.target}")


# What the current run has reported. A function executes one run at a time.
_reported: set[Reported] = set()


def begin() -> None:
    """Forget what the previous run reported."""
    _reported.clear()


def reported() -> frozenset[Reported]:
    """Return what this run has reported."""
    return frozenset(_reported)


def correlate(event_id: str) -> None:
    """Add this event's id to every log line from now on, or none if it is empty."""
    logger.set_correlation_id(event_id or None)


def heard(subject: str, key: str, **facts: str) -> None:
    """Log that an event was accepted, and what it queues."""
    logger.info("EVENT_ACCEPTED", extra={"subject": subject, "key": key, **facts})


def ignored(reason: str, **facts: str) -> None:
    """Log that an event concerns nobody here, and why."""
    logger.info("EVENT_IGNORED", extra={"reason": reason, **facts})


def problem(kind: str, subject: str, reason: str, remedy: str = "", **facts: str) -> None:
    """Report a problem that will not resolve by itself."""
    logger.warning(
        "PROBLEM",
        extra={"kind": kind, "subject": subject, "reason": reason, "remedy": remedy, **facts},
    )
    count("Problem")
    still(kind, subject, **facts)


def still(kind: str, subject: str, **facts: str) -> None:
    """Note without a log line that a reported problem continues."""
    _reported.add(Reported(kind, subject, facts.get("target", ""), facts.get("user_id", "")))


def resolved(kind: str, subject: str) -> None:
    """Log that a problem is over that was reported by this kind and subject."""
    logger.info("RESOLVED", extra={"kind": kind, "subject": subject})


def change(action: str, target: Target, profile_name: str, what: str) -> None:
    """Report one change that was made and observed."""
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


def requeue(subject: str, key: str, attempt: int, reason: str) -> None:
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
