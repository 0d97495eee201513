"""While Studio is busy with a profile, nobody knows which problems of its user are over."""

from dataclasses import replace

import pytest
from builders import ACTIVE, ADA, LAB, THERE
from fake_studio import FakeStudio
from fakes import FakeLedger
from reconcile_harness import MEMBERSHIP, ROW, ReconcileHarness

from hub.runtime.decisions.observed import ProfileStatus

# The ledger does not know yet that the profile has the role of the row.
RECORD = replace(ACTIVE, memberships=(MEMBERSHIP,), problems=("refused ada",))
PROFILE = replace(THERE, role_arn=ROW.role_arn)
WITHHELD = f"dry-run ChangeRole for ada in {LAB}"


def studio(status: ProfileStatus) -> FakeStudio:
    """Return a Studio whose profile of Ada has this status."""
    return FakeStudio(profiles={(LAB, "ada"): replace(PROFILE, status=status)})


@pytest.mark.parametrize(
    ("status", "problems"),
    [(ProfileStatus.UPDATING, RECORD.problems), (ProfileStatus.IN_SERVICE, ())],
)
def test_an_open_problem_stays_open_while_studio_is_busy(
    status: ProfileStatus, problems: tuple[str, ...]
) -> None:
    """Law 11: only a reconcile that sees a problem resolved closes it."""
    ledger = FakeLedger(rows={(ADA.id, LAB): RECORD})
    ReconcileHarness(studio=studio(status), ledger=ledger).reconcile()

    assert ledger.rows[ADA.id, LAB].problems == problems


@pytest.mark.parametrize(
    ("status", "reports"),
    [(ProfileStatus.UPDATING, {WITHHELD}), (ProfileStatus.IN_SERVICE, set())],
)
def test_a_dry_run_report_stays_open_while_studio_is_busy(
    status: ProfileStatus, reports: set[str]
) -> None:
    """Law 11, in report mode: what Studio does meanwhile may not be what was reported."""
    ledger = FakeLedger(rows={(ADA.id, LAB): RECORD}, withheld={ADA.id: frozenset({WITHHELD})})
    ReconcileHarness("report", studio=studio(status), ledger=ledger).reconcile()

    assert ledger.withheld[ADA.id] == reports
