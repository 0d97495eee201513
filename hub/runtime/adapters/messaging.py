"""Sends requests to the hub's queues, and profile events to its event bus."""

import json
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.profile_events import ProfileEvent
from shared.errors import RetryableError
from shared.messages import deduplication_id, encode, message_group
from shared.requests import Request
from shared.storage import BUS_SOURCE
from shared.visible import shortened

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

# Sources: the SQS API: messages in one batch; the EventBridge API: entries in one PutEvents.
_BATCH: Final = 10
# Characters of a text that may grow with the names of groups, and of a list of spaces: ten events
# of four bytes a character fit one call. Source: the EventBridge API: the entries of one PutEvents
# have at most 256 KB together.
_LONGEST, _LONGEST_LIST = 1_000, 4_000


class FifoQueue:
    """Implements the ports ReconcileQueue and ScanQueue: each user, group or target in order."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def enqueue(self, *requests: Request) -> None:
        messages: list[Any] = [
            {
                "MessageBody": encode(request),
                "MessageGroupId": message_group(request),
                "MessageDeduplicationId": deduplication_id(request),
            }
            for request in requests
        ]
        if len(messages) == 1:
            with translated():
                self._client.send_message(QueueUrl=self._url, **messages[0])
            return
        waiting = iter(messages)
        while batch := list(islice(waiting, _BATCH)):
            entries: list[Any] = [{"Id": str(number), **each} for number, each in enumerate(batch)]
            with translated():
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if answer.get("Failed"):
                failed = answer["Failed"][0]
                raise RetryableError(f"SQS did not take a message: {failed.get('Code')}")


class ReceivedFrom:
    """Implements the port Redelivery: the queue that a function reads."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def redeliver(self, receipt: str, seconds: int) -> None:
        with translated():
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )


class SqsDelayedQueue:
    """Implements the port DelayedQueue."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def enqueue_after(self, request: Request, seconds: int) -> None:
        with translated():
            self._client.send_message(
                QueueUrl=self._url, MessageBody=encode(request), DelaySeconds=seconds
            )


class EventBus:
    """Implements the port Bus."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, profile_events: Iterable[ProfileEvent]) -> None:
        entries: list[Any] = [
            {
                "EventBusName": self._name,
                "Source": BUS_SOURCE,
                "DetailType": event.what,
                "Time": event.at,
                "Detail": json.dumps(
                    {
                        "userId": event.user_id,
                        "userName": event.user_name,
                        "target": str(event.target),
                        "account": event.target.account,
                        "profileName": event.profile_name,
                        "executionRoleArn": event.role_arn,
                        "oldExecutionRoleArn": event.old_role_arn,
                        "because": shortened(event.because, _LONGEST),
                        "reason": shortened(event.reason, _LONGEST),
                        "causedBy": event.event_id,
                        "homeEfsUid": event.efs_uid,
                        "privateSpaces": shortened(", ".join(event.spaces), _LONGEST_LIST),
                    },
                    ensure_ascii=False,
                ),
            }
            for event in profile_events
        ]
        waiting = iter(entries)
        while batch := list(islice(waiting, _BATCH)):
            with translated():
                answer = self._client.put_events(Entries=batch)
            if answer.get("FailedEntryCount"):
                codes = {each.get("ErrorCode", "") for each in answer["Entries"]} - {""}
                raise RetryableError(f"EventBridge did not take an event: {', '.join(codes)}")
