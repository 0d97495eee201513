"""The alarms; each description says where to find its cause and remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.dead_letter_alarms import letters_alarm
from hub.infrastructure.metrics import FIVE_MINUTES, HOUR, Emitted, emitted
from hub.infrastructure.notifications import Notifications

# Seconds that a message may wait before an alarm. Events and users: several times what the promise
# of a minute allows. Scans: a sweep of every group and target takes most of an hour by design.
# `delayed`: the longest delay is five minutes.
_OLDEST = {"Events": 300, "Reconcile": 900, "Scan": 3600, "Delayed": 900}
# A record of the mappings' stream that waits this long is stuck behind a failing one.
_OLDEST_ROW_CHANGE = Duration.minutes(15)
# A new member may sign in within a minute.
_JOIN_SECONDS = 60
_SWEEP_SECONDS = 3600
_ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
_NOT_BREACHING = cloudwatch.TreatMissingData.NOT_BREACHING


class _Often(NamedTuple):
    """In how many periods, of how many consecutive ones."""

    periods: int
    of: int


_ONCE, _THRICE = _Often(1, 1), _Often(3, 3)
# One failed message is delivered again: of `intake` within two minutes, of a crashed `reconcile` or
# `scan` after its visibility time-out of twelve or thirty. A failure in a second period of an hour
# is lasting.
_AGAIN_WITHIN_AN_HOUR = _Often(2, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the alarms watch, each by the first part of its alarm's name.

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


class Monitoring(Construct):
    """The alarms of the hub, which all notify one topic.

    Attributes:
        alarms: by name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        watched: Watched,
        notifications: Notifications,
        unannounced_alarm: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self._notifications = notifications
        self.alarms: dict[str, cloudwatch.Alarm] = {}
        self._watch_queues(watched)
        self._watch_functions(watched)
        self._watch_the_work(unannounced_alarm)
        self._watch_the_reads()

    def _watch_queues(self, watched: Watched) -> None:
        for name, queue in watched.dead_letters.items():
            construct_id = f"{name}DeadLetters"
            self.alarms[construct_id] = letters_alarm(
                self, construct_id, queue, self._notifications, f"a message of {name}"
            )
        for name, queue in watched.queues.items():
            self._alarm(
                f"{name}OldestMessage",
                f"Messages of {name} wait for more than {_OLDEST[name]} s",
                queue.metric_approximate_age_of_oldest_message(
                    statistic="Maximum", period=FIVE_MINUTES
                ),
                above=_OLDEST[name],
                often=_THRICE,
            )

    def _watch_functions(self, watched: Watched) -> None:
        # `intake` and `mapping_stream` read batches, and let each record fail alone.
        for name, says, failed in (
            ("MessagesFailed", "Messages of Events or Delayed", Emitted.MESSAGES_FAILED),
            ("RowChangesFailed", "Changes of mapping rows", Emitted.ROW_CHANGES_FAILED),
        ):
            self._alarm(
                name,
                f"{says} fail one by one",
                emitted(failed, "Sum", FIVE_MINUTES),
                above=0,
                often=_AGAIN_WITHIN_AN_HOUR,
            )
        for name, function in watched.functions.items():
            self._alarm(
                f"{name}Errors",
                f"{name} fails",
                function.metric_errors(statistic="Sum", period=FIVE_MINUTES),
                above=0,
                often=_AGAIN_WITHIN_AN_HOUR,
            )
            # No function asks for more instances than its queue allows: the account has none left.
            self._alarm(
                f"{name}Throttles",
                f"{name} is throttled",
                function.metric_throttles(statistic="Sum", period=FIVE_MINUTES),
                above=0,
                often=_THRICE,
            )
        self._alarm(
            "RowChangesOldest",
            "Changes of mapping rows wait behind one that fails",
            watched.stream_reader.metric("IteratorAge", statistic="Maximum", period=FIVE_MINUTES),
            above=_OLDEST_ROW_CHANGE.to_milliseconds(),
            often=_THRICE,
        )

    def _watch_the_work(self, unannounced_alarm: int) -> None:
        # Each target's scan counts it once an hour for as long as it waits.
        self._alarm(
            "HoldsWaiting",
            "Users await approval or manual action",
            emitted(Emitted.HOLDS_WAITING, "Maximum", HOUR),
            above=0,
            # A scan that drifts over the full hour leaves one hour without a value.
            often=_Often(1, 2),
        )
        self._alarm(
            "RemovalLimitReached",
            "More removals at once than the limit allows: all of them are held",
            emitted(Emitted.REMOVAL_LIMIT_REACHED, "Sum", FIVE_MINUTES),
            above=0,
        )
        # Counted like HoldsWaiting, after the first hour.
        self._alarm(
            "RemovalsUndecided",
            "People keep what they have: for an hour nobody could tell whether a mapping applies",
            emitted(Emitted.REMOVALS_UNDECIDED, "Maximum", HOUR),
            above=0,
            often=_Often(1, 2),
        )
        self._alarm(
            "Drifts",
            f"A sweep found more than {unannounced_alarm} changes that no event announced",
            emitted(Emitted.DRIFT, "Sum", HOUR),
            above=unannounced_alarm,
        )
        # No complete scan within two hours: the sweep does not run, or is refused everywhere.
        self._alarm(
            "SweepNotFinished",
            "The hourly sweep does not finish within its hour, or does not run",
            emitted(Emitted.SWEEP_AGE, "Maximum", HOUR),
            above=_SWEEP_SECONDS,
            often=_Often(2, 2),
            missing=cloudwatch.TreatMissingData.BREACHING,
        )
        self._alarm(
            "ProvisioningLatency",
            f"One join in twenty takes more than {_JOIN_SECONDS} s",
            emitted(Emitted.PROVISIONING_LATENCY, "p95", Duration.minutes(15)),
            above=_JOIN_SECONDS,
            # In a small hub two joins seldom follow one another.
            often=_Often(2, 8),
        )

    def _watch_the_reads(self) -> None:
        # A refused scan is repeated after five minutes, and a reconcile is retried for an hour. A
        # failure that ends by then is counted once. Otherwise the next sweep counts it again.
        self._alarm(
            "ReadsRefused",
            "The directory, the mappings or the ledger refuse the hub",
            emitted(Emitted.READS_REFUSED, "Sum", FIVE_MINUTES),
            above=0,
            often=_Often(2, 24),
        )
        # Each target is counted once a sweep.
        self._alarm(
            "TargetsUnreachable",
            "Accounts of mapped targets refuse the hub",
            emitted(Emitted.TARGETS_UNREACHABLE, "Sum", HOUR),
            above=0,
            often=_Often(2, 3),
        )

    def _alarm(
        self,
        name: str,
        says: str,
        metric: cloudwatch.IMetric,
        *,
        above: float,
        often: _Often = _ONCE,
        missing: cloudwatch.TreatMissingData = _NOT_BREACHING,
    ) -> None:
        """Create an alarm for a metric that exceeds a number this often."""
        self.alarms[name] = self._notifications.tells(
            cloudwatch.Alarm(
                self,
                name,
                alarm_description=f"{says}: docs/operations.md, {name}",
                metric=metric,
                threshold=above,
                comparison_operator=_ABOVE,
                evaluation_periods=often.of,
                datapoints_to_alarm=often.periods,
                treat_missing_data=missing,
            )
        )
