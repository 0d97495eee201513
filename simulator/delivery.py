"""Simulates EventBridge delivery failures: events lost, duplicated, or out of order."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from simulator.directory_events import Event


@dataclass(slots=True)
class Delivery:
    """Delivers events to the hub: all at once and in order, unless configured otherwise."""

    deliver: Callable[[Event], object]
    _to_lose: int = field(default=0, init=False)
    _to_repeat: int = field(default=0, init=False)
    _dice: random.Random | None = field(default=None, init=False)
    _held: list[Event] = field(default_factory=list, init=False)

    def lose(self, events: int) -> None:
        """Drop the next `events` events."""
        self._to_lose += events

    def duplicate(self, events: int) -> None:
        """Deliver the next `events` events twice."""
        self._to_repeat += events

    def shuffle(self, seed: int) -> None:
        """Hold back events until `arrive` delivers them in an order given by the seed."""
        self._dice = random.Random(seed)  # noqa: S311 (a shuffle that can be repeated)

    def send(self, events: Iterable[Event]) -> None:
        """Deliver events to the hub, or hold them back."""
        for event in events:
            if self._to_lose:
                self._to_lose -= 1
                continue
            group_snapshots = 2 if self._to_repeat else 1
            self._to_repeat -= group_snapshots - 1
            if self._dice is None:
                for _ in range(group_snapshots):
                    self.deliver(event)
            else:
                self._held += [event] * group_snapshots

    def arrive(self) -> None:
        """Deliver the events that were held back; later events are in order again."""
        if self._dice is None:
            return
        self._dice.shuffle(self._held)
        for event in self._held:
            self.deliver(event)
        self._held.clear()
        self._dice = None
