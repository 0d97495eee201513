"""Queues whom a look found, and counts what no event had told."""

from collections import Counter
from collections.abc import Iterable

from hub.runtime import telemetry
from hub.runtime.looks.world import LookWorld
from shared.differences import Difference, is_news
from shared.hints import LookHint, UserHint
from shared.wire import deduplication_id


def queue(found: Iterable[Difference], hint: LookHint, world: LookWorld) -> int:
    """Queue a look at everybody found, each once, and return how many they are."""
    # One with doubt, where there is one, has the profile observed.
    by_user = {each.user_id: each for each in sorted(found, key=lambda each: each.doubt)}
    now = world.clock.now()
    # Two looks of a round may find one person for different reasons: neither hides the other.
    found_by = deduplication_id(hint)
    doubt = hint.key if any(difference.doubt for difference in by_user.values()) else ""
    hints = [
        UserHint(
            user_id,
            now,
            hint.event_id,
            hint.event_at,
            doubt=doubt if difference.doubt else "",
            found_by=found_by,
        )
        for user_id, difference in sorted(by_user.items())
    ]
    if hints:
        world.users.look_at(*hints)
    kinds = Counter(difference.finding for difference in by_user.values())
    for kind, count in sorted(kinds.items()):
        announced = hint.announced or not is_news(kind, world.mode)
        telemetry.found(kind, count, hint.subject, hint.key, announced=announced)
    return len(hints)
