"""What the recorder keeps of what it could not write, and of what it did not see."""

from dataclasses import replace

from builders import ACTIVE, ADA, BECAUSE, LAB, NEW, OLD, PROMOTED, REMOVAL, SHOP, THERE
from recorder_harness import CREATE, REVOKE, RecorderHarness, knowing

from hub.runtime.decisions.actions import Create, InSync
from hub.runtime.decisions.outcome import Applied, Deferred, Found
from hub.runtime.decisions.progress import has_lapsed, is_in_sync
from hub.runtime.decisions.record import Access, MemberChanges, State
from shared.model import Because, GroupId

HELD = replace(ACTIVE, state=State.HELD, hold="limit")


def written_elsewhere(harness: RecorderHarness) -> None:
    """Let another worker write the record of LAB after this reconcile has read it."""
    row = harness.ledger.rows.get((ADA.id, LAB), ACTIVE)
    harness.ledger.rows[ADA.id, LAB] = replace(row, version=row.version + 1)


def test_a_refused_write_leaves_a_hold_as_it_is() -> None:
    """An approved hold is not released for a removal that never began."""
    harness = knowing(HELD)
    recorder = harness.open(REMOVAL)
    written_elsewhere(harness)
    refused = recorder.begin([REVOKE])
    recorder.record_outcome(Deferred(REVOKE, refused[LAB]))
    recorder.flush({LAB})

    assert recorder.records[LAB].hold == "limit"


def test_a_refused_write_loses_no_membership() -> None:
    """What it carried waits for the next one, so that a later leave names a known membership."""
    harness = knowing(None)
    harness.changes = MemberChanges({GroupId("g"): "m"})
    recorder = harness.open(PROMOTED)
    written_elsewhere(harness)
    refused = recorder.begin([CREATE])

    assert refused.keys() == {LAB}
    assert recorder.changes == harness.changes
    assert LAB not in recorder.records


def test_a_refused_write_of_one_target_stops_no_action_in_another() -> None:
    """It is returned for its target alone, though both are written together."""
    harness = knowing(ACTIVE)
    recorder = harness.open(REMOVAL)
    recorder.begin([REVOKE])
    recorder.record_outcome(Applied(REVOKE))
    written_elsewhere(harness)
    recorder._decisions[SHOP] = PROMOTED._replace(target=SHOP)  # noqa: SLF001 (the harness has one)

    assert recorder.begin([Create(ADA, SHOP, "ada", NEW, BECAUSE)]).keys() == {LAB}
    assert harness.ledger.rows[ADA.id, SHOP].state is State.PENDING


def test_a_creation_that_found_a_profile_is_not_untouched() -> None:
    """The profile may be ours, of a creation whose answer was lost: a removal has to read it."""
    harness = knowing(None)
    harness.open(PROMOTED)
    record = harness.does(CREATE, Found(CREATE))

    assert record.access is Access.UNSURE
    assert not is_in_sync(REMOVAL, record)


def test_a_role_that_apps_keep_is_known_after_a_change_that_nobody_saw_end() -> None:
    """Its record has the role before it: once no row grants that, the apps are stopped."""
    harness = knowing(replace(ACTIVE, role_arn=OLD))
    harness.open(PROMOTED)
    harness.plans(InSync(PROMOTED, replace(THERE, role_arn=NEW)), profile=THERE)
    alone = PROMOTED._replace(because=Because(BECAUSE[:1]))

    assert harness.record.kept_role == OLD
    assert has_lapsed(alone, harness.record)
