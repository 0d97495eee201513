"""Rule 10: a hold stays until it is obsolete; time and unknown groups never release it."""

from dataclasses import replace

import pytest
from builders import ADA, BECAUSE, LAB, NEW, NOON, OLD, UNDECIDED

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import LIMIT, Disruption, DisruptionKind, HeldDisruption
from hub.runtime.scan.desired import is_obsolete

RECORD = Record(
    user_id=ADA.id,
    target=LAB,
    state=State.HELD,
    user_name="ada",
    profile_name="ada",
    role_arn=OLD,
    hold=LIMIT,
)
OLD_ROLE = DesiredProfile(ADA, LAB, "ada", OLD, BECAUSE)
NEW_ROLE = DesiredProfile(ADA, LAB, "ada", NEW, BECAUSE)
REMOVAL = Removal(ADA, LAB, "ada", "left", 30)


@pytest.mark.parametrize(
    ("kind", "decision", "over"),
    [
        (DisruptionKind.REMOVAL, REMOVAL, False),
        (DisruptionKind.REMOVAL, UNDECIDED, False),
        (DisruptionKind.REMOVAL, OLD_ROLE, True),
        (DisruptionKind.REMOVAL, NEW_ROLE, True),
        (DisruptionKind.ROLE_CHANGE, NEW_ROLE, False),
        (DisruptionKind.ROLE_CHANGE, OLD_ROLE, True),
        (DisruptionKind.ROLE_CHANGE, UNDECIDED, False),
    ],
)
def test_a_disruption_is_held_as_long_as_it_is_needed(
    kind: DisruptionKind, decision: Decision, *, over: bool
) -> None:
    """Who is desired again is no longer held, even before the record says so."""
    held = HeldDisruption(Disruption(ADA.id, "ada", "ada", kind, "because"), LIMIT, NOON)

    assert is_obsolete(held, decision, RECORD) is over


@pytest.mark.parametrize(
    "record",
    [None, replace(RECORD, state=State.REMOVED), replace(RECORD, retain_until=NOON)],
    ids=["unknown", "removed", "leaving"],
)
def test_a_disruption_that_has_started_is_not_held(record: Record | None) -> None:
    """Nothing is left to approve."""
    held = HeldDisruption(
        Disruption(ADA.id, "ada", "ada", DisruptionKind.REMOVAL, "because"), LIMIT, NOON
    )

    assert is_obsolete(held, REMOVAL, record)
