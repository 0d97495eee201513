"""A fake of slots and holds in a dictionary; like the ledger, it never gives a slot twice."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.removal_limit import HeldDisruption, LimitState
from shared.model import Target, UserId

_HOUR = timedelta(hours=1)


@dataclass
class FakeLimits:
    """The limit state of each target; `between` is called after each read.

    `shown` are the holds that were remembered, `taken` the targets of each write of slots.
    """

    targets: dict[Target, LimitState] = field(default_factory=dict)
    between: Callable[[], None] = lambda: None
    shown: list[Hold] = field(default_factory=list)
    taken: list[set[Target]] = field(default_factory=list)

    def state(self, target: Target) -> LimitState:
        """Return a target's slots and held users."""
        found = self.targets.get(target, LimitState())
        self.between()
        return found

    def take(
        self, seen: Mapping[Target, LimitState], users: Iterable[UserId], now: datetime
    ) -> bool:
        """Reserve slots for all of the users; False if another worker reserved some meanwhile."""
        there = {target: self.targets.get(target, LimitState()) for target in seen}
        if any(there[target].version != at.version for target, at in seen.items()):
            return False
        new = dict.fromkeys(users, now)
        self.taken.append({*seen})
        for target, at in there.items():
            slots = {user: since for user, since in at.slots.items() if since > now - _HOUR} | new
            self.targets[target] = at._replace(slots=slots, version=at.version + 1)
        return True

    def hold(self, target: Target, disruptions: Iterable[HeldDisruption]) -> None:
        """Hold disruptions; one that waits for the limit or is approved stays unchanged."""
        there = self.targets.get(target, LimitState())
        held = dict(there.held)
        for each in disruptions:
            before = held.get(each.disruption.user_id)
            if before is None or not _stays(before, each):
                held[each.disruption.user_id] = each
        self.targets[target] = there._replace(held=held)

    def note_over(self, target: Target, seen: HeldDisruption, *, is_over: bool) -> None:
        """Note whether the cause of a held disruption is over, unless it was decided meanwhile."""
        there = self.targets.get(target, LimitState())
        if there.held.get(seen.disruption.user_id) == seen:
            held = {**there.held, seen.disruption.user_id: seen._replace(is_over=is_over)}
            self.targets[target] = there._replace(held=held)

    def release(self, target: Target, users: Iterable[UserId]) -> None:
        """Release the users' held disruptions."""
        there, over = self.targets.get(target, LimitState()), set(users)
        held = {user: each for user, each in there.held.items() if user not in over}
        self.targets[target] = there._replace(held=held)

    def remember(self, hold: Hold) -> None:
        """Store the users that a hold's digest stands for."""
        self.shown.append(hold)


def _stays(before: HeldDisruption, each: HeldDisruption) -> bool:
    """Return whether a hold is kept; one of another kind, or of a cause that is over, is not."""
    if before.disruption.kind is not each.disruption.kind:
        return False
    return before.is_approved(each.since) or before.disruption.cause in ("", each.disruption.cause)
