"""A dashboard for three questions: is it working, how fast, and what waits for an operator."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from hub.infrastructure.metrics import FIVE_MINUTES, HOUR, Emitted, emitted
from hub.infrastructure.monitoring import Watched

_HALF, _THIRD, _WHOLE = 12, 8, 24
_DONE = (
    Emitted.CREATE,
    Emitted.CHANGE_ROLE,
    Emitted.SUSPEND,
    Emitted.RESUME,
    Emitted.DELETE,
)


class Dashboard(Construct):
    """Three rows of graphs under their questions, the alarms first."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        watched: Watched,
        alarms: Mapping[str, cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, construct_id)
        dashboard = cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=name, default_interval=Duration.days(1)
        )
        dashboard.add_widgets(_title("Is it working?"))
        dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(
                title="Alarms", alarms=list(alarms.values()), width=_HALF, height=6
            ),
            _graph("What was done", [emitted(name, "Sum", HOUR) for name in _DONE], _HALF),
        )
        dashboard.add_widgets(
            _graph(
                "Failures",
                [
                    *(
                        function.metric_errors(label=name, statistic="Sum", period=FIVE_MINUTES)
                        for name, function in watched.functions.items()
                    ),
                    emitted(Emitted.MESSAGES_FAILED, "Sum", FIVE_MINUTES),
                    emitted(Emitted.ROW_CHANGES_FAILED, "Sum", FIVE_MINUTES),
                ],
            ),
            _graph(
                "How much there was to do",
                [
                    emitted(name, "Sum", FIVE_MINUTES)
                    for name in (Emitted.RECEIVED, Emitted.RECONCILES, Emitted.SCANS)
                ],
            ),
            _graph(
                "Drift: changes without an event",
                [emitted(Emitted.DRIFT, "Sum", HOUR)],
            ),
        )
        dashboard.add_widgets(
            _graph(
                "Who refuses the hub: targets, reads",
                [
                    emitted(Emitted.TARGETS_UNREACHABLE, "Sum", HOUR),
                    emitted(Emitted.READS_REFUSED, "Sum", HOUR),
                ],
            ),
            _graph(
                "Throttled: the account has no copies left",
                [
                    function.metric_throttles(label=name, statistic="Sum", period=FIVE_MINUTES)
                    for name, function in watched.functions.items()
                ],
            ),
            _graph(
                "Age of the oldest change of a mapping row (ms)",
                [
                    watched.stream_reader.metric(
                        "IteratorAge", statistic="Maximum", period=FIVE_MINUTES
                    )
                ],
            ),
        )
        dashboard.add_widgets(_title("How fast?"))
        dashboard.add_widgets(
            _graph(
                "From joining to a profile (s)",
                [
                    emitted(Emitted.PROVISIONING_LATENCY, each, FIVE_MINUTES)
                    for each in ("p50", "p95")
                ],
            ),
            _graph(
                "Age of the oldest message (s)",
                [
                    queue.metric_approximate_age_of_oldest_message(
                        label=name, statistic="Maximum", period=FIVE_MINUTES
                    )
                    for name, queue in watched.queues.items()
                ],
            ),
            _graph(
                "How long a sweep takes (s), and what had to wait",
                [
                    emitted(Emitted.SWEEP_AGE, "Maximum", HOUR),
                    emitted(Emitted.REQUEUED, "Sum", HOUR),
                ],
            ),
        )
        dashboard.add_widgets(_title("What waits for me?"))
        dashboard.add_widgets(
            _graph(
                "People who wait for somebody, in all targets",
                [
                    emitted(Emitted.HOLDS_WAITING, "Sum", HOUR),
                    emitted(Emitted.REMOVAL_LIMIT_REACHED, "Sum", HOUR),
                    emitted(Emitted.REMOVALS_UNDECIDED, "Sum", HOUR),
                ],
            ),
            _graph(
                "Problems (in the log: PROBLEM)",
                [emitted(Emitted.PROBLEM, "Sum", HOUR)],
            ),
            _graph(
                "Dead letters",
                [
                    queue.metric_approximate_number_of_messages_visible(
                        label=name, statistic="Maximum", period=FIVE_MINUTES
                    )
                    for name, queue in watched.dead_letters.items()
                ],
            ),
        )


def _title(question: str) -> cloudwatch.TextWidget:
    return cloudwatch.TextWidget(markdown=f"## {question}", width=_WHOLE, height=1)


def _graph(
    title: str, metrics: Sequence[cloudwatch.IMetric], width: int = _THIRD
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width, height=6)
