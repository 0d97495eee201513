"""Reserves slots and writes holds by the removal limit; two workers never get the same slot."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.actions import Plan, SkipKind, skip
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.holds import held_skip, holds_of
from hub.runtime.decisions.record import Record
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    Admission,
    Disruption,
    LimitState,
    RemovalLimit,
    admit,
    disruption_of,
)
from hub.runtime.ports import Ledger, Limits
from hub.runtime.problems import targets
from shared.errors import RefusedError, RetryableError
from shared.model import Target, UserId

# A worker that loses the race this often gives up with RetryableError.
_TRIES = 5
# Source: the DynamoDB API: the items of one transaction.
_MOST_AT_ONCE = 100


class Guard(NamedTuple):
    """Lets disruptions begin, or holds them, by the removal limit of each target."""

    limit: RemovalLimit
    limits: Limits
    ledger: Ledger

    def admit(
        self,
        todo: Plan,
        decisions: Iterable[Decision],
        records: Mapping[Target, Record],
        now: datetime,
    ) -> Plan:
        """Return one user's plan; disruptions that may not begin are skips with their hold."""
        asked: dict[Target, tuple[DesiredProfile | Removal, Disruption]] = {}
        for decision in decisions:
            target = decision.target
            disruption = disruption_of(decision, todo.of(target), records.get(target))
            if disruption is not None and not isinstance(decision, Undecided):
                asked[target] = decision, disruption
        at_once = self._at_once(asked, now) if len(asked) > 1 else frozenset()
        held = []
        for target, (decision, disruption) in asked.items():
            if target in at_once:
                continue
            try:
                found = self.reserve(target, [disruption], now, begins=True)
            except RetryableError as error:
                # The other targets go on.
                held.append(skip(SkipKind.IN_FLIGHT, decision, str(error)))
                continue
            refusal = found.refused.get(disruption.user_id)
            if refusal is not None:
                limit_state = self.limits.state(target)
                held.append(held_skip(decision, disruption.reason, refusal, limit_state, now))
        return todo.holding(held) if held else todo

    def _at_once(
        self,
        asked: Mapping[Target, tuple[DesiredProfile | Removal, Disruption]],
        now: datetime,
    ) -> frozenset[Target]:
        """Take one user's slots in several targets by one write; return these targets.

        They are those where the user is not held and few removals began. There are none if another
        worker was faster, or if DynamoDB refuses the write: it may be too large. Every other target
        is asked alone.
        """
        seen: dict[Target, LimitState] = {}
        try:
            for target, (_, disruption) in islice(asked.items(), _MOST_AT_ONCE):
                limit_state = self.limits.state(target)
                found = admit([disruption], self.limit, limit_state, frozenset(), now, alone=True)
                if found.take and disruption.user_id not in limit_state.held:
                    seen[target] = limit_state
            users = {disruption.user_id for _, disruption in asked.values()}
            is_taken = bool(seen) and self.limits.take(seen, users, now)
        except (RefusedError, RetryableError):
            return frozenset()
        return frozenset(seen) if is_taken else frozenset()

    def reserve(
        self,
        target: Target,
        disruptions: Iterable[Disruption],
        now: datetime,
        *,
        begins: bool = False,
        readmits: bool = False,
    ) -> Admission:
        """Return which of the disruptions found together may begin; write slots and holds first.

        `begins` means that one user's disruption begins now. Its slot then counts from now, even if
        a scan reserved it earlier. `readmits` means that these are all disruptions of the target:
        one whose cause is over is admitted anew with the others.

        Raises:
            RetryableError: other workers took slots in the target during every try.
        """
        together = tuple(disruptions)
        profiles: frozenset[UserId] | None = None
        for _ in range(_TRIES):
            limit_state = self.limits.state(target)
            there = profiles or frozenset()
            found = admit(
                together, self.limit, limit_state, there, now, alone=begins, readmits=readmits
            )
            if profiles is None and any(each.cause == LIMIT for each in found.hold):
                # More may begin in a target with many profiles. Only then are these read.
                records = self.ledger.of_target(target)
                there = frozenset(record.user_id for record in records if record.has_profile)
                found = admit(
                    together, self.limit, limit_state, there, now, alone=begins, readmits=readmits
                )
                profiles = there
            reserved = limit_state.taken(now) - found.refused.keys() if begins else frozenset()
            slots = {*found.take, *(d.user_id for d in together if d.user_id in reserved)}
            if slots and not self.limits.take({target: limit_state}, sorted(slots), now):
                continue
            # A hold of a role change does not hold a removal.
            waited = {
                each.user_id: limit_state.held[each.user_id]
                for each in together
                if each.user_id in limit_state.held
                and limit_state.held[each.user_id].disruption.kind is each.kind
                and not limit_state.held[each.user_id].is_approved(now)
            }
            if over := [user for user in waited if user not in found.refused]:
                self.limits.release(target, over)
            for each in together if begins else ():
                held = waited.get(each.user_id)
                is_over = held is not None and bool(held.disruption.cause) and not each.cause
                if held is not None and is_over is not held.is_over:
                    self.limits.note_over(target, held, is_over=is_over)
            if found.hold:
                self.limits.hold(target, found.hold)
                most = self.limit.of(len(there | limit_state.taken(now)))
                _report(target, limit_state, found, most, self.limits, now)
            return found
        raise RetryableError(f"others took slots in {target} at the same time")

    def release(
        self, before: Mapping[Target, Record], after: Mapping[Target, Record], now: datetime
    ) -> None:
        """Release the user's holds that have started or are obsolete according to the ledger."""
        for target, record in before.items():
            if record.hold and not after[target].hold:
                self.limits.release(target, [record.user_id])
                holds = holds_of(target, self.limits.state(target).held.values(), now)
                reporter.checked_holds(target, [hold.cause for hold in holds if hold.is_open])


def _report(
    target: Target,
    limit_state: LimitState,
    found: Admission,
    most: int,
    limits: Limits,
    now: datetime,
) -> None:
    """Report each hold of these disruptions once, with the digest of the whole hold."""
    held = {**limit_state.held, **{each.disruption.user_id: each for each in found.hold}}
    causes = {each.cause for each in found.hold}
    for hold in holds_of(target, held.values(), now):
        if hold.cause not in causes:
            continue
        limits.remember(hold)
        reached = f" of {most} per hour" if hold.cause == LIMIT else ""
        reporter.report(targets.held(target, hold.cause, f"{hold}{reached}", hold.remedy))
        telemetry.count("Held", len(hold.disruptions))
        if hold.cause == LIMIT:
            telemetry.count("RemovalLimitReached")
