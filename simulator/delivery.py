"""EventBridge on a bad day: events that are lost, that come twice, and that overtake each other."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from simulator.directory_events import Event


@dataclass(slots=True)
class Delivery:
    """Brings events to the hub: all of them at once and in order, until told otherwise."""

    deliver: Callable[[Event], object]
    _to_lose: int = field(default=0, init=False)
    _to_repeat: int = field(default=0, init=False)
    _dice: random.Random | None = field(default=None, init=False)
    _held: list[Event] = field(default_factory=list, init=False)

    def lose(self, events: int) -> None:
        """Let so many of the next events never arrive."""
        self._to_lose += events

    def duplicate(self, events: int) -> None:
        """Let so many of the next events that arrive come twice."""
        self._to_repeat += events

    def shuffle(self, seed: int) -> None:
        """Hold back what comes next, until `arrive` brings it in an order that the seed gives."""
        self._dice = random.Random(seed)  # noqa: S311 (a shuffle that can be repeated)

    def send(self, events: Iterable[Event]) -> None:
        """Bring events to the hub, or hold them back."""
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
        """Bring what was held back; what comes afterwards is in order again."""
        if self._dice is None:
            return
        self._dice.shuffle(self._held)
        for event in self._held:
            self.deliver(event)
        self._held.clear()
        self._dice = None
