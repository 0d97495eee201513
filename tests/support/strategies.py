"""Random inputs: one user with their rows, records and profiles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from hub.runtime.decisions.actions import (
    Plan,
)
from hub.runtime.decisions.decision import Decision, Removal
from hub.runtime.decisions.desired import desire
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus, Workload
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.record import Access, EndedGrant, Record, State
from shared.conventions import Ownership, SystemRole
from shared.model import (
    BadMapping,
    DirectorySnapshot,
    Grant,
    GroupId,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
    User,
    UserId,
    UserStatus,
)

LAWS = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TARGETS = [Target.parse(f"{str(n) * 12}/eu-west-1/d-x{n}") for n in (2, 3)]
GROUPS = ["a", "b", "c"]
ROLES = ["role/One", "role/Two"]
BUSY = Workload((App("JupyterLab", "x", "InService"),))
Observed = Mapping[Target, ObservedProfile | None]

# Hypothesis makes up every field of a named tuple that is not given.
grants = st.builds(
    Grant,
    st.sampled_from([10, 20]),
    st.sampled_from(GROUPS),
    st.sampled_from(ROLES),
    st.just(0),
    st.just(""),
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
        User,
        st.just(UserId("u-1")),
        st.just("ada@example.com"),
        st.sampled_from([UserStatus.ENABLED] * 4 + list(UserStatus)),
    ),
    member_of=st.frozensets(st.sampled_from([GroupId(f"id-{group}") for group in GROUPS])),
    groups=st.fixed_dictionaries(
        {
            group: st.sampled_from([GroupId(f"id-{group}")] * 3 + list(Unresolved))
            for group in GROUPS
        }
    ),
    doubtful=st.frozensets(st.sampled_from([GroupId("id-a"), GroupId("id-x")]), max_size=1),
    deleted=st.just(frozenset()),
    emptied=st.just(frozenset()),
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
        user_status=st.sampled_from(UserStatus),
        access=st.sampled_from([Access.ASSIGNED] * 3 + list(Access)),
        role_arn=st.sampled_from(ROLES),
        given_by=st.sampled_from(GROUPS),
        because=st.lists(grants, max_size=2, unique_by=lambda grant: grant.group).map(tuple),
        ended=st.lists(
            st.builds(
                EndedGrant,
                st.sampled_from(GROUPS),
                st.just(30),
                st.sampled_from([NOW, NOW - timedelta(hours=30)]),
            ),
            max_size=1,
        ).map(tuple),
        started=st.sampled_from([None, None, NOW]),
        retain_until=st.sampled_from([None, None, NOW, NOW + timedelta(days=1)]),
    )


records = st.fixed_dictionaries({}, optional={target: record_in(target) for target in TARGETS})
profiles = st.builds(
    ObservedProfile,
    name=st.just("ada-recorded"),
    status=st.sampled_from([ProfileStatus.IN_SERVICE] * 6 + list(ProfileStatus)),
    role_arn=st.sampled_from(
        [*ROLES, *(SystemRole.SUSPENDED.arn(t.account, t.region) for t in TARGETS)]
    ),
    ownership=st.sampled_from([Ownership.OURS] * 4 + list(Ownership)),
    workload=st.sampled_from([None, Workload(), Workload(), BUSY]),
)
observations = st.fixed_dictionaries(
    {}, optional={target: st.none() | profiles for target in TARGETS}
)


@dataclass(frozen=True)
class Inputs:
    """Everything that is known of one user."""

    snapshot: DirectorySnapshot
    table: MappingTable
    records: Mapping[Target, Record]

    def decisions(self) -> tuple[Decision, ...]:
        """Return the decisions for the user."""
        return desire(self.snapshot, self.table, self.records, NOW)

    def removals(self) -> list[Removal]:
        """Return the removals that take something; other removals only record the end."""
        return [
            decision
            for decision in self.decisions()
            if isinstance(decision, Removal)
            and decision.target in self.records
            and self.records[decision.target].state is not State.REMOVED
        ]

    def losers(self) -> set[Target]:
        """Return the targets in which something is removed."""
        return {removal.target for removal in self.removals()}

    def plan(self, observed: Observed) -> Plan:
        """Return the plan for what is observed."""
        return plan(self.decisions(), observed, self.records, NOW)

    def with_rows(self, rows: Iterable[GroupMapping]) -> "Inputs":
        """Return the same inputs with other rows."""
        return replace(self, table=self.table._replace(rows=tuple(rows)))

    def is_in(self, row: GroupMapping) -> bool:
        """Return whether the user is certainly in the row's group."""
        return self.group_id(row) in self.snapshot.member_of - self.snapshot.doubtful

    def is_unknown(self, target: Target) -> bool:
        """Return whether some row of the target cannot be ruled out for the user."""
        return any(bad.target == target for bad in self.table.bad) or any(
            self._is_undecidable(row)
            or self.group_id(row) in self.snapshot.doubtful
            or not (self.snapshot.complete or self.is_in(row))
            for row in self.table.rows
            if row.target == target
        )

    def _is_undecidable(self, row: GroupMapping) -> bool:
        """Return whether a row's group cannot be resolved, and the user may be in it."""
        found, record = self.group_id(row), self.records.get(row.target)
        if found is not Unresolved.UNKNOWN or record is None:
            return found is Unresolved.UNREADABLE
        gave = {record.given_by, *(grant.group for grant in record.because)} - {""}
        return row.group in gave or (bool(record.role_arn) and not gave)

    def group_id(self, row: GroupMapping) -> GroupId | Unresolved:
        """Return the group that a row means, if it can be resolved."""
        return row.group_id or self.snapshot.groups[row.group]


tables = st.tuples(rows.map(tuple), bad_rows.map(tuple)).map(lambda of: MappingTable(*of))
inputs_of_a_user = st.builds(Inputs, snapshots, tables, records)
