"""The adapters of the queues: message groups, deduplication ids and delays."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from hub.runtime.adapters.messaging import FifoQueue, ReceivedFrom, SqsDelayedQueue
from shared.errors import RefusedError, RetryableError
from shared.messages import deduplication_id, encode
from shared.model import UserId
from shared.requests import ReconcileRequest

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Stub = Callable[[Any], Stubber]
URL = "https://sqs.eu-west-1.amazonaws.com/111111111111/reconcile.fifo"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
REQUEST = ReconcileRequest(UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21"), AT, "an-event", AT)
SENT = {"MessageId": "1", "MD5OfMessageBody": "0" * 32}


def test_the_requests_of_one_user_come_in_order_and_once(sqs: "SQSClient", stub: Stub) -> None:
    """The message group is the user; the deduplication id is made from the event."""
    stub(sqs).add_response(
        "send_message",
        SENT,
        {
            "QueueUrl": URL,
            "MessageBody": encode(REQUEST),
            "MessageGroupId": REQUEST.user_id,
            "MessageDeduplicationId": deduplication_id(REQUEST),
        },
    )

    FifoQueue(sqs, URL).enqueue(REQUEST)


def test_a_requeued_scan_waits_in_the_queue(sqs: "SQSClient", stub: Stub) -> None:
    """No function sleeps: the message carries its delay."""
    request = REQUEST._replace(attempt=4)
    stub(sqs).add_response(
        "send_message", SENT, {"QueueUrl": URL, "MessageBody": encode(request), "DelaySeconds": 160}
    )

    SqsDelayedQueue(sqs, URL).enqueue_after(request, 160)


@pytest.mark.parametrize(
    ("code", "error"),
    [("RequestThrottled", RetryableError), ("AccessDenied", RefusedError)],
)
def test_a_request_that_cannot_be_queued_raises_an_error(
    sqs: "SQSClient", stub: Stub, code: str, error: type[Exception]
) -> None:
    """The error reaches the handler, which keeps the message."""
    stubbed = stub(sqs)
    stubbed.add_client_error("send_message", code)
    stubbed.add_client_error("send_message", code)

    with pytest.raises(error, match=code):
        FifoQueue(sqs, URL).enqueue(REQUEST)
    with pytest.raises(error, match=code):
        SqsDelayedQueue(sqs, URL).enqueue_after(REQUEST, 10)


def test_a_message_returns_after_the_delay_that_its_reader_sets(
    sqs: "SQSClient", stub: Stub
) -> None:
    """This is earlier than the visibility timeout of its queue, which is for crashes."""
    stub(sqs).add_response(
        "change_message_visibility",
        {},
        {"QueueUrl": URL, "ReceiptHandle": "receipt", "VisibilityTimeout": 60},
    )

    ReceivedFrom(sqs, URL).redeliver("receipt", 60)
