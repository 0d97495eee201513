"""Approves and rejects holds; a decision counts for exactly the set that its digest names."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cli.audit import Outcome
from cli.held_items import holds
from cli.hub_client import HubClient, now
from hub.runtime.decisions.audit import OperatorAction
from hub.runtime.decisions.holds import APPROVED_FOR, Hold
from hub.runtime.decisions.record import REJECTED
from hub.runtime.decisions.removal_limit import HeldDisruption
from shared.model import Target, UserId


@dataclass(frozen=True, slots=True)
class Changed:
    """How a hold differs from the set that a digest stood for.

    `now` is None if nothing is held any more. Names are user names, or ids of users without a known
    name. `joined` are users who came to the hold. `decided` are users of the digest who were
    approved or rejected meanwhile. `left` are users of the digest who are not held any more for
    another reason. `approval` is the one decision on every user of the digest who is still
    held; empty if there is none.
    """

    digest: str
    target: Target
    cause: str
    now: Hold | None
    joined: tuple[str, ...]
    left: tuple[str, ...]
    decided: tuple[str, ...]
    approval: Literal["approved", "rejected", ""] = ""


def find(hub_client: HubClient, digest: str) -> Hold | None:
    """Return the hold, open or rejected, that has this digest now."""
    return next((h for h in holds(hub_client, now(), rejected=True) if h.digest == digest), None)


def approve(hub_client: HubClient, hold: Hold, reason: str = "") -> Changed | None:
    """Approve the disruptions of a hold and enqueue each user; return how the hold changed."""
    until = now() + APPROVED_FOR
    with _audited(OperatorAction.APPROVE, hub_client, hold, reason) as outcome:
        return _decide(
            hub_client,
            hold,
            lambda disruption: disruption._replace(approved_until=until),
            outcome,
        )


def reject(hub_client: HubClient, hold: Hold, reason: str = "") -> Changed | None:
    """Reject a hold: its users keep what they have; return how the hold changed."""
    with _audited(OperatorAction.REJECT, hub_client, hold, reason) as outcome:
        return _decide(
            hub_client,
            hold,
            lambda disruption: disruption._replace(cause=REJECTED, approved_until=None),
            outcome,
        )


def changed(hub_client: HubClient, digest: str) -> Changed | None:
    """Return how the set of a digest that no hold has now changed; None if unknown."""
    remembered = hub_client.limits.remembered(digest)
    if remembered is None:
        return None
    target, cause, users = remembered
    at = now()
    held = hub_client.limits.state(target).held
    hold = next(
        (h for h in holds(hub_client, at, rejected=True) if (h.target, h.cause) == (target, cause)),
        None,
    )
    there = hold.users if hold else frozenset[UserId]()
    decided = {
        user for user, each in held.items() if each.is_approved(at) or each.cause == REJECTED
    }

    def names(of: Iterable[UserId]) -> tuple[str, ...]:
        return tuple(sorted(_name(hub_client, target, user) for user in of))

    return Changed(
        digest,
        target,
        cause,
        hold,
        joined=names(there - users),
        left=names(users - there - decided),
        decided=names((users - there) & decided),
        approval=_approval((held[user] for user in users & held.keys()), at),
    )


def _approval(
    disruptions: Iterable[HeldDisruption], at: datetime
) -> Literal["approved", "rejected", ""]:
    found = {
        "approved" if disruption.is_approved(at) else disruption.cause for disruption in disruptions
    }
    if found == {"approved"}:
        return "approved"
    return "rejected" if found == {REJECTED} else ""


def _audited(
    what: OperatorAction, hub_client: HubClient, hold: Hold, reason: str
) -> AbstractContextManager[Outcome]:
    return hub_client.audited(
        what,
        users=hold.users,
        targets=[hold.target],
        subject=f"{hold.digest}: {hold}",
        reason=reason,
    )


def _decide(
    hub_client: HubClient,
    hold: Hold,
    decision: Callable[[HeldDisruption], HeldDisruption],
    outcome: Outcome,
) -> Changed | None:
    """Write the decision on each disruption that has not changed since the hold was read.

    The first changed disruption stops the loop: the set is a different one, so the remaining users
    stay held. Decisions already written stay: they were given for those users, and their
    disruptions may have started. If the command is repeated, it names the remaining set by its own
    digest.
    """
    hub_client.limits.remember(hold)
    decided: list[UserId] = []
    for disruption in hold.disruptions:
        if not hub_client.limits.decide(hold.target, decision(disruption), disruption):
            break
        decided.append(disruption.disruption.user_id)
    hub_client.enqueue(decided, hold.target)
    if len(decided) == len(hold.disruptions):
        return None
    outcome.text = f"refused after {len(decided)} of {len(hold.disruptions)}: the set has changed"
    return changed(hub_client, hold.digest)


def _name(hub_client: HubClient, target: Target, user: UserId) -> str:
    held = hub_client.limits.state(target).held.get(user)
    record = hub_client.ledger.records(user).get(target)
    return (
        (held.disruption.user_name if held else "") or (record.user_name if record else "") or user
    )
