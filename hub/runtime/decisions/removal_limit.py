"""Decides which disruptions may begin: the removal limit, and causes that need an approval.

A disruption is a removal, a role change that must stop running apps, or one away from the role of a
deleted group. Disruptions of one target that are found together are admitted together: all of them
may begin, or none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from hub.runtime.decisions.actions import (
    Action,
    ChangeRole,
    Delete,
    DeleteSpace,
    Revoke,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import Decision, Removal, Undecided
from hub.runtime.decisions.record import Record
from shared.model import UserId

_HOUR: Final = timedelta(hours=1)
# The cause of a hold by the removal limit.
LIMIT = "limit"
_TAKES: Final = (Revoke, Suspend, StopApp, DeleteSpace, Delete)


class DisruptionKind(StrEnum):
    """What a disruption takes from a user."""

    REMOVAL = "removal"
    ROLE_CHANGE = "role change"


class Disruption(NamedTuple):
    """A disruption that would begin; with a `cause` it always needs an approval."""

    user_id: UserId
    user_name: str
    profile_name: str
    kind: DisruptionKind
    reason: str
    cause: str = ""


class HeldDisruption(NamedTuple):
    """A disruption that is held; times are UTC.

    Attributes:
        cause: why it is held; disruptions of one target and cause form one hold.
        since: when it was first held.
        approved_until: until when it may begin without a slot; None if it is not approved.
        is_over: whether a reconcile of the user saw that its own cause is over.
    """

    disruption: Disruption
    cause: str
    since: datetime
    approved_until: datetime | None = None
    is_over: bool = False

    def is_approved(self, now: datetime) -> bool:
        """Return whether its approval is still valid."""
        return self.approved_until is not None and self.approved_until > now


@dataclass(frozen=True, slots=True)
class RemovalLimit:
    """How many disruptions may begin in a target in a rolling hour."""

    count: int = 5
    percent: int = 10

    def of(self, profiles: int) -> int:
        """Return the limit in a target with this number of profiles."""
        return max(self.count, profiles * self.percent // 100)


class LimitState(NamedTuple):
    """A target's ledger item: when each user took a slot, and whose disruptions are held."""

    slots: Mapping[UserId, datetime] = MappingProxyType({})
    held: Mapping[UserId, HeldDisruption] = MappingProxyType({})
    version: int = 0

    def taken(self, now: datetime) -> frozenset[UserId]:
        """Return the users who took a slot within the last hour."""
        return frozenset(user for user, at in self.slots.items() if at > now - _HOUR)


class Admission(NamedTuple):
    """What may begin and what may not.

    Attributes:
        take: the users for whom slots are to be taken.
        hold: the disruptions that are newly held.
        refused: every held disruption that may not begin, by user.
    """

    take: tuple[UserId, ...]
    hold: tuple[HeldDisruption, ...]
    refused: Mapping[UserId, HeldDisruption]


def known_hold(
    disruption: Disruption,
    limit_state: LimitState,
    now: datetime,
    *,
    alone: bool,
    readmits: bool = False,
) -> HeldDisruption | None:
    """Return the existing hold of a disruption; None if there is none or it must be admitted anew.

    A disruption that is held by the limit, or approved, keeps its hold. A reconcile, which finds it
    `alone`, holds it anew for another cause. Where no cause is left, the reconcile only notes that.
    A scan that `readmits` all disruptions of the target together goes by that note, so that many
    cannot begin one by one, and so that both agree.
    """
    held = limit_state.held.get(disruption.user_id)
    if held is None or held.disruption.kind is not disruption.kind:
        return None
    if held.is_approved(now) or held.disruption.cause in ("", disruption.cause):
        return held
    is_anew = alone if disruption.cause else readmits and held.is_over
    return None if is_anew else held


def admit(
    disruptions: Iterable[Disruption],
    limit: RemovalLimit,
    limit_state: LimitState,
    profiles: frozenset[UserId],
    now: datetime,
    *,
    alone: bool = False,
    readmits: bool = False,
) -> Admission:
    """Return which of the disruptions found together in one target may begin.

    `profiles` are the users with a profile of ours there whose removal has not begun. `alone` means
    that the disruption of a single user was found by itself.
    """
    refused: dict[UserId, HeldDisruption] = {}
    hold: list[HeldDisruption] = []
    asking: list[Disruption] = []
    taken = limit_state.taken(now)
    for disruption in sorted(disruptions, key=lambda each: (each.user_id, each.kind)):
        known = known_hold(disruption, limit_state, now, alone=alone, readmits=readmits)
        if known is not None:
            if not known.is_approved(now):
                refused[disruption.user_id] = known
        elif disruption.cause:
            hold.append(HeldDisruption(disruption, disruption.cause, now))
        elif disruption.user_id not in taken:
            asking.append(disruption)
    most = limit.of(len(profiles | taken))
    is_open = any(
        held.cause == LIMIT and not held.is_approved(now) for held in limit_state.held.values()
    )
    if asking and (is_open or len(taken) + len(asking) > most):
        hold += [HeldDisruption(disruption, LIMIT, now) for disruption in asking]
        asking = []
    refused |= {held.disruption.user_id: held for held in hold}
    return Admission(tuple(disruption.user_id for disruption in asking), tuple(hold), refused)


def disruption_of(
    decision: Decision, actions: Sequence[Action], record: Record | None
) -> Disruption | None:
    """Return the disruption that the actions of one target would begin; None for none."""
    if isinstance(decision, Undecided):
        return None
    # With a hold cause, the role change itself needs an approval, even if no app runs.
    takes = (*_TAKES, ChangeRole) if decision.hold else _TAKES
    if not any(isinstance(each, takes) for each in actions):
        return None
    kind = DisruptionKind.ROLE_CHANGE
    reason = "another role is desired, and apps run with the old one"
    if isinstance(decision, Removal):
        has_begun = record is not None and record.is_leaving
        kind, reason = DisruptionKind.REMOVAL, decision.reason
    else:
        has_begun = record is not None and (record.started is not None or record.has_suspended_role)
        if decision.hold:
            other = decision.because[0]
            reason = f"the group that gave the role was deleted or renamed; {other} gives another"
    if has_begun:
        return None
    person, name = decision.person, decision.profile_name
    return Disruption(person.id, person.name, name, kind, reason, decision.hold)


def removal_disruption(decision: Decision | None, record: Record | None) -> Disruption | None:
    """Return the removal that would begin for a profile in the ledger; None for none."""
    if not isinstance(decision, Removal) or record is None or not record.has_profile:
        return None
    person, name, kind = decision.person, decision.profile_name, DisruptionKind.REMOVAL
    return Disruption(person.id, person.name, name, kind, decision.reason, decision.hold)
