"""Logs and metrics: constant messages with their facts as keys, and one place that names them.

Operators filter by the messages: EVENT_ACCEPTED is an event that was taken in, CHANGE is one thing
changed, PROBLEM wants somebody to act (once per subject and request), RESOLVED ends the problem of
the same kind and subject, SKIP and REQUEUED explain why something waits.
"""

import json
import logging
from datetime import datetime
from typing import Any, Final, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from shared.messages import METRICS_NAMESPACE
from shared.model import Target
from shared.visible import disruption, escaped_lines, visible

# Characters of one text in a line; four bytes each still leave room for all of them.
# Source: Lambda and CloudWatch Logs quotas: an event of a log has at most 256 KB.
_LONGEST: Final = 4_000
# Lines of the program's own; what they quote is made visible line by line.
_TRACES: Final = frozenset({"exception", "stack_trace"})


class _Stdout(logging.Handler):
    """Writes to what is the standard output now, not to what it was at import."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        print(self.format(record))  # noqa: T201 (Lambda's log is its standard output)


def _line(entry: dict[str, Any]) -> str:
    """Return a log line whose texts can be seen, and fit: whoever wrote the names in them."""
    return json.dumps(_shown(entry), ensure_ascii=False, separators=(",", ":"), default=str)


def _shown(value: Any, name: str = "") -> Any:  # noqa: ANN401 (whatever a line holds)
    match value:
        case str():
            show = escaped_lines if name in _TRACES else visible
            return disruption(show(value), _LONGEST)
        case dict():
            return {key: _shown(each, str(key)) for key, each in value.items()}
        case list() | tuple():
            return [_shown(each) for each in value]
        case _:
            return value


logger = Logger(service="studio-hub", logger_handler=_Stdout(), json_serializer=_line)
metrics = Metrics(namespace=METRICS_NAMESPACE, service="studio-hub")


class Reported(NamedTuple):
    """A problem that was reported, or goes on; `target` and `user_id` are empty where it has none.

    It is a person's where the subject is one person in a target.
    """

    kind: str
    subject: str
    target: str
    user_id: str

    @property
    def is_personal(self) -> bool:
        """Return whether it is one person's problem in a target."""
        return bool(self.user_id) and self.subject.endswith(f" in {self.target}")


# What the run that goes on now has reported: a function makes one run at a time.
_reported: set[Reported] = set()


def begin() -> None:
    """Forget what the run before has reported."""
    _reported.clear()


def reported() -> frozenset[Reported]:
    """Return what this run has reported."""
    return frozenset(_reported)


def correlate(event_id: str) -> None:
    """Have every line carry the id of this event from now on, or none where it is empty."""
    logger.set_correlation_id(event_id or None)


def heard(subject: str, key: str, **facts: str) -> None:
    """Log that an event was taken in, and what is looked at because of it."""
    logger.info("EVENT_ACCEPTED", extra={"subject": subject, "key": key, **facts})


def ignored(reason: str, **facts: str) -> None:
    """Log that an event concerns nobody here, and why."""
    logger.info("EVENT_IGNORED", extra={"reason": reason, **facts})


def problem(kind: str, subject: str, reason: str, remedy: str = "", **facts: str) -> None:
    """Report something that will not come right by itself."""
    logger.warning(
        "PROBLEM",
        extra={"kind": kind, "subject": subject, "reason": reason, "remedy": remedy, **facts},
    )
    count("Problem")
    still(kind, subject, **facts)


def still(kind: str, subject: str, **facts: str) -> None:
    """Note that a problem goes on which was reported before, without a word of it."""
    _reported.add(Reported(kind, subject, facts.get("target", ""), facts.get("user_id", "")))


def resolved(kind: str, subject: str) -> None:
    """Log that a problem is over that was reported by this kind and subject."""
    logger.info("RESOLVED", extra={"kind": kind, "subject": subject})


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


def found(kind: str, count_: int, subject: str, key: str, *, event_driven: bool) -> None:
    """Report how many a look found, and count them by kind where an event should have told."""
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
    """Log that a look comes back later."""
    logger.info(
        "REQUEUED",
        extra={"subject": subject, "key": key, "attempt": attempt, "reason": reason},
    )
    count("PutOff")


def joined(requested_at: datetime, now: datetime) -> None:
    """Measure the time from the directory's change to a profile that is seen in service."""
    seconds = max(0.0, (now - requested_at).total_seconds())
    metrics.add_metric(name="ProvisioningLatency", unit=MetricUnit.Seconds, value=seconds)


def looked(begun_at: datetime, now: datetime) -> None:
    """Measure how long after its round began a look saw all; the last `scan`'s is the sweep's."""
    seconds = max(0.0, (now - begun_at).total_seconds())
    metrics.add_metric(name="SweepAge", unit=MetricUnit.Seconds, value=seconds)


def count(name: str, value: int = 1) -> None:
    """Count something that operators watch."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
