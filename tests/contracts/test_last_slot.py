"""Two workers race for the last slot, a hundred times: never one removal too many."""

from collections.abc import Callable
from threading import Barrier, Lock, Thread
from typing import TYPE_CHECKING, Any, cast

import pytest
from builders import NOON, disruption, user
from fakes import FakeLedger

from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.decisions.removal_limit import LimitState, RemovalLimit
from hub.runtime.guard import Guard
from shared.errors import RetryableError
from shared.model import Target
from simulator.setup import LEDGER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIVE = RemovalLimit(5, 0)
ROUNDS = [Target.parse(f"222222222222/eu-west-1/d-round{n:03d}") for n in range(100)]


class Serialized:
    """A client whose calls run one after another, as DynamoDB runs those on one item."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client, self._lock = client, Lock()

    def put_item(self, **given: Any) -> Any:  # noqa: ANN401 (as the client has it)
        """Write an item, on its condition."""
        with self._lock:
            return self._client.put_item(**given)

    def get_paginator(self, operation: Any) -> "Serialized":  # noqa: ANN401 (one of many names)
        """Return a paginator of a query."""
        assert operation == "query"
        return self

    def paginate(self, **given: Any) -> list[Any]:  # noqa: ANN401 (as the client has it)
        """Return the pages of a query."""
        with self._lock:
            return list(self._client.get_paginator("query").paginate(**given))


class Overtaken(DynamoLimits):
    """A worker between whose read and write other workers write."""

    overtake: Callable[[], object] = staticmethod(lambda: None)

    def state(self, target: Target) -> LimitState:
        """Return a target's slots as they were before the others wrote."""
        seen = super().state(target)
        self.overtake()
        return seen


def ask(limits: DynamoLimits, target: Target, *numbers: int) -> bool:
    """Request removals as a worker does; a worker that always loses begins nothing."""
    try:
        disruptions = [disruption(n) for n in numbers]
        guard = Guard(FIVE, limits, FakeLedger())
        return not guard.reserve(target, disruptions, NOON).refused
    except RetryableError:
        return False


def taken(limits: DynamoLimits, target: Target, number: int) -> None:
    """Take so many slots before the race."""
    limits.take({target: limits.state(target)}, map(user, range(number)), NOON)


@pytest.mark.parametrize(
    ("before", "mine", "theirs"),
    [
        # The last slot for one of two.
        (4, [10], [[20]]),
        # Two slots; each worker needs both.
        (3, [10, 11], [[20, 21]]),
        # All of mine or none, after one of them is gone.
        (2, [10, 11, 12], [[20]]),
        # The worker loses again and again.
        (2, [10], [[20], [21], [22]]),
        # The first slot of all, where no item exists.
        (0, [10, 11, 12], [[20, 21, 22]]),
    ],
)
def test_the_loser_of_a_race_gets_what_is_left_or_nothing(
    ledger_table: "DynamoDBClient", before: int, mine: list[int], theirs: list[list[int]]
) -> None:
    """The other write comes between read and write: the condition fails, and all is decided anew.

    Law 7, for every interleaving in which both read before either writes.
    """
    others = DynamoLimits(ledger_table, LEDGER)
    worker = Overtaken(ledger_table, LEDGER)
    target = ROUNDS[0]
    taken(others, target, before)
    waiting = list(theirs)
    worker.overtake = lambda: waiting and ask(others, target, *waiting.pop(0))

    begins = ask(worker, target, *mine)

    there = others.state(target)
    in_time = {user(n) for wish in theirs for n in wish} & set(there.slots)
    assert in_time
    assert len(there.slots) <= 5
    assert begins is (before + len(in_time) + len(mine) <= 5)
    for number in mine:
        assert (user(number) in there.slots) is begins
        assert (user(number) in there.held) is not begins


def test_two_workers_never_both_take_the_last_slot(ledger_table: "DynamoDBClient") -> None:
    """A hundred times: one of them begins and the other awaits an operator's approval."""
    client = cast("DynamoDBClient", Serialized(ledger_table))
    workers, barrier, started = (10, 20), Barrier(2), dict[tuple[Target, int], bool]()

    def work(number: int) -> None:
        limits = DynamoLimits(client, LEDGER)
        for target in ROUNDS:
            barrier.wait()
            started[target, number] = ask(limits, target, number)

    reader = DynamoLimits(ledger_table, LEDGER)
    for target in ROUNDS:
        taken(reader, target, 4)
    threads = [Thread(target=work, args=[number]) for number in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for target in ROUNDS:
        there = reader.state(target)
        winners = {user(n) for n in workers if started[target, n]}
        assert len(there.slots) == 5
        assert len(winners) == 1
        assert winners <= there.slots.keys()
        assert there.held.keys() == {user(n) for n in workers} - winners


def test_many_workers_take_exactly_the_free_slots(ledger_table: "DynamoDBClient") -> None:
    """Twelve workers request five slots at once. A worker that always loses requeues."""
    client = cast("DynamoDBClient", Serialized(ledger_table))
    started: list[int] = []

    def work(number: int) -> None:
        if ask(DynamoLimits(client, LEDGER), ROUNDS[0], number):
            started.append(number)

    threads = [Thread(target=work, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    there = DynamoLimits(ledger_table, LEDGER).state(ROUNDS[0])
    assert {user(n) for n in started} == set(there.slots)
    assert len(started) <= 5
