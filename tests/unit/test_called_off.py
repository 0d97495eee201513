"""Rule 10: a hold stays until nothing calls for it any more; time and doubt never release it."""

from dataclasses import replace

import pytest
from cases import ADA, BECAUSE, LAB, NEW, NOON, OLD, UNDECIDED

from hub.runtime.decisions.decision import DesiredProfile, Removal, Verdict
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import LIMIT, Cut, CutKind, HeldCut
from hub.runtime.scan.desired import is_called_off

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
    ("kind", "verdict", "over"),
    [
        (CutKind.REMOVAL, REMOVAL, False),
        (CutKind.REMOVAL, UNDECIDED, False),
        (CutKind.REMOVAL, OLD_ROLE, True),
        (CutKind.REMOVAL, NEW_ROLE, True),
        (CutKind.ROLE_CHANGE, NEW_ROLE, False),
        (CutKind.ROLE_CHANGE, OLD_ROLE, True),
        (CutKind.ROLE_CHANGE, UNDECIDED, False),
    ],
)
def test_a_cut_waits_as_long_as_it_is_called_for(
    kind: CutKind, verdict: Verdict, *, over: bool
) -> None:
    """Who is called for again is held no more, also before the record says so."""
    held = HeldCut(Cut(ADA.id, "ada", "ada", kind, "because"), LIMIT, NOON)

    assert is_called_off(held, verdict, RECORD) is over


@pytest.mark.parametrize(
    "record",
    [None, replace(RECORD, state=State.REMOVED), replace(RECORD, retain_until=NOON)],
    ids=["unknown", "removed", "leaving"],
)
def test_what_has_begun_waits_no_more(record: Record | None) -> None:
    """There is nothing left to say yes to."""
    held = HeldCut(Cut(ADA.id, "ada", "ada", CutKind.REMOVAL, "because"), LIMIT, NOON)

    assert is_called_off(held, REMOVAL, record)
