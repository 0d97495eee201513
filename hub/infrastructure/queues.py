"""A queue with its dead letters: encrypted, closed to plain HTTP, patient with a slow reader."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.nag_suppressions import acknowledge_end

# Deliveries before a message is a dead letter; only crashes and unreadable bodies use them up.
_DELIVERIES = 5
# For a message that has nowhere else to wait: an hour of failures loses none.
_DELIVERIES_OF_AN_HOUR = 40
# Source: Lambda's developer guide on SQS: a visibility time-out of six times the function's leaves
# room for the retries of a throttled poller.
_VISIBILITY_PER_TIME_OUT = 6
# A standard queue's dead letter keeps its first date, so this must outlast the queue's four days.
# Source: the SQS developer guide on dead-letter queues and retention.
_DEAD_LETTERS_KEPT = Duration.days(14)


class WorkQueue(Construct):
    """A queue that one function reads, and the queue of what it could not read.

    Attributes:
        queue: where the messages wait.
        dead_letters: where they end after too many deliveries; an operator empties it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        reader_timeout: Duration,
        key: kms.IKey | None,
        fifo: bool = False,
        waits_here: bool = False,
    ) -> None:
        """Create both queues; with `waits_here` messages outlast an hour of failures."""
        super().__init__(scope, construct_id)
        self.dead_letters = dead_letter_queue(self, "DeadLetters", key=key, fifo=fifo)
        self.queue = sqs.Queue(
            self,
            "Queue",
            # None and not False: CloudFormation refuses FifoQueue=false for a standard queue.
            fifo=fifo or None,
            # One request of a user after another, many users at once: order and limits hold per
            # group.
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if fifo else None,
            fifo_throughput_limit=(sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if fifo else None),
            # Two events of one user may have equal requests: the sender gives the id.
            content_based_deduplication=False if fifo else None,
            visibility_timeout=Duration.seconds(
                _VISIBILITY_PER_TIME_OUT * int(reader_timeout.to_seconds())
            ),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters,
                max_receive_count=_DELIVERIES_OF_AN_HOUR if waits_here else _DELIVERIES,
            ),
            encryption=_encryption(key),
            encryption_master_key=key,
            enforce_ssl=True,
        )


def dead_letter_queue(
    scope: Construct, construct_id: str, *, key: kms.IKey | None, fifo: bool = False
) -> sqs.Queue:
    """Return a queue that keeps messages until somebody looks at them."""
    queue = sqs.Queue(
        scope,
        construct_id,
        fifo=fifo or None,
        retention_period=_DEAD_LETTERS_KEPT,
        encryption=_encryption(key),
        encryption_master_key=key,
        enforce_ssl=True,
    )
    acknowledge_end(queue)
    return queue


def _encryption(key: kms.IKey | None) -> sqs.QueueEncryption:
    return sqs.QueueEncryption.KMS if key else sqs.QueueEncryption.SQS_MANAGED


def rule_target(
    target_id: str,
    queue: sqs.Queue,
    undelivered: sqs.Queue,
    *,
    input_transformer: events.CfnRule.InputTransformerProperty | None = None,
) -> events.CfnRule.TargetProperty:
    """Return a queue as the target of a rule; undeliverable events go to another queue."""
    return events.CfnRule.TargetProperty(
        id=target_id,
        arn=queue.queue_arn,
        input_transformer=input_transformer,
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=undelivered.queue_arn),
    )


def delivered_by(
    sid: str, queue: sqs.Queue, rules: Sequence[events.CfnRule]
) -> iam.PolicyStatement:
    """Return the right of some rules, and of no other, to send to a queue."""
    return iam.PolicyStatement(
        sid=sid,
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": [rule.attr_arn for rule in rules]}},
    )
