"""A table's stream as Lambda reads it: in order, retried after a failure, but not for ever.

Source of the semantics: the Lambda developer guide on DynamoDB event sources (partial batch
responses by sequence number, retries, destinations of failed batches) and the DynamoDB one on
streams (a write that changes nothing leaves no record).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moto.dynamodb.models import dynamodb_backends

Invoke = Callable[[dict[str, Any]], Any]

# Seconds between two attempts of a failed batch.
_BACK_OFF = 10.0


@dataclass(slots=True)
class StreamSource:
    """Reads a table's stream for a function; `dropped` counts batches given up.

    A batch is given up when it has failed for `longest` seconds.
    """

    table: str
    function: Any
    batch_size: int
    longest: float
    dropped: int = 0
    not_before: float = 0.0
    _position: int = field(default=0, init=False)
    _failing_since: float | None = field(default=None, init=False)

    def skip(self, account: str, region: str) -> None:
        """Skip everything that was written up to now."""
        self._position = len(self._records(account, region))

    def is_waiting(self, account: str, region: str) -> bool:
        """Return whether there is something to deliver."""
        return self._position < len(self._records(account, region))

    def poll(self, account: str, region: str, now: float, invoke: Invoke) -> bool:
        """Deliver the next batch that is due; return whether there was one.

        `invoke` returns the function's response, or None if it crashed.
        """
        records = self._records(account, region)
        if self._position >= len(records) or now < self.not_before:
            return False
        batch = records[self._position : self._position + self.batch_size]
        plain = [record.to_json() for record in batch]
        changed = [
            r for r in plain if r["dynamodb"].get("OldImage") != r["dynamodb"].get("NewImage")
        ]
        done = len(batch) if not changed else self._done(plain, invoke({"Records": changed}))
        self._position += done
        if done == len(batch):
            self._failing_since = None
            return True
        if done or self._failing_since is None:
            self._failing_since = now
        if now - self._failing_since >= self.longest:
            self.dropped += 1
            self._failing_since = None
            self._position += len(batch) - done
        else:
            self.not_before = now + _BACK_OFF
        return True

    @staticmethod
    def _done(batch: list[dict[str, Any]], answer: Any) -> int:  # noqa: ANN401 (whatever came back)
        """Return how many records of a batch are done: those before the first failure."""
        if answer is None:
            return 0
        failed = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", ())}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        return next((i for i, number in enumerate(numbers) if number in failed), len(batch))

    def _records(self, account: str, region: str) -> list[Any]:
        shard = dynamodb_backends[account][region].tables[self.table].stream_shard
        return shard.items if shard is not None else []
