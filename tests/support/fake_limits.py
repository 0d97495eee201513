"""Slots and holds in a dictionary, with the promise of the ledger's: no two take the last slot."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.removal_limit import HeldDisruption, LimitState, known_hold
from shared.model import Target, UserId


@dataclass
class FakeLimits:
    """What each target's item says; `between` is called after each read, before anything follows.

    `shown` are the holds that were remembered.
    """

    targets: dict[Target, LimitState] = field(default_factory=dict)
    between: Callable[[], None] = lambda: None
    shown: list[Hold] = field(default_factory=list)

    def of(self, target: Target) -> LimitState:
        """Return a target's slots and who is held there."""
        found = self.targets.get(target, LimitState())
        self.between()
        return found

    def take(
        self, target: Target, seen: LimitState, users: Iterable[UserId], now: datetime
    ) -> bool:
        """Take slots for all of the users; false where somebody else took some meanwhile."""
        there = self.targets.get(target, LimitState())
        if there.version != seen.version:
            return False
        hour = timedelta(hours=1)
        slots = {user: at for user, at in there.slots.items() if at > now - hour}
        slots |= dict.fromkeys(users, now)
        self.targets[target] = replace(there, slots=slots, version=there.version + 1)
        return True

    def hold(self, target: Target, disruptions: Iterable[HeldDisruption]) -> None:
        """Let cuts wait; what waits for the limit, or was approved, goes on as it is."""
        there = self.targets.get(target, LimitState())
        held = dict(there.held)
        for each in disruptions:
            if known_hold(each.disruption, there, each.since, alone=False) is None:
                held[each.disruption.user_id] = each
        self.targets[target] = replace(there, held=held)

    def release(self, target: Target, users: Iterable[UserId]) -> None:
        """Let the users' cuts wait no more."""
        there, over = self.targets.get(target, LimitState()), set(users)
        held = {user: each for user, each in there.held.items() if user not in over}
        self.targets[target] = replace(there, held=held)

    def remember(self, hold: Hold) -> None:
        """Keep whom a hold's digest stands for."""
        self.shown.append(hold)
