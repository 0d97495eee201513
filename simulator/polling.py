"""Does what Lambda's pollers do with SQS queues, directly on moto's model.

Nothing observes these requests. Signed, sent and parsed, they would cost as much as the hub's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.sqs.models import Message, SQSBackend, sqs_backends

# The attributes that moto gives with a message, by moto's names.
_ATTRIBUTES = {
    "SenderId": "sender_id",
    "SentTimestamp": "sent_timestamp",
    "ApproximateReceiveCount": "approximate_receive_count",
    "ApproximateFirstReceiveTimestamp": "approximate_first_receive_timestamp",
    "MessageDeduplicationId": "deduplication_id",
    "MessageGroupId": "group_id",
    "SequenceNumber": "sequence_number",
}


@dataclass(frozen=True, slots=True)
class Queue:
    """An SQS queue of the hub account."""

    name: str
    url: str
    arn: str
    fifo: bool = False


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls the queues of one account and Region."""

    account: str
    region: str

    def due_times(self, queue: Queue) -> Iterator[float]:
        """Yield when each message of a queue is due, in epoch milliseconds.

        In a FIFO queue a message waits for earlier messages of its group.
        """
        groups: set[str | None] = set()
        for message in self._backend.queues[queue.name]._messages:  # noqa: SLF001 -- moto tells nobody when a message is due
            if not queue.fifo or message.group_id not in groups:
                yield max(message.visible_at, message.delayed_until)
            groups.add(message.group_id)

    def receive(self, queue: Queue, most: int) -> list[dict[str, Any]]:
        """Return messages as records of an event; starts their visibility time-out."""
        time = int(self._backend.get_queue(queue.name).attributes["VisibilityTimeout"])
        found = self._backend.receive_message(queue.name, most, 0, time)
        return [self._record(queue, message) for message in found]

    def delete(self, queue: Queue, record: dict[str, Any]) -> None:
        """Delete a received message."""
        self._backend.delete_message(queue.name, record["receiptHandle"])

    def _record(self, queue: Queue, message: Message) -> dict[str, Any]:
        values = ((name, getattr(message, ours)) for name, ours in _ATTRIBUTES.items())
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": {name: str(value) for name, value in values if value is not None},
            "messageAttributes": {},
            "md5OfBody": message.body_md5,
            "eventSource": "aws:sqs",
            "eventSourceARN": queue.arn,
            "awsRegion": self.region,
        }

    @property
    def _backend(self) -> SQSBackend:
        return sqs_backends[self.account][self.region]
