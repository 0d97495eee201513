"""The laws of planning, on generated states."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from strategies import LAWS, NOW, Inputs, Observed, inputs_of_a_user, observations

from hub.runtime.decisions.actions import (
    Assign,
    ChangeRole,
    Create,
    Delete,
    DeleteSpace,
    Resume,
    Revoke,
    Suspend,
)
from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.drift import in_ledger
from hub.runtime.decisions.observed import ProfileStatus
from hub.runtime.decisions.progress import is_in_sync
from hub.runtime.decisions.record import Access, Record, State
from shared.conventions import Ownership, SystemRole
from shared.model import (
    UserId,
    UserStatus,
)


@LAWS
@given(inputs_of_a_user, observations, st.randoms())
def test_the_order_in_which_the_state_is_read_decides_nothing(
    inputs: Inputs, observed: Observed, random: Random
) -> None:
    """The same rows, records and profiles in any order: the same decisions, plan and digest."""
    shuffled = list(inputs.table.rows)
    random.shuffle(shuffled)
    other = replace(
        inputs.with_rows(shuffled), records=dict(reversed(list(inputs.records.items())))
    )

    assert other.decisions() == inputs.decisions()
    assert other.plan(dict(reversed(list(observed.items())))) == inputs.plan(observed)
    assert other.plan(observed).digest == inputs.plan(observed).digest


@LAWS
@given(inputs_of_a_user, observations)
def test_an_unmanaged_profile_is_never_changed(inputs: Inputs, observed: Observed) -> None:
    """Law 5: every action on a profile is on one of ours, or creates one where none exists."""
    for action in inputs.plan(observed).actions:
        profile = observed[action.target]

        if isinstance(action, Create):
            assert profile is None
        elif not isinstance(action, Assign | Revoke):
            assert profile is not None
            assert profile.ownership is Ownership.OURS


@LAWS
@given(inputs_of_a_user, observations)
def test_no_role_is_granted_that_is_not_desired(inputs: Inputs, observed: Observed) -> None:
    """Law 8: a role comes from a row that applies; everybody else keeps or loses theirs."""
    for action in inputs.plan(observed).actions:
        if isinstance(action, Create | ChangeRole | Resume):
            given = {
                row.role_arn
                for row in inputs.table.rows
                if row.target == action.target and inputs.is_in(row) and row.enabled
            }
            kept = inputs.records.get(action.target)

            assert action.role_arn in given | ({kept.role_arn} if kept else set())
            assert inputs.snapshot.person.user_status is UserStatus.ENABLED


@LAWS
@given(inputs_of_a_user, observations)
def test_who_is_granted_access_has_the_desired_role(inputs: Inputs, observed: Observed) -> None:
    """Rule 7: access comes after the role, or where it is set; nothing is left to stop."""
    decisions = {decision.target: decision for decision in inputs.decisions()}
    plan_ = inputs.plan(observed)
    for assign in (action for action in plan_.actions if isinstance(action, Assign)):
        decision, profile = decisions[assign.target], observed[assign.target]
        *before, last = plan_.of(assign.target)

        assert last is assign
        assert isinstance(decision, DesiredProfile)
        if before:
            (given,) = before
            assert isinstance(given, Create | ChangeRole | Resume)
            assert given.role_arn == decision.role_arn
        else:
            assert profile is not None
            assert profile.role_arn == decision.role_arn


@LAWS
@given(inputs_of_a_user, observations)
def test_every_decision_is_answered(inputs: Inputs, observed: Observed) -> None:
    """Style rule 3: by actions, by one skip with its reason, or by in sync; none is lost."""
    plan_ = inputs.plan(observed)
    acted = {action.target for action in plan_.actions}
    skipped = [skip.target for skip in plan_.skips]
    in_sync = [in_sync.decision.target for in_sync in plan_.in_sync]

    assert acted | {*skipped, *in_sync} == {
        v.target for v in inputs.decisions() if isinstance(v, Undecided) or v.target in observed
    }
    assert len([*skipped, *in_sync]) == len({*skipped, *in_sync})
    assert not acted & {*in_sync}
    assert all(skip.reason for skip in plan_.skips)


@LAWS
@given(inputs_of_a_user, observations)
def test_nothing_is_lost_before_its_time(inputs: Inputs, observed: Observed) -> None:
    """Law 9: while a retention lasts, no space is deleted, nor a profile that ever worked."""
    decisions = {decision.target: decision for decision in inputs.decisions()}
    for action in inputs.plan(observed).actions:
        record, decision = inputs.records.get(action.target), decisions[action.target]
        profile = observed[action.target]
        if isinstance(action, Delete | DeleteSpace):
            assert isinstance(decision, Removal)
            assert profile is not None
            until = record.retain_until if record else None
            ended = until <= NOW if until else decision.retention_days == 0
            assert ended or profile.status is ProfileStatus.FAILED


@LAWS
@given(inputs_of_a_user, observations)
def test_a_removal_revokes_access_first_and_the_role_next(
    inputs: Inputs, observed: Observed
) -> None:
    """Law 8: the first write of a removal revokes access, the next removes the role."""
    plan_ = inputs.plan(observed)
    for removal in inputs.removals():
        record, steps = inputs.records[removal.target], plan_.of(removal.target)
        may_enter = record.access in {Access.ASSIGNED, Access.UNSURE}
        if steps:
            profile = observed[removal.target]
            suspended_role = SystemRole.SUSPENDED.arn(removal.target.account, removal.target.region)
            has_role = profile is not None and profile.role_arn != suspended_role
            rest = steps[1:] if isinstance(steps[0], Revoke) else steps

            assert isinstance(steps[0], Revoke) is may_enter
            assert not any(isinstance(step, Revoke) for step in rest)
            assert (
                not rest
                or not has_role
                or isinstance(rest[0], Suspend)
                or (profile is not None and profile.status is not ProfileStatus.IN_SERVICE)
            )


def as_carried_out(decision: Decision, record: Record | None) -> Record | None:
    """Return what the ledger says of a target once the decision on it is carried out."""
    if isinstance(decision, Undecided):
        since = NOW if decision.keeps_leaver else None
        return record and replace(record, undecided_since=since)
    done = Record(
        user_id=decision.person.id,
        target=decision.target,
        state=State.REMOVED,
        user_name=decision.person.name,
        profile_name=decision.profile_name,
        user_status=decision.person.user_status,
    )
    if isinstance(decision, Removal):
        return done
    because = decision.because
    return replace(
        done,
        state=State.ACTIVE,
        access=Access.ASSIGNED,
        role_arn=decision.role_arn,
        given_by=because[0].group,
        because=because,
    )


def carried_out(inputs: Inputs) -> Inputs:
    """Return the state in which the ledger says that everything desired is done."""
    done = {
        decision.target: record
        for decision in inputs.decisions()
        if (record := as_carried_out(decision, inputs.records.get(decision.target)))
    }
    return replace(inputs, records={**inputs.records, **done})


@LAWS
@given(inputs_of_a_user)
def test_what_is_carried_out_is_no_drift_afterwards(inputs: Inputs) -> None:
    """Laws 1 and 2: after one sweep a further one queues nobody, and nothing new is desired.

    The first may find a user once more: a disabled row that granted the role counts until another
    row has granted one.
    """
    swept = carried_out(carried_out(inputs))

    for decision in swept.decisions():
        record = swept.records.get(decision.target)

        assert in_ledger(decision, UserId("u-1"), record, NOW) is None
        assert isinstance(decision, Undecided) or is_in_sync(decision, record)


@LAWS
@given(inputs_of_a_user)
def test_what_is_carried_out_is_in_sync(inputs: Inputs) -> None:
    """Law 2: whatever a sweep may find of it, Studio is called no more."""
    done = carried_out(inputs)

    for decision in done.decisions():
        assert isinstance(decision, Undecided) or is_in_sync(
            decision, done.records.get(decision.target)
        )
