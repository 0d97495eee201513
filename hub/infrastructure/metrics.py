"""The metrics that alarms and dashboard are made of: those that the functions emit, and AWS's own.

The functions name them in hub.runtime; a test compares the two lists.
"""

from enum import StrEnum

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from shared.messages import METRICS_NAMESPACE

# Every metric of the functions has it; some have a second dimension for reading, not for alarms.
_DIMENSIONS = {"service": "studio-hub"}
FIVE_MINUTES = Duration.minutes(5)
HOUR = Duration.hours(1)


class Emitted(StrEnum):
    """What the functions tell of their work."""

    # How fast: seconds from the directory's change to a profile in service.
    JOIN_LATENCY = "ProvisioningLatency"
    # Seconds from the beginning of a round to the end of one of its looks that saw all it was to
    # see: the last is the sweep's.
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
    # People who keep what they have since nobody can tell whether a row applies: for over an hour.
    REMOVALS_UNDECIDED = "RemovalsUndecided"
    # What events did not tell, and what had to wait.
    UNANNOUNCED_CHANGE = "Drift"
    REQUEUED = "PutOff"
    # What failed, and comes again: Lambda counts no error for a batch that fails in parts.
    MESSAGES_FAILED = "MessagesFailed"
    ROW_CHANGES_FAILED = "RowChangesFailed"
    # Looks at people, groups and the directory to which something was refused for good; targets
    # whose account refuses the hub, once each in a round.
    READS_REFUSED = "ReadsRefused"
    TARGETS_UNREACHABLE = "TargetsUnreachable"
    # How much there was to do.
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
