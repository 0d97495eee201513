"""The alarms and graphs, and that both use metrics that the code really emits."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.infrastructure.metrics import Emitted
from hub.runtime.reconcile.reports import WHOLE_CHANGES

Resources = dict[str, dict[str, Any]]

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "hub" / "runtime"
NAMESPACE = "StudioHub"
# Counted for readers of a function's log; they raise no alarm and are in no graph.
READ_ONLY_BY_PEOPLE = {"UnmanagedProfile", "Held", "Ignored", "RowChanges", "UnknownMembership"}


def alarms(stack: Resources) -> dict[str, dict[str, Any]]:
    return {
        path.rpartition("/")[2]: resource["Properties"]
        for path, resource in stack.items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def constants() -> Iterator[str]:
    """Yield each name that the code gives to `count`, `add_metric` or `single_metric`."""
    for path in sorted(RUNTIME.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                called = node.func.id if isinstance(node.func, ast.Name) else called
                if called in {"count", "add_metric", "single_metric"}:
                    given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "name")]
                    for value in given:
                        if isinstance(value, ast.Constant) and isinstance(value.value, str):
                            yield value.value


def actions() -> set[str]:
    """Return the names of the changes of a whole profile, from the table that counts them."""
    return set(WHOLE_CHANGES.values())


def test_every_watched_metric_is_emitted() -> None:
    """No alarm waits for a metric that no code writes."""
    assert set(Emitted) - actions() <= set(constants())
    assert set(Emitted) >= actions()


def test_every_emitted_metric_is_watched_or_named_here() -> None:
    """A metric without alarm or graph is dropped, or named as one for readers of the log."""
    assert set(constants()) - set(Emitted) == READ_ONLY_BY_PEOPLE


def test_every_emitted_metric_is_in_an_alarm_or_drawn(hub: Resources) -> None:
    """Each name is in an alarm or on the dashboard."""
    drawn = str(hub["Overview/Dashboard"]["Properties"]["DashboardBody"])
    paged = {alarm.get("MetricName") for alarm in alarms(hub).values()}

    assert {name for name in Emitted if f'"{name}"' not in drawn and name not in paged} == set()


def test_metrics_are_read_as_they_are_written(hub: Resources) -> None:
    """Namespace and dimension are those of the functions: another would never have data."""
    ours = {name: alarm for name, alarm in alarms(hub).items() if alarm["Namespace"] == NAMESPACE}

    assert {alarm["MetricName"] for alarm in ours.values()} <= set(Emitted)
    assert {str(alarm["Dimensions"]) for alarm in ours.values()} == {
        str([{"Name": "service", "Value": "studio-hub"}])
    }


QUEUES = {
    "Events": ("Ingress/Events", 300),
    "Reconcile": ("Reconciler/Requests", 900),
    "Scan": ("Scanner/Requests", 3600),
    "Delayed": ("Reconciler/Delayed", 900),
}
DEAD_LETTERS = {
    **{name: f"{path}/DeadLetters" for name, (path, _) in QUEUES.items()},
    "EventRules": "Ingress/Undelivered",
    "RowChanges": "MappingStream/DeadLetters",
}


def test_every_dead_letter_raises_an_alarm(hub: Resources) -> None:
    """Each queue without a reader has an alarm at its first message."""
    found = alarms(hub)
    queues = {
        path
        for path, resource in hub.items()
        if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" not in resource["Properties"]
    }

    assert queues == set(DEAD_LETTERS.values())
    for name, path in DEAD_LETTERS.items():
        alarm = found[f"{name}DeadLetters"]
        assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": f"<{path}.QueueName>"}]
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)


def test_every_long_wait_raises_an_alarm(hub: Resources) -> None:
    """Each queue with a reader has an alarm on its oldest message, and the stream on its own."""
    found = alarms(hub)

    for name, (path, seconds) in QUEUES.items():
        alarm = found[f"{name}OldestMessage"]
        assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
        assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": f"<{path}/Queue.QueueName>"}]
        assert alarm["Threshold"] == seconds
    assert found["RowChangesOldest"]["MetricName"] == "IteratorAge"
    assert found["RowChangesOldest"]["Threshold"] == 15 * 60 * 1000


def test_every_failing_function_raises_an_alarm(hub: Resources) -> None:
    """Errors and throttles of each function that there is."""
    functions = {path for path, each in hub.items() if each["Type"] == "AWS::Lambda::Function"}
    watched: dict[str, set[str]] = {}
    for alarm in alarms(hub).values():
        if alarm["Namespace"] == "AWS/Lambda":
            (dimension,) = alarm["Dimensions"]
            watched.setdefault(dimension["Value"][1:-1], set()).add(alarm["MetricName"])

    assert set(watched) == functions
    assert all(metrics >= {"Errors", "Throttles"} for metrics in watched.values())


@pytest.mark.parametrize(
    ("name", "metric", "statistic", "above"),
    [
        ("HoldsWaiting", "HoldsWaiting", "Maximum", 0),
        ("RemovalsUndecided", "RemovalsUndecided", "Maximum", 0),
        ("RemovalLimitReached", "RemovalLimitReached", "Sum", 0),
        ("Drift", "Drift", "Sum", 20),
        ("SweepNotFinished", "SweepAge", "Maximum", 3600),
        ("ProvisioningLatency", "ProvisioningLatency", "p95", 60),
        ("ReadsRefused", "ReadsRefused", "Sum", 0),
        ("TargetsUnreachable", "TargetsUnreachable", "Sum", 0),
    ],
)
def test_the_work_raises_alarms(
    hub: Resources, name: str, metric: str, statistic: str, above: float
) -> None:
    """Pending approvals, missed events, late work, and denials."""
    alarm = alarms(hub)[name]

    assert alarm["MetricName"] == metric
    assert alarm.get("Statistic", alarm.get("ExtendedStatistic")) == statistic
    assert alarm["Threshold"] == above
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def often(alarm: dict[str, Any]) -> tuple[int, int, int]:
    """Return in how many periods, of how many, of how many seconds, the alarm state lasts."""
    return alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"], alarm["Period"]


def test_a_repeated_failure_raises_an_alarm_before_its_dead_letter(hub: Resources) -> None:
    """It returns after its visibility timeout: the second failure is well within the window."""
    found = alarms(hub)
    names = {name for name in found if name.endswith(("Errors", "Failed"))}
    slowest = max(
        each["Properties"].get("VisibilityTimeout", 0)
        for each in hub.values()
        if each["Type"] == "AWS::SQS::Queue"
    )

    assert len(names) == 6
    for name in names:
        periods, of, seconds = often(found[name])
        assert (periods, of, seconds) == (2, 12, 300)
        assert slowest < (of - 1) * seconds


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("HoldsWaiting", (1, 2, 3600)),
        ("RemovalsUndecided", (1, 2, 3600)),
        ("ProvisioningLatency", (2, 8, 900)),
        ("SweepNotFinished", (2, 2, 3600)),
        # A second denial, after five minutes or in the next sweep.
        ("ReadsRefused", (2, 24, 300)),
        ("TargetsUnreachable", (2, 3, 3600)),
    ],
)
def test_a_rare_metric_may_pause_between_two_points(
    hub: Resources, name: str, expected: tuple[int, int, int]
) -> None:
    """One point an hour drifts over full hours, and joins of a small hub are far apart."""
    assert often(alarms(hub)[name]) == expected


def test_missing_data_is_an_alarm_for_the_sweep_alone(hub: Resources) -> None:
    """A sweep that does not run emits nothing; every other missing metric is good news."""
    missing = {name: alarm["TreatMissingData"] for name, alarm in alarms(hub).items()}

    assert {name for name, how in missing.items() if how == "breaching"} == {"SweepNotFinished"}
    assert set(missing.values()) == {"breaching", "notBreaching"}


def test_every_alarm_notifies_and_names_its_page(hub: Resources) -> None:
    """Alarm and recovery go to the topic; the description names the page, which has the alarm."""
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    for name, alarm in alarms(hub).items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["<Notifications/Topic>"]
        assert "docs/operations.md" in alarm["AlarmDescription"]
        assert f"`{name}`" in operations


def test_the_topic_accepts_alarms_of_this_account_alone(
    hub: Resources, hub_elsewhere: Resources
) -> None:
    """Over TLS; an e-mail address is subscribed where one is given."""
    policy = hub["Notifications/Topic/Policy"]["Properties"]["PolicyDocument"]["Statement"]
    grants = [each for each in policy if each["Effect"] == "Allow"]
    mail = {
        each["Properties"]["Endpoint"]
        for each in hub_elsewhere.values()
        if each["Type"] == "AWS::SNS::Subscription"
    }

    assert [each["Principal"] for each in grants] == [{"Service": "cloudwatch.amazonaws.com"}]
    assert grants[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": "222222222222"}}
    assert [each["Effect"] for each in policy if each not in grants] == ["Deny"]
    assert mail == {"ops@example.com"}
    assert not [each for each in hub.values() if each["Type"] == "AWS::SNS::Subscription"]


def drawn(hub: Resources) -> dict[str, list[list[Any]]]:
    """Return what each graph of the dashboard shows, by its title."""
    body = json.loads(hub["Overview/Dashboard"]["Properties"]["DashboardBody"])
    return {
        each["properties"]["title"]: each["properties"]["metrics"]
        for each in body["widgets"]
        if each["type"] == "metric"
    }


def test_the_dashboard_shows_how_many_wait_in_all(hub: Resources) -> None:
    """Each target counts its own users once an hour: the sum is all of them."""
    (shown,) = (
        each for metrics in drawn(hub).values() for each in metrics if "HoldsWaiting" in each
    )

    assert shown[-1]["stat"] == "Sum"
    assert shown[-1]["period"] == 3600


def test_the_dashboard_shows_what_stops_a_function(hub: Resources) -> None:
    """Errors and throttles of each, and how long changed rows wait behind one that fails."""
    shown: dict[str, int] = {}
    for metrics in drawn(hub).values():
        for metric in metrics:
            if metric[0] == "AWS/Lambda":
                shown[metric[1]] = shown.get(metric[1], 0) + 1
    functions = [each for each in hub.values() if each["Type"] == "AWS::Lambda::Function"]

    assert shown == {"Errors": len(functions), "Throttles": len(functions), "IteratorAge": 1}


def test_the_page_says_how_many_instances_run_at_once(hub: Resources) -> None:
    """For the functions that read queues; whoever raises a limit corrects the page."""
    readers = [
        each["Properties"]
        for each in hub.values()
        if each["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    bounded = [each["ScalingConfig"] for each in readers if "ScalingConfig" in each]
    group_snapshots = sum(each["MaximumConcurrency"] for each in bounded)
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert len(readers) - len(bounded) == 1
    assert f"at most {group_snapshots} copies, and one of `mapping_stream` for each" in operations


def test_the_dashboard_answers_three_questions(hub: Resources) -> None:
    """Is it working, how fast, what is pending: in this order, the alarms first."""
    body = json.loads(hub["Overview/Dashboard"]["Properties"]["DashboardBody"])
    titles = [each["properties"]["markdown"] for each in body["widgets"] if each["type"] == "text"]
    kinds = [each["type"] for each in body["widgets"]]
    (shown,) = (each["properties"]["alarms"] for each in body["widgets"] if each["type"] == "alarm")

    assert titles == ["## Is it working?", "## How fast?", "## What waits for me?"]
    assert kinds[:2] == ["text", "alarm"]
    assert len(drawn(hub)) == kinds.count("metric")
    assert len(shown) == len(alarms(hub))
