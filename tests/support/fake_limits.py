"""A fake of slots and holds in a dictionary; like the ledger, it never gives a slot twice."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.removal_limit import HeldDisruption, LimitState, known_hold
from shared.model import Target, UserId


@dataclass
class FakeLimits:
    """The limit state of each target; `between` is called after each read.

    `shown` are the holds that were remembered.
    """

    targets: dict[Target, LimitState] = field(default_factory=dict)
    between: Callable[[], None] = lambda: None
    shown: list[Hold] = field(default_factory=list)

    def of(self, target: Target) -> LimitState:
        """Return a target's slots and held users."""
        found = self.targets.get(target, LimitState())
        self.between()
        return found

    def take(
        self, target: Target, seen: LimitState, users: Iterable[UserId], now: datetime
    ) -> bool:
        """Reserve slots for all of the users; False if another worker reserved some meanwhile."""
        there = self.targets.get(target, LimitState())
        if there.version != seen.version:
            return False
        hour = timedelta(hours=1)
        slots = {user: at for user, at in there.slots.items() if at > now - hour}
        slots |= dict.fromkeys(users, now)
        self.targets[target] = replace(there, slots=slots, version=there.version + 1)
        return True

    def hold(self, target: Target, disruptions: Iterable[HeldDisruption]) -> None:
        """Hold disruptions; one that waits for the limit or is approved stays unchanged."""
        there = self.targets.get(target, LimitState())
        held = dict(there.held)
        for each in disruptions:
            if known_hold(each.disruption, there, each.since, alone=False) is None:
                held[each.disruption.user_id] = each
        self.targets[target] = replace(there, held=held)

    def release(self, target: Target, users: Iterable[UserId]) -> None:
        """Release the users' held disruptions."""
        there, over = self.targets.get(target, LimitState()), set(users)
        held = {user: each for user, each in there.held.items() if user not in over}
        self.targets[target] = replace(there, held=held)

    def remember(self, hold: Hold) -> None:
        """Store the users that a hold's digest stands for."""
        self.shown.append(hold)
