"""Makes moto's FIFO queues deduplicate as SQS does, even after a message was deleted.

Source: the SQS developer guide on MessageDeduplicationId. For five minutes, a message with an id
that was sent before is accepted and not delivered, even if the first one was handled already.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import time

from moto.sqs.models import Message, Queue

_REMEMBERED = 300.0
# A queue's attribute for when each id was sent last, with its group.
_SENT = "sent_by_id"


@contextmanager
def remembering() -> Iterator[None]:
    """Make every FIFO queue remember deduplication ids, inside `mock_aws`."""
    add = Queue.add_message

    def add_once(queue: Queue, message: Message) -> None:
        if not queue.fifo_queue:
            add(queue, message)
            return
        # The hub's queues deduplicate within the message group.
        key = message.group_id or "", message.deduplication_id or ""
        sent: dict[tuple[str, str], float] = vars(queue).setdefault(_SENT, {})
        if time() - sent.get(key, -_REMEMBERED) >= _REMEMBERED:
            sent[key] = time()
            add(queue, message)

    setattr(Queue, "add_message", add_once)  # noqa: B010 (an assignment that mypy forbids)
    try:
        yield
    finally:
        setattr(Queue, "add_message", add)  # noqa: B010 (as above)
