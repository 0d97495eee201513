"""A dashboard for three questions: is it working, how fast, and what waits for an operator."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from hub.infrastructure.watch import Graph, Question

_WHOLE, _HEIGHT = 24, 6


class Dashboard(Construct):
    """Rows of graphs under their questions, the alarms first."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        table: Sequence[Question],
        alarms: Sequence[cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, construct_id)
        dashboard = cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=name, default_interval=Duration.days(1)
        )
        status = cloudwatch.AlarmStatusWidget(
            title="Alarms", alarms=list(alarms), width=_WHOLE // 2, height=_HEIGHT
        )
        first: list[cloudwatch.IWidget] = [status]
        for question in table:
            dashboard.add_widgets(
                cloudwatch.TextWidget(markdown=f"## {question.text}", width=_WHOLE, height=1)
            )
            for row in question.rows:
                width = _WHOLE // len([*first, *row])
                dashboard.add_widgets(*first, *(_widget(graph, width) for graph in row))
                first = []


def _widget(graph: Graph, width: int) -> cloudwatch.GraphWidget:
    lines: list[cloudwatch.IMetric] = [
        line.metric.with_(label=line.label) if line.label else line.metric for line in graph.lines
    ]
    return cloudwatch.GraphWidget(title=graph.title, left=lines, width=width, height=_HEIGHT)
