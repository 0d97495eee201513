"""FIFO queues that remember: moto forgets a deduplication id with its message, SQS does not.

Source: the SQS developer guide on MessageDeduplicationId: within five minutes a message of an id
that was sent before is accepted and not delivered, also when the first one is handled already.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import time

from moto.sqs.models import Message, Queue

_REMEMBERED = 300.0


@contextmanager
def remembering() -> Iterator[None]:
    """Let every FIFO queue remember, inside `mock_aws`."""
    sent: dict[tuple[str, str, str], float] = {}
    add = Queue.add_message

    def add_once(queue: Queue, message: Message) -> None:
        if not queue.fifo_queue:
            add(queue, message)
            return
        # The hub's queue deduplicates within the message group.
        key = (queue.queue_arn, message.group_id or "", message.deduplication_id or "")
        if time() - sent.get(key, -_REMEMBERED) >= _REMEMBERED:
            sent[key] = time()
            add(queue, message)

    setattr(Queue, "add_message", add_once)  # noqa: B010 (an assignment that mypy forbids)
    try:
        yield
    finally:
        setattr(Queue, "add_message", add)  # noqa: B010 (as above)
