"""The hub's queues: how long messages wait, where they end, and who may send."""

import re
from typing import Any

import pytest

from cli.simulation.deployment import STREAM_LONGEST, TIME_OUT
from simulator.setup import QUEUES

Resources = dict[str, dict[str, Any]]

FOURTEEN_DAYS = 14 * 24 * 3600
EVENT_RULES = [
    "<Ingress/CloudTrailRule.Arn>",
    "<Ingress/NativeRule.Arn>",
    "<Ingress/ForwardedCloudTrailRule.Arn>",
    "<Ingress/ForwardedNativeRule.Arn>",
]
SCHEDULE = ["<Schedule/Hourly.Arn>", "<Schedule/Daily.Arn>"]


@pytest.mark.parametrize(
    ("path", "visibility_timeout"),
    [("Ingress/Events", 108), ("Reconciler/Delayed", 108)],
)
def test_a_standard_queue_has_dead_letters(
    hub: Resources, path: str, visibility_timeout: int
) -> None:
    """Forty deliveries, each with six timeouts of the reader, then the dead-letter queue."""
    assert hub[f"{path}/Queue"]["Properties"] == {
        "VisibilityTimeout": visibility_timeout,
        "RedrivePolicy": {
            "deadLetterTargetArn": f"<{path}/DeadLetters.Arn>",
            "maxReceiveCount": 40,
        },
        "SqsManagedSseEnabled": True,
    }


@pytest.mark.parametrize(
    ("path", "visibility_timeout"),
    [("Reconciler/Requests", 720), ("Scanner/Requests", 1800)],
)
def test_scans_are_queued_one_after_another(
    hub: Resources, path: str, visibility_timeout: int
) -> None:
    """A FIFO queue orders by subject, runs subjects in parallel, never merges equal bodies."""
    assert hub[f"{path}/Queue"]["Properties"] == {
        "FifoQueue": True,
        "ContentBasedDeduplication": False,
        "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId",
        "VisibilityTimeout": visibility_timeout,
        "RedrivePolicy": {
            "deadLetterTargetArn": f"<{path}/DeadLetters.Arn>",
            "maxReceiveCount": 5,
        },
        "SqsManagedSseEnabled": True,
    }


# The reader of each queue that no other function could read instead.
READ_BY = {
    "Ingress/Events": "Ingress/Intake",
    "Reconciler/Delayed": "Ingress/Intake",
    "Reconciler/Requests": "Reconciler/Reconcile",
    "Scanner/Requests": "Scanner/Scan",
}
LONGEST_WAIT = 120


@pytest.mark.parametrize("queue", READ_BY)
def test_transient_errors_delay_no_message_by_more_than_two_minutes(
    hub: Resources, queue: str
) -> None:
    """It is visible again by then, or its reader may make it so: the timeout is for crashes."""
    waits = hub[f"{queue}/Queue"]["Properties"]["VisibilityTimeout"]
    (policy,) = hub[f"{READ_BY[queue]}/Role"]["Properties"]["Policies"]
    redelivered = [
        statement["Resource"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "sqs:ChangeMessageVisibility"
    ]

    assert waits < LONGEST_WAIT or redelivered == [f"<{queue}/Queue.Arn>"]
    # Lambda refuses to read a queue whose messages return while it still works on them.
    assert waits >= 6 * hub[f"{READ_BY[queue]}/Function"]["Properties"]["Timeout"]


@pytest.mark.parametrize("queue", ["Ingress/Events", "Reconciler/Delayed"])
def test_an_hour_of_errors_makes_no_dead_letter(hub: Resources, queue: str) -> None:
    """A message that intake cannot pass on stays in its queue."""
    properties = hub[f"{queue}/Queue"]["Properties"]
    deliveries = properties["RedrivePolicy"]["maxReceiveCount"]

    assert (deliveries - 1) * properties["VisibilityTimeout"] > 3600


# Two queues hold the requests of their own construct alone.
QUEUE_OF = {"Reconciler/Requests": "reconcile", "Scanner/Requests": "scan"}


def test_stories_are_played_with_the_same_numbers(hub: Resources) -> None:
    """A story waits as long as the deployed hub does, and loses no less."""
    deployed = {
        QUEUE_OF.get(path, path.rpartition("/")[2].lower()): (
            properties["VisibilityTimeout"],
            properties["RedrivePolicy"]["maxReceiveCount"],
        )
        for path in READ_BY
        for properties in [hub[f"{path}/Queue"]["Properties"]]
    }
    (stream,) = [
        resource["Properties"]["MaximumRecordAgeInSeconds"]
        for resource in hub.values()
        if "MaximumRecordAgeInSeconds" in resource["Properties"]
    ]

    assert deployed == QUEUES
    assert stream == STREAM_LONGEST
    assert {
        re.sub("(?<=[a-z])(?=[A-Z])", "_", path.rpartition("/")[2]).lower(): hub[
            f"{path}/Function"
        ]["Properties"]["Timeout"]
        for path in [*READ_BY.values(), "MappingStream/MappingStream"]
    } == TIME_OUT


def test_dead_letters_outlast_their_queue(hub: Resources) -> None:
    """Dead letters are kept fourteen days, encrypted; those of a FIFO queue in a FIFO queue."""
    kept = {"MessageRetentionPeriod": FOURTEEN_DAYS, "SqsManagedSseEnabled": True}
    found = {
        path: resource["Properties"]
        for path, resource in hub.items()
        if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" not in resource["Properties"]
    }

    assert found == {
        "Ingress/Events/DeadLetters": kept,
        "Ingress/Undelivered": kept,
        "MappingStream/DeadLetters": kept,
        "Reconciler/Delayed/DeadLetters": kept,
        "Reconciler/Requests/DeadLetters": {"FifoQueue": True, **kept},
        "Scanner/Requests/DeadLetters": {"FifoQueue": True, **kept},
    }


@pytest.mark.parametrize(
    ("path", "senders"),
    [
        ("Ingress/Events/Queue", {"TheEventRulesSend": EVENT_RULES}),
        ("Reconciler/Delayed/Queue", {"TheScheduleSends": SCHEDULE}),
        (
            "Ingress/Undelivered",
            {"TheEventRulesSend": EVENT_RULES, "TheScheduleSends": SCHEDULE},
        ),
    ],
)
def test_only_these_rules_may_send(
    hub: Resources, path: str, senders: dict[str, list[str]]
) -> None:
    """Where EventBridge delivers, the queue's policy admits these rules, and TLS alone."""
    assert hub[f"{path}/Policy"]["Properties"] == {
        "Queues": [f"<{path}>"],
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                tls_only(path),
                *(
                    {
                        "Sid": sid,
                        "Effect": "Allow",
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": f"<{path}.Arn>",
                        "Condition": {"ArnEquals": {"aws:SourceArn": rules}},
                    }
                    for sid, rules in senders.items()
                ),
            ],
        },
    }


@pytest.mark.parametrize(
    "path",
    [
        "Ingress/Events/DeadLetters",
        "MappingStream/DeadLetters",
        "Reconciler/Delayed/DeadLetters",
        "Reconciler/Requests/DeadLetters",
        "Reconciler/Requests/Queue",
        "Scanner/Requests/DeadLetters",
        "Scanner/Requests/Queue",
    ],
)
def test_inner_queues_allow_no_other_sender(hub: Resources, path: str) -> None:
    """No queue policy allows anything where only our own functions send."""
    policy = hub[f"{path}/Policy"]["Properties"]["PolicyDocument"]

    assert policy["Statement"] == [tls_only(path)]


def test_every_queue_is_covered_here(hub: Resources) -> None:
    """Every queue has a policy of one of the two kinds above."""
    queues = {path for path, resource in hub.items() if resource["Type"] == "AWS::SQS::Queue"}

    assert len(queues) == 10
    assert all(f"{path}/Policy" in hub for path in queues)


def tls_only(path: str) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sqs:*",
        "Resource": f"<{path}.Arn>",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
