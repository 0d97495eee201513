"""Reads how many messages wait in the hub's queues, and when the last scan was complete."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from hub.runtime.adapters.aws import translated
from shared.storage import METRICS_NAMESPACE

_QUEUE, _DEAD = "QueueUrl", "DeadLettersUrl"
_ATTRIBUTES: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
# The alarm SweepNotFinished begins after two hours without a complete scan.
_OVERDUE: Final = timedelta(hours=2)
_LOOKED_BACK: Final = timedelta(hours=24)
_PERIOD: Final = 300
# Source: hub.runtime.telemetry: every metric has this dimension.
_SERVICE: Final = {"Name": "service", "Value": "studio-hub"}


class QueueDepth(NamedTuple):
    """How many messages a queue holds, about, and the age in seconds of the oldest if known."""

    name: str
    messages: int
    is_dead_letters: bool
    oldest: float | None = None


class LastScan(NamedTuple):
    """When the last scan was complete (UTC, to five minutes), and when its sweep had begun."""

    at: datetime
    sweep_began_at: datetime

    def is_overdue(self, now: datetime) -> bool:
        """Return whether scans should have been complete since, or whether the sweep is late."""
        return now - self.at > _OVERDUE or self.at - self.sweep_began_at > _OVERDUE / 2


def queue_urls(outputs: Mapping[str, str]) -> Mapping[str, str]:
    """Return the URLs of the hub's queues by name, from the outputs of its stack."""
    return {name: url for name, url in outputs.items() if name.endswith((_QUEUE, _DEAD))}


def read_depths(
    sqs: Any,  # noqa: ANN401 (a boto3 client)
    cloudwatch: Any,  # noqa: ANN401 (a boto3 client)
    urls: Mapping[str, str],
    now: datetime,
) -> list[QueueDepth]:
    """Return the depth of each queue, dead letters last; raises what `translated` raises."""
    depths = []
    for name, url in urls.items():
        with translated():
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_ATTRIBUTES))
        messages = sum(int(found["Attributes"].get(each, 0)) for each in _ATTRIBUTES)
        is_dead = name.endswith(_DEAD)
        depths.append(
            QueueDepth(name.removesuffix(_DEAD if is_dead else _QUEUE), messages, is_dead)
        )
    filled = [each for each in depths if each.messages]
    ages = _oldest(cloudwatch, [urls[_output(each)].rpartition("/")[2] for each in filled], now)
    oldest = dict(zip((_output(each) for each in filled), ages, strict=True))
    found_all = [each._replace(oldest=oldest.get(_output(each))) for each in depths]
    return sorted(found_all, key=lambda each: (each.is_dead_letters, each.name))


def read_last_scan(cloudwatch: Any, now: datetime) -> LastScan | None:  # noqa: ANN401 (a boto3 client)
    """Return the last complete scan of 24 hours; None for none; raises what `translated` raises.

    The ledger has no such time, since a sweep that finds nothing writes nothing. The metric of the
    alarm SweepNotFinished has it.
    """
    metric = {
        "Namespace": METRICS_NAMESPACE,
        "MetricName": "SweepAge",
        "Dimensions": [_SERVICE],
    }
    (found,) = _latest(cloudwatch, [metric], now, _LOOKED_BACK)
    if found is None:
        return None
    at, seconds = found
    return LastScan(at, at - timedelta(seconds=seconds))


def _output(depth: QueueDepth) -> str:
    return depth.name + (_DEAD if depth.is_dead_letters else _QUEUE)


def _oldest(cloudwatch: Any, names: Iterable[str], now: datetime) -> list[float | None]:  # noqa: ANN401 (a boto3 client)
    metrics = [
        {
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateAgeOfOldestMessage",
            "Dimensions": [{"Name": "QueueName", "Value": name}],
        }
        for name in names
    ]
    found = _latest(cloudwatch, metrics, now, timedelta(minutes=15)) if metrics else []
    return [each[1] if each else None for each in found]


def _latest(
    cloudwatch: Any,  # noqa: ANN401 (a boto3 client)
    metrics: list[dict[str, Any]],
    now: datetime,
    back: timedelta,
) -> list[tuple[datetime, float] | None]:
    """Return the latest value of each metric, and its time."""
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {"Metric": metric, "Period": _PERIOD, "Stat": "Maximum"},
        }
        for number, metric in enumerate(metrics)
    ]
    with translated():
        answer = cloudwatch.get_metric_data(
            MetricDataQueries=queries,
            StartTime=now - back,
            # The period that has not ended counts too.
            EndTime=now + timedelta(seconds=_PERIOD),
            ScanBy="TimestampDescending",
        )
    by_id = {each["Id"]: each for each in answer["MetricDataResults"]}
    pairs = (
        sorted(zip(each["Timestamps"], each["Values"], strict=True))
        for each in (by_id[query["Id"]] for query in queries)
    )
    return [(each[-1][0], float(each[-1][1])) if each else None for each in pairs]
