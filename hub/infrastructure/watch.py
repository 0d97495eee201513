"""What is watched: a table of graphs with their lines, and the alarms that the lines raise.

Alarms and dashboard come from it alone. docs/operations.md says of each alarm what it means and
what to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from hub.infrastructure.metrics import FIVE_MINUTES, HOUR, Emitted, emitted
from hub.infrastructure.monitoring import Alarm, Line, Often, dead_letters

# Seconds that a message may wait before an alarm. Events and users: several times what the promise
# of a minute allows. Scans: a sweep of every group and target takes most of an hour by design.
# `delayed`: the longest delay is five minutes.
_OLDEST = {"Events": 300, "Reconcile": 900, "Scan": 3600, "Delayed": 900}
# A record of the mappings' stream that waits this long is stuck behind a failing one.
_OLDEST_ROW_CHANGE = Duration.minutes(15).to_milliseconds()
# A new member may sign in within a minute.
_JOIN_SECONDS = 60
_SWEEP_SECONDS = 3600
_THRICE = Often(3, 3)
# One failed message is delivered again: of `intake` within two minutes, of a crashed `reconcile` or
# `scan` after its visibility time-out of twelve or thirty. A failure in a second period of an hour
# is lasting.
_AGAIN_WITHIN_AN_HOUR = Often(2, 12)
# One point an hour, of a scan that drifts over the full hour: one hour may be without a value.
_HOURLY = Often(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The queues and functions that are watched, each by the first part of its alarm's name.

    Attributes:
        queues: the queues of waiting work.
        dead_letters: the queues that should be empty.
        functions: all of them.
        stream_reader: the one that reads the mappings' stream.
    """

    queues: Mapping[str, sqs.Queue]
    dead_letters: Mapping[str, sqs.Queue]
    functions: Mapping[str, lambda_.Function]
    stream_reader: lambda_.Function


class Graph(NamedTuple):
    """Lines under one title."""

    title: str
    lines: Sequence[Line]


class Question(NamedTuple):
    """Rows of graphs that answer one question of an operator."""

    text: str
    rows: Sequence[Sequence[Graph]]


def watch_table(watched: Watched, drift_alarm: int) -> list[Question]:
    """Return the whole table; `drift_alarm` is how much drift in an hour raises no alarm yet."""
    return [_is_it_working(watched, drift_alarm), _how_fast(watched), _what_waits(watched)]


def lines_of(table: Sequence[Question]) -> Iterator[Line]:
    """Yield every line of the table."""
    for question in table:
        for row in question.rows:
            for graph in row:
                yield from graph.lines


def _is_it_working(watched: Watched, drift_alarm: int) -> Question:
    done = (
        Emitted.CREATE,
        Emitted.CHANGE_ROLE,
        Emitted.SUSPEND,
        Emitted.RESUME,
        Emitted.DELETE,
    )
    amount = (Emitted.RECEIVED, Emitted.RECONCILES, Emitted.SCANS)
    drift = Alarm(
        "Drift",
        f"A sweep found more than {drift_alarm} changes that no event announced",
        drift_alarm,
    )
    # Each target is counted once a sweep.
    unreachable = Alarm(
        "TargetsUnreachable", "Accounts of mapped targets refuse the hub", 0, Often(2, 3)
    )
    # A refused scan is repeated after five minutes, and a reconcile is retried for an hour. A
    # failure that ends by then is counted once. Otherwise the next sweep counts it again.
    refused = Alarm(
        "ReadsRefused",
        "The directory, the mappings or the ledger refuse the hub",
        0,
        Often(2, 24),
        emitted(Emitted.READS_REFUSED, "Sum", FIVE_MINUTES),
    )
    oldest_change = Alarm(
        "RowChangesOldest",
        "Changes of mapping rows wait behind one that fails",
        _OLDEST_ROW_CHANGE,
        _THRICE,
    )
    return Question(
        "Is it working?",
        [
            [Graph("What was done", [Line(_sum(each)) for each in done])],
            [
                Graph("Failures", [*_failures(watched.functions)]),
                Graph(
                    "How much there was to do", [Line(_sum(each, FIVE_MINUTES)) for each in amount]
                ),
                Graph("Drift: changes without an event", [Line(_sum(Emitted.DRIFT), drift)]),
            ],
            [
                Graph(
                    "Who refuses the hub: targets, reads",
                    [
                        Line(_sum(Emitted.TARGETS_UNREACHABLE), unreachable),
                        Line(_sum(Emitted.READS_REFUSED), refused),
                    ],
                ),
                Graph(
                    "Throttled: the account has no copies left", [*_throttles(watched.functions)]
                ),
                Graph(
                    "Age of the oldest change of a mapping row (ms)",
                    [
                        Line(
                            watched.stream_reader.metric(
                                "IteratorAge", statistic="Maximum", period=FIVE_MINUTES
                            ),
                            oldest_change,
                        )
                    ],
                ),
            ],
        ],
    )


def _failures(functions: Mapping[str, lambda_.Function]) -> Iterator[Line]:
    for name, function in functions.items():
        yield Line(
            function.metric_errors(statistic="Sum", period=FIVE_MINUTES),
            Alarm(f"{name}Errors", f"{name} fails", 0, _AGAIN_WITHIN_AN_HOUR),
            name,
        )
    # `intake` and `mapping_stream` read batches, and let each record fail alone.
    for metric, what in (
        (Emitted.MESSAGES_FAILED, "Messages of Events or Delayed"),
        (Emitted.ROW_CHANGES_FAILED, "Changes of mapping rows"),
    ):
        yield Line(
            _sum(metric, FIVE_MINUTES),
            Alarm(metric, f"{what} fail one by one", 0, _AGAIN_WITHIN_AN_HOUR),
        )


def _throttles(functions: Mapping[str, lambda_.Function]) -> Iterator[Line]:
    # No function asks for more instances than its queue allows: the account has none left.
    for name, function in functions.items():
        yield Line(
            function.metric_throttles(statistic="Sum", period=FIVE_MINUTES),
            Alarm(f"{name}Throttles", f"{name} is throttled", 0, _THRICE),
            name,
        )


def _how_fast(watched: Watched) -> Question:
    late = Alarm(
        "ProvisioningLatency",
        f"One join in twenty takes more than {_JOIN_SECONDS} s",
        _JOIN_SECONDS,
        # In a small hub two joins seldom follow one another.
        Often(2, 8),
        emitted(Emitted.PROVISIONING_LATENCY, "p95", Duration.minutes(15)),
    )
    # No complete scan within two hours: the sweep does not run, or is refused everywhere.
    unfinished = Alarm(
        "SweepNotFinished",
        "The hourly sweep does not finish within its hour, or does not run",
        _SWEEP_SECONDS,
        Often(2, 2),
        missing=cloudwatch.TreatMissingData.BREACHING,
    )
    return Question(
        "How fast?",
        [
            [
                Graph(
                    "From joining to a profile (s)",
                    [
                        Line(emitted(Emitted.PROVISIONING_LATENCY, "p50", FIVE_MINUTES)),
                        Line(emitted(Emitted.PROVISIONING_LATENCY, "p95", FIVE_MINUTES), late),
                    ],
                ),
                Graph("Age of the oldest message (s)", [*_oldest_messages(watched.queues)]),
                Graph(
                    "How long a sweep takes (s), and what had to wait",
                    [
                        Line(emitted(Emitted.SWEEP_AGE, "Maximum", HOUR), unfinished),
                        Line(_sum(Emitted.REQUEUED)),
                    ],
                ),
            ]
        ],
    )


def _oldest_messages(queues: Mapping[str, sqs.Queue]) -> Iterator[Line]:
    for name, queue in queues.items():
        seconds = _OLDEST[name]
        says = f"Messages of {name} wait for more than {seconds} s"
        yield Line(
            queue.metric_approximate_age_of_oldest_message(
                statistic="Maximum", period=FIVE_MINUTES
            ),
            Alarm(f"{name}OldestMessage", says, seconds, _THRICE),
            name,
        )


def _what_waits(watched: Watched) -> Question:
    # Each target's scan counts its users once an hour for as long as they wait. The graph adds the
    # targets up.
    waiting = Alarm(
        "HoldsWaiting",
        "Users await approval or manual action",
        0,
        _HOURLY,
        emitted(Emitted.HOLDS_WAITING, "Maximum", HOUR),
    )
    limit_reached = Alarm(
        "RemovalLimitReached",
        "More removals at once than the limit allows: all of them are held",
        0,
        metric=_sum(Emitted.REMOVAL_LIMIT_REACHED, FIVE_MINUTES),
    )
    # Counted like HoldsWaiting, after the first hour.
    undecided = Alarm(
        "RemovalsUndecided",
        "People keep what they have: for an hour nobody could tell whether a mapping applies",
        0,
        _HOURLY,
        emitted(Emitted.REMOVALS_UNDECIDED, "Maximum", HOUR),
    )
    return Question(
        "What waits for me?",
        [
            [
                Graph(
                    "People who wait for somebody, in all targets",
                    [
                        Line(_sum(Emitted.HOLDS_WAITING), waiting),
                        Line(_sum(Emitted.REMOVAL_LIMIT_REACHED), limit_reached),
                        Line(_sum(Emitted.REMOVALS_UNDECIDED), undecided),
                    ],
                ),
                Graph("Problems (in the log: PROBLEM)", [Line(_sum(Emitted.PROBLEM))]),
                Graph(
                    "Dead letters",
                    [
                        dead_letters(queue, f"{name}DeadLetters", f"a message of {name}", name)
                        for name, queue in watched.dead_letters.items()
                    ],
                ),
            ]
        ],
    )


def _sum(metric: Emitted, period: Duration = HOUR) -> cloudwatch.Metric:
    return emitted(metric, "Sum", period)
