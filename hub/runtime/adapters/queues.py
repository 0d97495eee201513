"""The queues in which hints wait."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from hub.runtime.adapters.aws import translated
from shared.errors import RetryableError
from shared.messages import deduplication_id, encode, message_group
from shared.requests import ReconcileRequest, Request, ScanRequest

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Source: the SQS API: messages in one batch.
_BATCH = 10


class FifoQueue:
    """A queue that keeps the order of each user, group or target."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def _send(self, requests: Sequence[Request]) -> None:
        """Queue hints; RetryableError when SQS did not take all of them."""
        if len(requests) == 1:
            with translated():
                self._client.send_message(QueueUrl=self._url, **_message(requests[0]))
            return
        waiting = iter(requests)
        while batch := list(islice(waiting, _BATCH)):
            transitions: list[Any] = [
                {"Id": str(number), **_message(request)} for number, request in enumerate(batch)
            ]
            with translated():
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=transitions)
            if answer.get("Failed"):
                failed = answer["Failed"][0]
                raise RetryableError(f"SQS did not take a message: {failed.get('Code')}")


class SqsReconcileQueue(FifoQueue):
    """Implements the port ReconcileQueue: looks at users that are due now, one user's in order."""

    def enqueue(self, *requests: ReconcileRequest) -> None:
        """Queue looks at users."""
        self._send(requests)


class SqsScanQueue(FifoQueue):
    """Implements the port ScanQueue: looks through groups and targets that are due now."""

    def enqueue(self, *requests: ScanRequest) -> None:
        """Queue looks through groups and targets."""
        self._send(requests)


class ReceivedFrom:
    """Implements the port Redelivery: the queue that a function reads."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def redeliver(self, receipt: str, seconds: int) -> None:
        """Have a message that was received come again after some seconds."""
        with translated():
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )


class SqsDelayedQueue:
    """Implements the port DelayedQueue: looks that are due after a while."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def enqueue_after(self, request: Request, seconds: int) -> None:
        """Queue a look after some seconds (at most 900)."""
        with translated():
            self._client.send_message(
                QueueUrl=self._url, MessageBody=encode(request), DelaySeconds=seconds
            )


def _message(request: Request) -> dict[str, Any]:
    return {
        "MessageBody": encode(request),
        "MessageGroupId": message_group(request),
        "MessageDeduplicationId": deduplication_id(request),
    }
