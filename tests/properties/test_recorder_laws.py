"""The memberships that a reconcile saw, over any sequence of its writes: none is ever lost."""

from dataclasses import dataclass, replace

from builders import ACTIVE, ADA, PROMOTED
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder_harness import knowing

from hub.runtime.decisions.record import MemberChanges
from shared.model import GroupId, Target

LAWS = settings(deadline=None, max_examples=200)
TARGETS = [Target.parse(f"222222222222/eu-west-1/d-{number:04}") for number in range(4)]
# Membership changes that one transaction has room for.
MOST_AT_ONCE = 40


@dataclass(frozen=True)
class Step:
    """Records that are written and flushed; other workers write some of them before the flush."""

    writes: tuple[Target, ...]
    faster_workers: frozenset[Target]


some_targets = st.lists(st.sampled_from(TARGETS), max_size=6).map(tuple)
steps = st.lists(
    st.builds(Step, some_targets, st.frozensets(st.sampled_from(TARGETS))), min_size=1, max_size=6
)
# How many groups the user joined and left: more than one record carries, too.
numbers = st.sampled_from([0, 1, MOST_AT_ONCE, MOST_AT_ONCE + 1, 3 * MOST_AT_ONCE])


@LAWS
@given(numbers, numbers, steps)
def test_every_membership_is_written_or_waits_for_another_record(
    joined: int, left: int, steps: list[Step]
) -> None:
    """Also if a record is written twice before a flush or refused by it, and if there are many.

    A later leave by the public API names a membership id alone, so the group snapshots need each.
    """
    harness = knowing(None)
    harness.changes = MemberChanges(
        {GroupId(f"j-{number:03}"): f"m-{number}" for number in range(joined)},
        frozenset(GroupId(f"l-{number:03}") for number in range(left)),
    )
    recorder, rows = harness.open(PROMOTED), harness.ledger.rows
    for number, step in enumerate(steps):
        for at, target in enumerate(step.writes):
            version = recorder.records[target].version if target in recorder.records else 0
            reason = f"reason {number} {at}"
            recorder.write(replace(ACTIVE, target=target, version=version, reason=reason))
        for target in step.faster_workers:
            row = rows.get((ADA.id, target), replace(ACTIVE, target=target, version=0))
            rows[ADA.id, target] = replace(row, version=row.version + 1)
        recorder.flush(TARGETS)

        known = recorder.changes
        for changes in harness.ledger.member_changes:
            assert len(changes.joined) + len(changes.left) <= MOST_AT_ONCE
            known = known.merged(changes)
        assert known == harness.changes
