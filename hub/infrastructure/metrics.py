"""The metrics that the functions emit, as alarms and dashboard name them.

A test compares them with the names that the functions use.
"""

from enum import StrEnum

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from shared.storage import METRICS_NAMESPACE

# Every metric of the functions has this dimension. Some have a second one, which no alarm uses.
_DIMENSIONS = {"service": "studio-hub"}
FIVE_MINUTES = Duration.minutes(5)
HOUR = Duration.hours(1)


class Emitted(StrEnum):
    """The metrics that the functions emit."""

    # How fast: seconds from the directory's change to a profile that is InService.
    PROVISIONING_LATENCY = "ProvisioningLatency"
    # Seconds from the start of a sweep to the end of one of its complete scans. The last value is
    # the sweep's.
    SWEEP_AGE = "SweepAge"
    # What was done.
    CREATE = "Create"
    CHANGE_ROLE = "ChangeRole"
    SUSPEND = "Suspend"
    RESUME = "Resume"
    DELETE = "Delete"
    # What waits for somebody.
    HOLDS_WAITING = "HoldsWaiting"
    REMOVAL_LIMIT_REACHED = "RemovalLimitReached"
    PROBLEM = "Problem"
    # Users who keep their profile because it is undecided for over an hour whether a row applies.
    REMOVALS_UNDECIDED = "RemovalsUndecided"
    # Drift that no event announced, and requeued requests.
    DRIFT = "Drift"
    REQUEUED = "Requeued"
    # Failed records that come again: Lambda counts no error for a batch that fails in parts.
    MESSAGES_FAILED = "MessagesFailed"
    ROW_CHANGES_FAILED = "RowChangesFailed"
    # Reconciles and scans with a read that was permanently refused. Targets whose account refuses
    # the hub, once each in a sweep.
    READS_REFUSED = "ReadsRefused"
    TARGETS_UNREACHABLE = "TargetsUnreachable"
    # The amount of work.
    RECEIVED = "Received"
    RECONCILES = "Reconciles"
    SCANS = "Scans"


def emitted(name: Emitted, statistic: str, period: Duration) -> cloudwatch.Metric:
    """Return a metric of the functions, whichever of them emits it."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map=_DIMENSIONS,
        statistic=statistic,
        period=period,
    )
