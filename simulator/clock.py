"""Virtual time: the whole process reads it, sleeps return at once, and only calls advance it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import time_machine

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class VirtualClock:
    """Advances the virtual time of the process."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def now(self) -> float:
        """Return the virtual time, in seconds since the epoch."""
        return time.time()

    def forward(self, seconds: float) -> None:
        """Advance the time by some seconds."""
        if seconds > 0:
            self._traveller.shift(seconds)

    def forward_to(self, moment: float) -> None:
        """Advance the time to a moment; a moment in the past changes nothing."""
        self.forward(moment - self.now())


@contextmanager
def virtual_time(start: datetime = START) -> Iterator[VirtualClock]:
    """Stop real time in this process, and make every sleep advance the virtual time instead."""
    real_sleep = time.sleep
    with time_machine.travel(start, tick=False) as traveller:
        clock = VirtualClock(traveller)
        setattr(time, "sleep", clock.forward)  # noqa: B010 (an assignment that mypy forbids)
        try:
            yield clock
        finally:
            time.sleep = real_sleep
