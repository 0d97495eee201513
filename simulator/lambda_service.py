"""Simulates Lambda for the hub: functions with their own environment, and queue pollers.

Source of the semantics: the Lambda developer guide on SQS event sources (batches, partial batch
responses, visibility time-outs) and the SQS one (receive counts, dead letters, message groups).
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from uuid import uuid4

from simulator.clock import VirtualClock
from simulator.errors import SimulatorError
from simulator.polling import Poller, Queue
from simulator.streams import StreamSource

# A number of deliveries; the busiest known scenario needs a fifth of it.
_ENDLESS = 500_000
# What passes before an invocation begins, in seconds: what it reads is newer than its request.
_START = 0.001

Handler = Callable[[dict[str, Any], Any], Any]


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function: its handler, and its own environment variables."""

    name: str
    handler: Handler
    environment: Mapping[str, str]
    timeout: int


@dataclass(frozen=True, slots=True)
class EventSource:
    """Polls a queue for a function; `partial` means that it reports batch item failures."""

    queue: Queue
    function: Function
    batch_size: int
    partial: bool


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The context that a handler gets with its invocation."""

    function_name: str
    aws_request_id: str
    invoked_function_arn: str
    ends_at: float
    clock: VirtualClock
    memory_limit_in_mb: int = 512

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the function may still run, in milliseconds."""
        return max(0, int((self.ends_at - self.clock.now()) * 1000))


@dataclass(slots=True)
class LambdaService:
    """Runs functions over their queues, one invocation at a time.

    `log` holds every line that a function wrote, parsed. `crashes` counts invocations that crashed.
    `longest` is the longest invocation, in virtual seconds.
    """

    clock: VirtualClock
    sqs: Any
    account: str
    region: str
    sources: list[EventSource] = field(default_factory=list)
    streams: list[StreamSource] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    crashes: int = 0
    longest: float = 0.0
    _poller: Poller = field(init=False)

    def __post_init__(self) -> None:
        """Create the poller for the queues of the account and Region."""
        self._poller = Poller(self.account, self.region)

    def drain(self) -> None:
        """Deliver everything that is due now, and everything that follows from it.

        Raises:
            SimulatorError: deliveries do not end, so some message causes itself again.
        """
        for _ in range(_ENDLESS):
            if not (
                any(map(self._poll, self.sources)) or any(map(self._poll_stream, self.streams))
            ):
                return
        raise SimulatorError(f"more than {_ENDLESS} deliveries without a pause")

    def next_due(self) -> float | None:
        """Return when the next waiting message is due, in epoch seconds."""
        now = self.clock.now() * 1000
        due = [time for source in self.sources for time in self._poller.due_times(source.queue)]
        due += [
            stream.not_before * 1000
            for stream in self.streams
            if stream.is_waiting(self.account, self.region)
        ]
        # A message is visible only after its time-out has passed, not in the same millisecond.
        return (max(min(due), now) + 1) / 1000 if due else None

    def invoke(self, function: Function, event: dict[str, Any]) -> Any:  # noqa: ANN401 -- whatever the handler returns
        """Return what the function returns for an event; its output goes to the log."""
        self.clock.forward(_START)
        context = LambdaContext(
            function.name,
            str(uuid4()),
            f"arn:aws:lambda:{self.region}:{self.account}:function:{function.name}",
            self.clock.now() + function.timeout,
            self.clock,
        )
        output, began = StringIO(), self.clock.now()
        try:
            with _environment(function.environment), redirect_stdout(output):
                return function.handler(event, context)
        finally:
            self.log += _parsed(output.getvalue())
            self.longest = max(self.longest, self.clock.now() - began)

    def _poll(self, source: EventSource) -> bool:
        # This check is cheap, and most polls would find nothing.
        now = self.clock.now() * 1000
        if not any(due <= now for due in self._poller.due_times(source.queue)):
            return False
        # One message at a time from a FIFO queue: with more, moto would block the group for ever.
        most = 1 if source.queue.fifo else source.batch_size
        records = self._poller.receive(source.queue, most)
        if not records:
            return False
        failed = self._deliver(source, records)
        for record in records:
            if record["messageId"] not in failed:
                self._poller.delete(source.queue, record)
        return True

    def _poll_stream(self, stream: StreamSource) -> bool:
        def invoke(event: dict[str, Any]) -> Any:  # noqa: ANN401 -- whatever the handler returns
            return self._survive(stream.function, event)

        return stream.poll(self.account, self.region, self.clock.now(), invoke)

    def _deliver(self, source: EventSource, records: list[dict[str, Any]]) -> set[str]:
        """Return the ids of the messages that the function failed to handle."""
        everything = {record["messageId"] for record in records}
        answer = self._survive(source.function, {"Records": records})
        if answer is None:
            return everything
        failures = answer.get("batchItemFailures", []) if source.partial else []
        return {failure["itemIdentifier"] for failure in failures}

    def _survive(self, function: Function, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return a function's response, `{}` for an empty one; None if it crashed."""
        try:
            answer = self.invoke(function, event)
        except Crash:
            self.crashes += 1
            return None
        except Exception as error:  # noqa: BLE001 -- a function may die of anything; Lambda goes on
            self.crashes += 1
            self.log.append({"level": "ERROR", "message": "CRASH", "error": repr(error)})
            return None
        return dict(answer or {})


class Crash(BaseException):
    """The execution environment crashes: no handler can catch it, like a power failure."""


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Add variables to the environment that Python shows; setting each in the process is slow."""
    shown: Any = os.environ
    before = shown._data  # noqa: SLF001 (there is no other way in)
    added = {os.fsencode(name): os.fsencode(value) for name, value in variables.items()}
    shown._data = before | added  # noqa: SLF001 (as above)
    try:
        yield
    finally:
        shown._data = before  # noqa: SLF001 (as above)


def _parsed(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            entry = {"message": line}
        if isinstance(entry, dict):
            yield entry
