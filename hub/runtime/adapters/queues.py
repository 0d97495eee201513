"""Sends requests to the queues."""

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
        """Queue requests; RetryableError if SQS did not accept all of them."""
        if len(requests) == 1:
            with translated():
                self._client.send_message(QueueUrl=self._url, **_message(requests[0]))
            return
        waiting = iter(requests)
        while batch := list(islice(waiting, _BATCH)):
            entries: list[Any] = [
                {"Id": str(number), **_message(request)} for number, request in enumerate(batch)
            ]
            with translated():
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if answer.get("Failed"):
                failed = answer["Failed"][0]
                raise RetryableError(f"SQS did not take a message: {failed.get('Code')}")


class SqsReconcileQueue(FifoQueue):
    """Implements the port ReconcileQueue: requests that are due now, in order for each user."""

    def enqueue(self, *requests: ReconcileRequest) -> None:
        """Queue reconcile requests."""
        self._send(requests)


class SqsScanQueue(FifoQueue):
    """Implements the port ScanQueue: scans that are due now."""

    def enqueue(self, *requests: ScanRequest) -> None:
        """Queue scan requests."""
        self._send(requests)


class ReceivedFrom:
    """Implements the port Redelivery: the queue that a function reads."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def redeliver(self, receipt: str, seconds: int) -> None:
        """Redeliver a received message after some seconds."""
        with translated():
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )


class SqsDelayedQueue:
    """Implements the port DelayedQueue: requests that are due after some time."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def enqueue_after(self, request: Request, seconds: int) -> None:
        """Queue a request to be due after some seconds (at most 900)."""
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
