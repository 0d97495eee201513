"""The laws of desired state, on generated mappings, users and records."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import GROUPS, LAWS, NOW, ROLES, TARGETS, Inputs, inputs_of_a_user, record_in

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.desired import desire
from hub.runtime.decisions.record import State
from shared.model import (
    BadMapping,
    GroupId,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
    UserStatus,
)


@LAWS
@given(inputs_of_a_user)
def test_every_target_has_one_decision(inputs: Inputs) -> None:
    """Sorted by target, one each, and only where the user is concerned."""
    targets = [decision.target for decision in inputs.decisions()]

    assert targets == sorted(set(targets))
    assert set(targets) <= {*inputs.records, *(row.target for row in inputs.table.rows)}


@LAWS
@given(inputs_of_a_user)
def test_an_unknown_row_removes_nobody(inputs: Inputs) -> None:
    """Rules 3, 4 and 11: an unknown row forbids a removal.

    A removal without any row needs an approval.
    """
    assume(inputs.snapshot.person.user_status is UserStatus.ENABLED)
    mapped = {row.target for row in inputs.table.rows}

    assert not any(inputs.is_unknown(target) for target in inputs.losers())
    assert all(removal.hold for removal in inputs.removals() if removal.target not in mapped)


@LAWS
@given(inputs_of_a_user)
def test_a_member_of_an_enabled_rows_group_is_never_removed(inputs: Inputs) -> None:
    """Rule 4: only a user to whom no row applies is removed."""
    assume(inputs.snapshot.person.user_status is UserStatus.ENABLED)
    desired = {row.target for row in inputs.table.rows if row.enabled and inputs.is_in(row)}

    removals = {v.target for v in inputs.decisions() if isinstance(v, Removal)}

    assert not removals & desired


@LAWS
@given(inputs_of_a_user)
def test_a_shorter_listing_removes_nobody_else(inputs: Inputs) -> None:
    """Law 6: a user removed after a truncated read is also removed after the complete one."""
    truncated = replace(
        inputs, snapshot=inputs.snapshot._replace(member_of=frozenset(), complete=False)
    )

    assert truncated.losers() <= inputs.losers()


@LAWS
@given(inputs_of_a_user)
def test_the_winner_is_the_lowest_by_priority_and_name(inputs: Inputs) -> None:
    """Rule 2, over every enabled row that applies."""
    for decision in inputs.decisions():
        if isinstance(decision, DesiredProfile):
            applying = [
                (row.priority, row.group)
                for row in inputs.table.rows
                if row.target == decision.target and row.enabled and inputs.is_in(row)
            ]
            grants = [(grant.priority, grant.group) for grant in decision.because]

            assert grants == sorted(grants)
            assert grants[0] == min([*applying, grants[0]])
            assert set(applying) <= set(grants)


@LAWS
@given(inputs_of_a_user, st.sampled_from(TARGETS), st.booleans())
def test_a_row_of_higher_number_changes_no_winner(
    inputs: Inputs,
    target: Target,
    enabled: bool,  # noqa: FBT001 (hypothesis gives arguments by position)
) -> None:
    """Rule 2: it can only be added to those that lost."""
    late = GroupMapping("late", target, "role/Late", 99, group_id=GroupId("id-a"), enabled=enabled)
    before = {v.target: v for v in inputs.decisions() if isinstance(v, DesiredProfile)}

    after = {v.target: v for v in inputs.with_rows([*inputs.table.rows, late]).decisions()}

    for target_, decision in before.items():
        now = after[target_]
        assert isinstance(now, DesiredProfile)
        assert now.because[0] == decision.because[0]


@LAWS
@given(inputs_of_a_user, st.data())
def test_no_role_is_changed_away_from_an_unknown_row(inputs: Inputs, data: st.DataObject) -> None:
    """Rule 3: while the row that granted the role cannot be read, the role does not change."""
    granted_by = data.draw(st.sampled_from(inputs.table.rows))
    there = replace(
        data.draw(record_in(granted_by.target)),
        given_by=granted_by.group,
        state=data.draw(st.sampled_from([s for s in State if s is not State.REMOVED])),
    )
    others = [row for row in inputs.table.rows if row is not granted_by]
    if data.draw(st.booleans()):
        table = MappingTable(
            tuple(others), (BadMapping(granted_by.group, "", granted_by.target, ("bad",)),)
        )
        groups = inputs.snapshot.groups
    else:
        table = MappingTable((*others, replace(granted_by, group_id=None)))
        groups = {**inputs.snapshot.groups, granted_by.group: Unresolved.UNREADABLE}
    frozen = Inputs(
        inputs.snapshot._replace(
            groups=groups,
            person=inputs.snapshot.person._replace(user_status=UserStatus.ENABLED),
        ),
        table,
        {**inputs.records, granted_by.target: there},
    )

    decisions = [v for v in frozen.decisions() if v.target == granted_by.target]

    assert decisions
    assert all(isinstance(decision, Undecided) for decision in decisions)


@LAWS
@given(inputs_of_a_user)
def test_a_disabled_row_grants_nobody_a_role(inputs: Inputs) -> None:
    """Rule 4: no user gets its role anew."""
    disabled = [replace(row, enabled=False, role_arn="role/New") for row in inputs.table.rows]

    roles = {
        v.role_arn for v in inputs.with_rows(disabled).decisions() if isinstance(v, DesiredProfile)
    }

    assert "role/New" not in roles


def losers(inputs: Inputs, found: Iterable[Decision]) -> set[Target]:
    """Return the targets in which decisions remove something that is there."""
    there = {target for target, each in inputs.records.items() if each.state is not State.REMOVED}
    return {each.target for each in found if isinstance(each, Removal)} & there


@LAWS
@given(inputs_of_a_user, st.sets(st.sampled_from(ROLES)))
def test_no_unavailable_role_is_desired_and_none_removes_anybody(
    inputs: Inputs, missing: set[str]
) -> None:
    """Rule 14: whatever roles are missing, nobody gets one, and nobody loses more."""
    unavailable = dict.fromkeys(TARGETS, frozenset(missing))
    found = desire(inputs.snapshot, inputs.table, inputs.records, NOW, unavailable)

    assert not {each.role_arn for each in found if isinstance(each, DesiredProfile)} & missing
    assert losers(inputs, found) <= inputs.losers()


@LAWS
@given(inputs_of_a_user, st.sampled_from(GROUPS), st.integers(0, 99))
def test_a_new_row_for_a_missing_role_takes_nothing_from_anybody(
    inputs: Inputs, group: str, priority: int
) -> None:
    """Rule 14: who was to have a role there has that one, or keeps what they have."""
    nowhere = "arn:aws:iam::222222222222:role/studio-hub/Nowhere"
    new = GroupMapping(group, TARGETS[0], nowhere, priority)
    assume(not any((row.group, row.target) == (group, new.target) for row in inputs.table.rows))
    wider = inputs.with_rows([*inputs.table.rows, new])
    unavailable = {new.target: frozenset({nowhere})}
    found = desire(wider.snapshot, wider.table, wider.records, NOW, unavailable)

    assert losers(inputs, found) <= inputs.losers()
    assert nowhere not in {each.role_arn for each in found if isinstance(each, DesiredProfile)}
