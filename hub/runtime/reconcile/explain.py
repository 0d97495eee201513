"""Foretells what the next reconcile of one user does in each target, and why; writes nothing.

It runs the functions of a reconcile up to the guard. Where Studio cannot be read, the profile is
taken to be as the ledger has it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.runtime.decisions.actions import Action, Plan, Skip, SkipKind
from hub.runtime.decisions.decision import (
    Decision,
    DesiredProfile,
    Removal,
    RowAnswer,
    Undecided,
)
from hub.runtime.decisions.desired import decision_in, row_answers, rows_by_target
from hub.runtime.decisions.holds import Hold, held_skip, holds_of
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.progress import is_due, is_in_sync
from hub.runtime.decisions.protection import apply_protection
from hub.runtime.decisions.record import Record, State, as_recorded
from hub.runtime.decisions.removal import retention_ends
from hub.runtime.decisions.removal_limit import RemovalLimit, admit, disruption_of
from hub.runtime.ports import Clock, Ledger, Limits
from hub.runtime.problems import targets as problems
from hub.runtime.reconcile.observe import (
    TargetObserver,
    UserObserver,
    UserSnapshot,
)
from shared.model import Target, UserId
from shared.requests import ReconcileRequest

# Half of it is for reading profiles.
_PATIENCE = timedelta(minutes=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetExplanation:
    """What is known, decided and foretold of a user in one target; times are UTC.

    Attributes:
        record: the ledger's record; None if the hub never made anything here.
        answers: what each mapping row says about the user.
        decision: None if the target does not concern the user.
        actions: what the next reconcile does, in this order.
        skips: what it leaves unchanged, why, and the remedy.
        is_due: false if a reconcile for another reason leaves the target to a later try: at the
            record's `retry_at`, or with the next hourly scan of the target.
        is_observed: whether Studio was read for this.
        not_observed: why Studio could not be read; empty if it was, or need not be.
        hold: the hold that the user is in.
        deletion: when the profile and its private spaces are deleted; None for no removal.
    """

    target: Target
    record: Record | None
    answers: tuple[RowAnswer, ...]
    decision: Decision | None
    actions: tuple[Action, ...] = ()
    skips: tuple[Skip, ...] = ()
    is_due: bool = True
    is_observed: bool = False
    not_observed: str = ""
    hold: Hold | None = None
    deletion: datetime | None = None

    @property
    def is_in_sync(self) -> bool:
        """Return whether nothing is to do here, and nothing waits for anybody."""
        return not self.actions and all(each.kind is SkipKind.DISABLED for each in self.skips)

    @property
    def concerns(self) -> bool:
        """Return whether the user has or had something here, or a row gives or may give it."""
        return self.decision is not None or self.record is not None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of a user, and what is foretold in each target, sorted."""

    user: UserSnapshot
    targets: tuple[TargetExplanation, ...]

    @property
    def is_in_sync(self) -> bool:
        """Return whether the next reconcile has nothing to do, and nothing waits for anybody."""
        return all(each.is_in_sync for each in self.targets)


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains users: the reads of a reconcile, and its decisions."""

    users: UserObserver
    targets: TargetObserver
    ledger: Ledger
    limits: Limits
    limit: RemovalLimit
    clock: Clock

    def explain(
        self,
        user_id: UserId,
        state: HubState,
        only: Target | None = None,
        *,
        observe_all: bool = False,
    ) -> Explanation:
        """Return what a reconcile of the user would find, decide and do now.

        Like a reconcile, it reads Studio only where the ledger is not in sync; with `observe_all`
        everywhere. `only` limits it to one target.

        Raises:
            RetryableError, PermanentError: the directory, the mappings or the ledger cannot be
                read, so nothing can be decided.
        """
        now = self.clock.now()
        user = self.users.observe(ReconcileRequest(user_id, now, "", now))
        rows = rows_by_target(user.table, [*user.records, *([only] if only else [])])
        decisions: dict[Target, Decision] = {}
        for target, of in rows.items():
            record = user.records.get(target)
            unavailable = state.unavailable_roles.get(target, ())
            decision = decision_in(of, user.snapshot, record, now, unavailable)
            if decision is not None and only in (None, target):
                decisions[target] = apply_protection(decision, record, state, now)
        todo, observed, failed = self._plan(
            decisions.values(), user, state, now, observe_all=observe_all
        )
        found = []
        for target, of in rows.items():
            record, each = user.records.get(target), decisions.get(target)
            if only not in (None, target):
                continue
            held = self.limits.state(target).held if record and record.hold else {}
            holds = holds_of(target, held.values(), now)
            found.append(
                TargetExplanation(
                    target=target,
                    record=record,
                    answers=row_answers(
                        of, user.snapshot, record, state.unavailable_roles.get(target, ())
                    ),
                    decision=each,
                    actions=todo.of(target),
                    skips=tuple(skip for skip in todo.skips if skip.target == target),
                    is_due=is_due(each, record, now),
                    is_observed=target in observed,
                    not_observed=failed.get(target, ""),
                    hold=next((hold for hold in holds if user_id in hold.users), None),
                    deletion=_deletion(each, record, todo.of(target), now),
                )
            )
        return Explanation(user, tuple(found))

    def _plan(
        self,
        decisions: Iterable[Decision],
        user: UserSnapshot,
        state: HubState,
        now: datetime,
        *,
        observe_all: bool,
    ) -> tuple[Plan, frozenset[Target], Mapping[Target, str]]:
        """Return the plan, the targets that were observed, and why others could not be."""
        records = user.records
        due = [
            each
            for each in decisions
            if observe_all or not is_in_sync(each, records.get(each.target))
        ]
        seen = self.targets.observe(due, records, state, now + _PATIENCE)
        failed = {each.decision.target: str(each.error) for each in seen.blocked}
        # These accounts refuse the hub itself, not only the operator who asks.
        refusals = {**state.unreachable, **{t: each.reason for t, each in state.refused.items()}}
        refused = [
            _unreachable(each.decision, refusals[each.decision.target])
            for each in seen.blocked
            if each.decision.target in refusals
        ]
        no_hub = {skip.target for skip in refused}
        assumed = {
            each.target: as_recorded(records.get(each.target))
            for each in due
            if each.target not in no_hub
        }
        todo = plan(due, {**assumed, **seen.observed}, records, now)
        held = self._held(todo, due, records, now)
        return todo.holding([*refused, *held]), frozenset(seen.observed), failed

    def _held(
        self,
        todo: Plan,
        decisions: Iterable[Decision],
        records: Mapping[Target, Record],
        now: datetime,
    ) -> list[Skip]:
        """Return what the guard would hold, as skips; no slot is taken and nothing is held."""
        held = []
        for decision in decisions:
            target = decision.target
            disruption = disruption_of(decision, todo.of(target), records.get(target))
            if disruption is None or isinstance(decision, Undecided):
                continue
            limit_state = self.limits.state(target)
            profiles = frozenset(r.user_id for r in self.ledger.of_target(target) if r.has_profile)
            found = admit([disruption], self.limit, limit_state, profiles, now, alone=True)
            refusal = found.refused.get(disruption.user_id)
            if refusal is not None:
                held.append(held_skip(decision, disruption.reason, refusal, limit_state, now))
        return held


def _unreachable(decision: DesiredProfile | Removal, error: str) -> Skip:
    """Return the skip of a target whose account refuses the hub."""
    problem = problems.unreachable(decision.target, error)
    return Skip(
        SkipKind.FAILED,
        decision.person,
        decision.target,
        decision.profile_name,
        problem.reason,
        problem.remedy,
    )


def _deletion(
    decision: Decision | None, record: Record | None, actions: Iterable[Action], now: datetime
) -> datetime | None:
    """Return when the retention ends of a removal that has begun or would begin now."""
    if isinstance(decision, DesiredProfile) or (record and record.state is State.REMOVED):
        return None
    if isinstance(decision, Removal) and tuple(actions):
        return retention_ends(decision, record, now)
    return record.retain_until if record else None
