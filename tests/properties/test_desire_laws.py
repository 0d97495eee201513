"""The laws of desired state, on generated mappings, users and records."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st
from worlds import LAWS, TARGETS, World, record_in, worlds

from hub.runtime.decisions.decision import DesiredProfile, Removal, Undecided
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
@given(worlds)
def test_every_target_has_one_decision(world: World) -> None:
    """Sorted by target, one each, and only where the user is concerned."""
    targets = [decision.target for decision in world.decisions()]

    assert targets == sorted(set(targets))
    assert set(targets) <= {*world.records, *(row.target for row in world.table.rows)}


@LAWS
@given(worlds)
def test_an_unknown_row_removes_nobody(world: World) -> None:
    """Rules 3, 4 and 11: an unknown row forbids a removal.

    A removal without any row needs an approval.
    """
    assume(world.snapshot.person.user_status is UserStatus.ENABLED)
    mapped = {row.target for row in world.table.rows}

    assert not any(world.is_unknown(target) for target in world.losers())
    assert all(removal.hold for removal in world.removals() if removal.target not in mapped)


@LAWS
@given(worlds)
def test_a_member_of_an_enabled_rows_group_is_never_removed(world: World) -> None:
    """Rule 4: only a user to whom no row applies is removed."""
    assume(world.snapshot.person.user_status is UserStatus.ENABLED)
    desired = {row.target for row in world.table.rows if row.enabled and world.is_in(row)}

    removals = {v.target for v in world.decisions() if isinstance(v, Removal)}

    assert not removals & desired


@LAWS
@given(worlds)
def test_a_shorter_listing_removes_nobody_else(world: World) -> None:
    """Law 6: a user removed after a truncated read is also removed after the complete one."""
    truncated = replace(
        world, snapshot=replace(world.snapshot, member_of=frozenset(), complete=False)
    )

    assert truncated.losers() <= world.losers()


@LAWS
@given(worlds)
def test_the_winner_is_the_lowest_by_priority_and_name(world: World) -> None:
    """Rule 2, over every enabled row that applies."""
    for decision in world.decisions():
        if isinstance(decision, DesiredProfile):
            applying = [
                (row.priority, row.group)
                for row in world.table.rows
                if row.target == decision.target and row.enabled and world.is_in(row)
            ]
            grants = [(grant.priority, grant.group) for grant in decision.because.grants]

            assert grants == sorted(grants)
            assert grants[0] == min([*applying, grants[0]])
            assert set(applying) <= set(grants)


@LAWS
@given(worlds, st.sampled_from(TARGETS), st.booleans())
def test_a_row_of_higher_number_changes_no_winner(
    world: World,
    target: Target,
    enabled: bool,  # noqa: FBT001 (hypothesis gives arguments by position)
) -> None:
    """Rule 2: it can only be added to those that lost."""
    late = GroupMapping("late", target, "role/Late", 99, group_id=GroupId("id-a"), enabled=enabled)
    before = {v.target: v for v in world.decisions() if isinstance(v, DesiredProfile)}

    after = {v.target: v for v in world.with_rows([*world.table.rows, late]).decisions()}

    for target_, decision in before.items():
        now = after[target_]
        assert isinstance(now, DesiredProfile)
        assert now.because.winner == decision.because.winner


@LAWS
@given(worlds, st.data())
def test_no_role_is_changed_away_from_an_unknown_row(world: World, data: st.DataObject) -> None:
    """Rule 3: while the row that granted the role cannot be read, the role does not change."""
    granted_by = data.draw(st.sampled_from(world.table.rows))
    there = replace(
        data.draw(record_in(granted_by.target)),
        given_by=granted_by.group,
        state=data.draw(st.sampled_from([s for s in State if s is not State.REMOVED])),
    )
    others = [row for row in world.table.rows if row is not granted_by]
    if data.draw(st.booleans()):
        table = MappingTable(
            tuple(others), (BadMapping(granted_by.group, "", granted_by.target, ("bad",)),)
        )
        groups = world.snapshot.groups
    else:
        table = MappingTable((*others, replace(granted_by, group_id=None)))
        groups = {**world.snapshot.groups, granted_by.group: Unresolved.UNREADABLE}
    frozen = World(
        replace(
            world.snapshot,
            groups=groups,
            person=replace(world.snapshot.person, user_status=UserStatus.ENABLED),
        ),
        table,
        {**world.records, granted_by.target: there},
    )

    decisions = [v for v in frozen.decisions() if v.target == granted_by.target]

    assert decisions
    assert all(isinstance(decision, Undecided) for decision in decisions)


@LAWS
@given(worlds)
def test_a_disabled_row_grants_nobody_a_role(world: World) -> None:
    """Rule 4: no user gets its role anew."""
    disabled = [replace(row, enabled=False, role_arn="role/New") for row in world.table.rows]

    roles = {
        v.role_arn for v in world.with_rows(disabled).decisions() if isinstance(v, DesiredProfile)
    }

    assert "role/New" not in roles
