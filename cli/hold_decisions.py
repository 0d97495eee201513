"""An operator's word on a hold: it counts for exactly the set that its digest names."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from cli.held_items import holds
from cli.hub_client import Desk, now
from hub.runtime.decisions.holds import APPROVED_FOR, Hold
from hub.runtime.decisions.removal_limit import REJECTED, HeldCut
from shared.model import Target, UserId


@dataclass(frozen=True, slots=True)
class Changed:
    """How a hold differs from what a digest stood for; `now` is None where nothing waits any more.

    Names are user names, or ids of people whom nobody knows any more. Of those whom the digest
    stood for, `decided` had a word meanwhile, and `left` wait no more for another reason. `word` is
    the one that counts for all of them who are still held; empty where none does.
    """

    digest: str
    target: Target
    cause: str
    now: Hold | None
    joined: tuple[str, ...]
    left: tuple[str, ...]
    decided: tuple[str, ...]
    word: Literal["approved", "rejected", ""] = ""


def find(desk: Desk, digest: str) -> Hold | None:
    """Return the hold that has this digest now, be it open or rejected."""
    return next((h for h in holds(desk, now(), rejected=True) if h.digest == digest), None)


def approve(desk: Desk, hold: Hold) -> Changed | None:
    """Let the cuts of a hold begin, and look at each person; return how it changed meanwhile."""
    until = now() + APPROVED_FOR
    return _decide(desk, hold, lambda cut: replace(cut, approved_until=until))


def reject(desk: Desk, hold: Hold) -> Changed | None:
    """Let the people of a hold keep what they have; return how it changed meanwhile."""
    return _decide(desk, hold, lambda cut: replace(cut, cause=REJECTED, approved_until=None))


def changed(desk: Desk, digest: str) -> Changed | None:
    """Return what became of a digest that no hold has now; None where nobody knows it."""
    remembered = desk.limits.remembered(digest)
    if remembered is None:
        return None
    target, cause, users = remembered
    at = now()
    held = desk.limits.of(target).held
    hold = next(
        (h for h in holds(desk, at, rejected=True) if (h.target, h.cause) == (target, cause)), None
    )
    there = hold.users if hold else frozenset[UserId]()
    words = {user for user, each in held.items() if each.is_approved(at) or each.cause == REJECTED}

    def names(of: Iterable[UserId]) -> tuple[str, ...]:
        return tuple(sorted(_name(desk, target, user) for user in of))

    return Changed(
        digest,
        target,
        cause,
        hold,
        joined=names(there - users),
        left=names(users - there - words),
        decided=names((users - there) & words),
        word=_word((held[user] for user in users & held.keys()), at),
    )


def _word(cuts: Iterable[HeldCut], at: datetime) -> Literal["approved", "rejected", ""]:
    said = {"approved" if cut.is_approved(at) else cut.cause for cut in cuts}
    if said == {"approved"}:
        return "approved"
    return "rejected" if said == {REJECTED} else ""


def _decide(desk: Desk, hold: Hold, word: Callable[[HeldCut], HeldCut]) -> Changed | None:
    """Write the word over each cut that still is as it was when the hold was read.

    The first that is not ends it: the set is another one, so whoever is left keeps waiting. What
    was written by then stays: the word was given for it, and it may have begun. A repeated command
    then names the rest, by its own digest.
    """
    desk.limits.remember(hold)
    decided: list[UserId] = []
    for cut in hold.cuts:
        if not desk.limits.decide(hold.target, word(cut), cut):
            break
        decided.append(cut.cut.user_id)
    desk.enqueue(decided, hold.target)
    return None if len(decided) == len(hold.cuts) else changed(desk, hold.digest)


def _name(desk: Desk, target: Target, user: UserId) -> str:
    held = desk.limits.of(target).held.get(user)
    record = desk.ledger.records(user).get(target)
    return (held.cut.user_name if held else "") or (record.user_name if record else "") or user
