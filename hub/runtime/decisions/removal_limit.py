"""Says no to what would take too much at once: the removal limit, and what always waits for a word.

A cut is a removal, or a role change that must stop running apps. Cuts of one target that were found
together are weighed together: all of them may begin, or none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hub.runtime.decisions.actions import (
    Action,
    ChangeRole,
    Delete,
    DeleteSpace,
    Plan,
    Revoke,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.record import Record, State
from shared.conventions import suspended_role_arn
from shared.model import Target, User, UserId

_HOUR: Final = timedelta(hours=1)
# What a cut waits for where the limit, or an operator, said no.
LIMIT, REJECTED = "limit", "rejected"
_TAKES: Final = (Revoke, Suspend, StopApp, DeleteSpace, Delete)


class DisruptionKind(StrEnum):
    """What is taken from a person."""

    REMOVAL = "removal"
    ROLE_CHANGE = "role change"


@dataclass(frozen=True, slots=True)
class Disruption:
    """Something that would begin to be taken; `cause` says what it waits for in any case."""

    user_id: UserId
    user_name: str
    profile_name: str
    kind: DisruptionKind
    reason: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class HeldDisruption:
    """A cut that waits; times are UTC.

    Attributes:
        cause: what it waits for; cuts of one target and cause are one hold.
        since: when it was first held.
        approved_until: until when it may begin without a slot; None where nobody approved it.
    """

    disruption: Disruption
    cause: str
    since: datetime
    approved_until: datetime | None = None

    def is_approved(self, now: datetime) -> bool:
        """Return whether somebody approved it lately enough."""
        return self.approved_until is not None and self.approved_until > now


@dataclass(frozen=True, slots=True)
class RemovalLimit:
    """How many cuts may begin in a target in a rolling hour."""

    count: int = 5
    percent: int = 10

    def of(self, profiles: int) -> int:
        """Return the limit in a target of so many profiles."""
        return max(self.count, profiles * self.percent // 100)


@dataclass(frozen=True, slots=True)
class LimitState:
    """What a target's ledger item says: when each person took a slot, and who is held."""

    slots: Mapping[UserId, datetime] = field(default_factory=dict)
    held: Mapping[UserId, HeldDisruption] = field(default_factory=dict)
    version: int = 0

    def taken(self, now: datetime) -> frozenset[UserId]:
        """Return who took a slot within the last hour."""
        return frozenset(user for user, at in self.slots.items() if at > now - _HOUR)


@dataclass(frozen=True, slots=True)
class Admission:
    """What may begin and what may not: `take` are slots to be taken, `hold` what is newly held."""

    take: tuple[UserId, ...]
    hold: tuple[HeldDisruption, ...]
    refused: Mapping[UserId, HeldDisruption]


def known_hold(
    disruption: Disruption, at: LimitState, now: datetime, *, alone: bool
) -> HeldDisruption | None:
    """Return how a cut is held already; None where it is not, or for a cause that is over.

    What waited for the limit, or was approved, goes on as it is. What waited for another cause is
    weighed anew once that cause is over. A cut that has no cause now is weighed with all others of
    its target, by a scan: `alone` it stays held, so that many do not slip away one by one.
    """
    held = at.held.get(disruption.user_id)
    if held is None or held.disruption.kind is not disruption.kind:
        return None
    stays = held.disruption.cause in ("", disruption.cause) or (alone and not disruption.cause)
    return held if stays or held.is_approved(now) else None


def admit(
    disruptions: Iterable[Disruption],
    limit: RemovalLimit,
    at: LimitState,
    profiles: frozenset[UserId],
    now: datetime,
    *,
    alone: bool = False,
) -> Admission:
    """Return which of the cuts found together in one target may begin.

    `profiles` are the people who have a profile of ours there that nothing is being taken from.
    `alone` tells that one person's cut was found by itself.
    """
    refused: dict[UserId, HeldDisruption] = {}
    hold: list[HeldDisruption] = []
    asking: list[Disruption] = []
    taken = at.taken(now)
    for disruption in sorted(disruptions, key=lambda each: (each.user_id, each.kind)):
        known = known_hold(disruption, at, now, alone=alone)
        if known is not None:
            if not known.is_approved(now):
                refused[disruption.user_id] = known
        elif disruption.cause:
            hold.append(HeldDisruption(disruption, disruption.cause, now))
        elif disruption.user_id not in taken:
            asking.append(disruption)
    most = limit.of(len(profiles | taken))
    is_open = any(held.cause == LIMIT and not held.is_approved(now) for held in at.held.values())
    if asking and (is_open or len(taken) + len(asking) > most):
        hold += [HeldDisruption(disruption, LIMIT, now) for disruption in asking]
        asking = []
    refused |= {held.disruption.user_id: held for held in hold}
    return Admission(tuple(disruption.user_id for disruption in asking), tuple(hold), refused)


def disruption_of(
    decision: Decision, actions: Sequence[Action], record: Record | None
) -> Disruption | None:
    """Return what the actions of one target would begin to take from the person."""
    if isinstance(decision, Undecided):
        return None
    # Where the role itself must not be taken without a word, no app has to run with it.
    takes = (*_TAKES, ChangeRole) if decision.hold else _TAKES
    if not any(isinstance(each, takes) for each in actions):
        return None
    if isinstance(decision, Removal):
        if record is not None and record.is_leaving:
            return None
        return _disruption(
            decision.person, decision, DisruptionKind.REMOVAL, decision.reason, decision.hold
        )
    suspended_role = suspended_role_arn(decision.target.account, decision.target.region)
    if record is not None and (record.started is not None or record.role_arn == suspended_role):
        return None
    reason = "another role is called for, and apps run with the old one"
    if decision.hold:
        reason = (
            f"the group that gave the role was deleted; {decision.because.winner} gives another"
        )
    return _disruption(decision.person, decision, DisruptionKind.ROLE_CHANGE, reason, decision.hold)


def removal_disruption(decision: Decision | None, record: Record | None) -> Disruption | None:
    """Return the removal that would begin of what the ledger says that somebody has."""
    if not isinstance(decision, Removal) or record is None or not has_profile(record):
        return None
    return _disruption(
        decision.person, decision, DisruptionKind.REMOVAL, decision.reason, decision.hold
    )


def has_profile(record: Record) -> bool:
    """Return whether somebody has a profile of ours, and no removal of it has begun."""
    present = record.role_arn and record.state is not State.REMOVED
    return bool(present) and not record.is_leaving


def without(todo: Plan, targets: Iterable[Target]) -> Plan:
    """Return a plan that says nothing of some targets."""
    left_out = set(targets)
    return Plan(
        tuple(action for action in todo.actions if action.target not in left_out),
        tuple(skip for skip in todo.skips if skip.target not in left_out),
        tuple(in_sync for in_sync in todo.in_sync if in_sync.decision.target not in left_out),
    )


def _disruption(
    person: User, decision: DesiredProfile | Removal, kind: DisruptionKind, reason: str, cause: str
) -> Disruption:
    return Disruption(person.id, person.name, decision.profile_name, kind, reason, cause)
