"""The laws of deciding, on worlds that nobody thought of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shared.actions import ChangeRole, Create, Plan
from shared.desire import DesiredProfile, Removal, Undecided, Verdict, desire
from shared.differences import in_ledger
from shared.model import (
    BadMapping,
    Claim,
    DirectorySnapshot,
    EndedClaim,
    GroupId,
    GroupMapping,
    MappingTable,
    ObservedProfile,
    Person,
    ProfileStatus,
    Record,
    Standing,
    State,
    Target,
    Unresolved,
    UserId,
    Workload,
)
from shared.ownership import Ownership
from shared.plan import is_at_rest, plan

LAWS = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TARGETS = [Target.parse(f"{str(n) * 12}/eu-west-1/d-x{n}") for n in (2, 3)]
GROUPS = ["a", "b", "c"]
ROLES = ["role/One", "role/Two"]
Observed = Mapping[Target, ObservedProfile | None]

claims = st.builds(
    Claim, st.sampled_from([10, 20]), st.sampled_from(GROUPS), st.sampled_from(ROLES), st.just(0)
)
rows = st.lists(
    st.builds(
        GroupMapping,
        group=st.sampled_from(GROUPS),
        target=st.sampled_from(TARGETS),
        role_arn=st.sampled_from(ROLES),
        priority=st.sampled_from([10, 20, 30]),
        retention_days=st.sampled_from([0, 0, 30]),
        group_id=st.sampled_from([None, GroupId("id-a"), GroupId("id-x")]),
        enabled=st.sampled_from([True, True, False]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: (row.group, row.target),
)
bad_rows = st.lists(
    st.builds(
        lambda group, target: BadMapping(group, str(target), target, ("bad",)),
        st.sampled_from(GROUPS),
        st.sampled_from(TARGETS),
    ),
    max_size=1,
)
snapshots = st.builds(
    DirectorySnapshot,
    person=st.builds(
        Person,
        st.just(UserId("u-1")),
        st.just("ada@example.com"),
        st.sampled_from([Standing.ENABLED] * 4 + list(Standing)),
    ),
    member_of=st.frozensets(st.sampled_from([GroupId(f"id-{group}") for group in GROUPS])),
    groups=st.fixed_dictionaries(
        {
            group: st.sampled_from([GroupId(f"id-{group}")] * 3 + list(Unresolved))
            for group in GROUPS
        }
    ),
    doubtful=st.frozensets(st.sampled_from([GroupId("id-a"), GroupId("id-x")]), max_size=1),
    complete=st.booleans(),
)


def record_in(target: Target) -> st.SearchStrategy[Record]:
    return st.builds(
        Record,
        user_id=st.just(UserId("u-1")),
        target=st.just(target),
        state=st.sampled_from([State.ACTIVE] * 5 + list(State)),
        user_name=st.just("ada@example.com"),
        profile_name=st.just("ada-recorded"),
        standing=st.sampled_from(Standing),
        role_arn=st.sampled_from(ROLES),
        given_by=st.sampled_from(GROUPS),
        because=st.lists(claims, max_size=2, unique_by=lambda claim: claim.group).map(tuple),
        ended=st.lists(
            st.builds(
                EndedClaim,
                st.sampled_from(GROUPS),
                st.just(30),
                st.sampled_from([NOW, NOW - timedelta(hours=30)]),
            ),
            max_size=1,
        ).map(tuple),
    )


records = st.fixed_dictionaries({}, optional={target: record_in(target) for target in TARGETS})
profiles = st.builds(
    ObservedProfile,
    name=st.just("ada-recorded"),
    status=st.sampled_from([ProfileStatus.IN_SERVICE] * 6 + list(ProfileStatus)),
    role_arn=st.sampled_from(ROLES),
    ownership=st.sampled_from([Ownership.OURS] * 4 + list(Ownership)),
    workload=st.sampled_from([None, Workload(), Workload(), Workload(("JupyterLab x",), ())]),
)
observations = st.fixed_dictionaries(
    {}, optional={target: st.none() | profiles for target in TARGETS}
)


@dataclass(frozen=True)
class World:
    """Everything that is known of one person."""

    snapshot: DirectorySnapshot
    table: MappingTable
    records: Mapping[Target, Record]

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return what the world calls for."""
        return desire(self.snapshot, self.table, self.records, NOW)

    def losers(self) -> set[Target]:
        """Return where somebody who has something is to lose it; other removals are notes."""
        return {
            verdict.target
            for verdict in self.verdicts()
            if isinstance(verdict, Removal)
            and verdict.target in self.records
            and self.records[verdict.target].state is not State.REMOVED
        }

    def plan(self, observed: Observed) -> Plan:
        """Return what is to be done in it."""
        return plan(self.verdicts(), observed, self.records)

    def with_rows(self, rows: Iterable[GroupMapping]) -> "World":
        """Return the same world with other rows."""
        return replace(self, table=replace(self.table, rows=tuple(rows)))

    def is_in(self, row: GroupMapping) -> bool:
        """Return whether the person is in the row's group for certain."""
        return self.group_id(row) in self.snapshot.member_of - self.snapshot.doubtful

    def is_unknown(self, target: Target) -> bool:
        """Return whether nobody can say no for some row of the target."""
        return any(bad.target == target for bad in self.table.bad) or any(
            isinstance(self.group_id(row), Unresolved)
            or self.group_id(row) in self.snapshot.doubtful
            or not (self.snapshot.complete or self.is_in(row))
            for row in self.table.rows
            if row.target == target
        )

    def group_id(self, row: GroupMapping) -> GroupId | Unresolved:
        """Return which group a row means, if anybody can tell."""
        return row.group_id or self.snapshot.groups[row.group]


tables = st.builds(MappingTable, rows.map(tuple), bad_rows.map(tuple))
worlds = st.builds(World, snapshots, tables, records)


@LAWS
@given(worlds, observations, st.randoms())
def test_the_order_in_which_a_world_is_read_decides_nothing(
    world: World, observed: Observed, random: Random
) -> None:
    """The same rows, records and profiles in any order: the same verdicts, plan and digest."""
    shuffled = list(world.table.rows)
    random.shuffle(shuffled)
    other = replace(world.with_rows(shuffled), records=dict(reversed(list(world.records.items()))))

    assert other.verdicts() == world.verdicts()
    assert other.plan(dict(reversed(list(observed.items())))) == world.plan(observed)
    assert other.plan(observed).digest == world.plan(observed).digest


@LAWS
@given(worlds)
def test_every_target_has_one_verdict(world: World) -> None:
    """Sorted by target, one each, and only where the person is concerned."""
    targets = [verdict.target for verdict in world.verdicts()]

    assert targets == sorted(set(targets))
    assert set(targets) <= {*world.records, *(row.target for row in world.table.rows)}


@LAWS
@given(worlds)
def test_nobody_is_removed_on_doubt(world: World) -> None:
    """Rules 3 and 11: an unknown row of the target forbids its removal."""
    assume(world.snapshot.person.standing is Standing.ENABLED)

    assert not any(world.is_unknown(target) for target in world.losers())
    assert world.losers() <= {row.target for row in world.table.rows}


@LAWS
@given(worlds)
def test_a_member_of_an_enabled_rows_group_is_never_removed(world: World) -> None:
    """Rule 4: removal is for whom no row applies to."""
    assume(world.snapshot.person.standing is Standing.ENABLED)
    called_for = {row.target for row in world.table.rows if row.enabled and world.is_in(row)}

    removals = {v.target for v in world.verdicts() if isinstance(v, Removal)}

    assert not removals & called_for


@LAWS
@given(worlds)
def test_a_shorter_listing_removes_nobody_else(world: World) -> None:
    """Law 6: whoever is removed by a truncated read is removed by the whole one too."""
    truncated = replace(
        world, snapshot=replace(world.snapshot, member_of=frozenset(), complete=False)
    )

    assert truncated.losers() <= world.losers()


@LAWS
@given(worlds)
def test_the_winner_is_the_lowest_by_priority_and_name(world: World) -> None:
    """Rule 2, over every enabled row that applies."""
    for verdict in world.verdicts():
        if isinstance(verdict, DesiredProfile):
            applying = [
                (row.priority, row.group)
                for row in world.table.rows
                if row.target == verdict.target and row.enabled and world.is_in(row)
            ]
            claims = [(claim.priority, claim.group) for claim in verdict.because.claims]

            assert claims == sorted(claims)
            assert claims[0] == min([*applying, claims[0]])
            assert set(applying) <= set(claims)


@LAWS
@given(worlds, st.sampled_from(TARGETS), st.booleans())
def test_a_row_of_higher_number_changes_no_winner(
    world: World,
    target: Target,
    enabled: bool,  # noqa: FBT001 (hypothesis gives arguments by position)
) -> None:
    """Rule 2: it can only be added to those that lost."""
    late = GroupMapping("late", target, "role/Late", 99, group_id=GroupId("id-a"), enabled=enabled)
    before = {v.target: v for v in world.verdicts() if isinstance(v, DesiredProfile)}

    after = {v.target: v for v in world.with_rows([*world.table.rows, late]).verdicts()}

    for target_, verdict in before.items():
        now = after[target_]
        assert isinstance(now, DesiredProfile)
        assert now.because.winner == verdict.because.winner


@LAWS
@given(worlds, st.data())
def test_no_role_is_changed_away_from_an_unknown_row(world: World, data: st.DataObject) -> None:
    """Rule 3's freeze: as long as nobody can read the row that gave the role, nothing changes."""
    giver = data.draw(st.sampled_from(world.table.rows))
    there = replace(
        data.draw(record_in(giver.target)),
        given_by=giver.group,
        state=data.draw(st.sampled_from([s for s in State if s is not State.REMOVED])),
    )
    others = [row for row in world.table.rows if row is not giver]
    if data.draw(st.booleans()):
        table = MappingTable(tuple(others), (BadMapping(giver.group, "", giver.target, ("bad",)),))
        groups = world.snapshot.groups
    else:
        table = MappingTable((*others, replace(giver, group_id=None)))
        groups = {**world.snapshot.groups, giver.group: Unresolved.UNREADABLE}
    frozen = World(
        replace(
            world.snapshot,
            groups=groups,
            person=replace(world.snapshot.person, standing=Standing.ENABLED),
        ),
        table,
        {**world.records, giver.target: there},
    )

    verdicts = [v for v in frozen.verdicts() if v.target == giver.target]

    assert verdicts
    assert all(isinstance(verdict, Undecided) for verdict in verdicts)


@LAWS
@given(worlds)
def test_a_disabled_row_gives_nobody_a_role(world: World) -> None:
    """Rule 4: its role is new to nobody."""
    disabled = [replace(row, enabled=False, role_arn="role/New") for row in world.table.rows]

    roles = {
        v.role_arn for v in world.with_rows(disabled).verdicts() if isinstance(v, DesiredProfile)
    }

    assert "role/New" not in roles


@LAWS
@given(worlds, observations)
def test_what_is_not_ours_is_never_touched(world: World, observed: Observed) -> None:
    """Law 5: every action is on a profile that is ours, or on none at all."""
    for action in world.plan(observed).actions:
        profile = observed[action.target]

        assert (profile is None) is isinstance(action, Create)
        assert profile is None or profile.ownership is Ownership.OURS


@LAWS
@given(worlds, observations)
def test_no_role_is_given_that_is_not_called_for(world: World, observed: Observed) -> None:
    """Law 8: a role comes from a row that applies, and everybody else keeps or loses theirs."""
    for action in world.plan(observed).actions:
        if isinstance(action, Create | ChangeRole):
            given = {
                row.role_arn
                for row in world.table.rows
                if row.target == action.target and world.is_in(row) and row.enabled
            }
            kept = world.records.get(action.target)

            assert action.role_arn in given | ({kept.role_arn} if kept else set())
            assert world.snapshot.person.standing is Standing.ENABLED


@LAWS
@given(worlds, observations)
def test_every_verdict_is_answered_once(world: World, observed: Observed) -> None:
    """Style rule 3: each difference is an action or a skip with a reason; none is lost."""
    found = world.plan(observed)
    answers = [
        *(action.target for action in found.actions),
        *(skip.target for skip in found.skips if skip.kind != "access"),
        *(settled.verdict.target for settled in found.settled),
    ]

    assert sorted(answers) == [
        v.target for v in world.verdicts() if isinstance(v, Undecided) or v.target in observed
    ]


def as_carried_out(verdict: Verdict, record: Record | None) -> Record | None:
    """Return what the ledger says of a target once the verdict on it is carried out."""
    if isinstance(verdict, Undecided):
        return record
    done = Record(
        user_id=verdict.person.id,
        target=verdict.target,
        state=State.REMOVED,
        user_name=verdict.person.name,
        profile_name=verdict.profile_name,
        standing=verdict.person.standing,
    )
    if isinstance(verdict, Removal):
        return done
    because = verdict.because
    return replace(
        done,
        state=State.ACTIVE,
        role_arn=verdict.role_arn,
        given_by=because.winner.group,
        because=because.claims,
    )


@LAWS
@given(worlds)
def test_what_is_carried_out_is_never_found_again(world: World) -> None:
    """A sweep of a town in which nothing happened queues nobody, and nothing new is called for."""
    done = {
        verdict.target: record
        for verdict in world.verdicts()
        if (record := as_carried_out(verdict, world.records.get(verdict.target)))
    }
    settled = replace(world, records={**world.records, **done})

    for verdict in settled.verdicts():
        record = settled.records.get(verdict.target)

        assert in_ledger(verdict, UserId("u-1"), record) is None
        assert isinstance(verdict, Undecided) or is_at_rest(verdict, record)
