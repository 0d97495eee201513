"""What the ledger says at each step of a look: before it is begun, and when its end is known."""

from dataclasses import replace

import pytest
from cases import (
    ACTIVE,
    ADA,
    BECAUSE,
    DAY,
    DEMOTED,
    HOUR,
    LAB,
    NEW,
    NOON,
    OLD,
    PROMOTED,
    REMOVAL,
    SUSPENDED_ROLE,
    THERE,
    app,
)
from recorder_harness import (
    ASSIGN,
    CHANGE,
    CREATE,
    DELETE,
    LEAVING,
    REQUEST,
    REVOKE,
    SPACE,
    STOP,
    SUSPEND,
    SUSPENDED_NOW,
    RecorderHarness,
    knowing,
)

from hub.runtime.decisions.actions import (
    InSync,
    Resume,
    StopApp,
)
from hub.runtime.decisions.outcome import Applied, ManualAction, Started
from hub.runtime.decisions.profile_events import ProfileEventType
from hub.runtime.decisions.record import Access, Record, State


@pytest.fixture
def harness() -> RecorderHarness:
    return knowing(None)


def test_a_creation_is_written_before_it_is_begun(harness: RecorderHarness) -> None:
    """Law 4: whoever dies in the middle leaves a row that is looked at again."""
    harness.open(PROMOTED).begin(CREATE)

    assert harness.record.state is State.PENDING
    assert harness.record.access is Access.UNSURE
    assert harness.record.because == BECAUSE.grants
    assert harness.record.role_arn == ""
    assert harness.told == []


def test_nobody_is_active_before_they_may_sign_in(harness: RecorderHarness) -> None:
    """Rule 7: the profile alone is told to nobody."""
    harness.open(PROMOTED)
    made = replace(THERE, role_arn=NEW)

    assert harness.does(CREATE, Applied(CREATE, made)).state is State.PENDING
    assert harness.told == []
    assert harness.does(ASSIGN) == replace(
        ACTIVE,
        role_arn=NEW,
        given_by="ml-leads",
        because=BECAUSE.grants,
        since=NOON,
        last_request="an-event",
        version=harness.record.version,
    )
    assert harness.told == [ProfileEventType.CREATED]
    assert harness.recorder.is_done(LAB)


def test_where_people_are_assigned_by_hand_they_are_active_all_the_same(
    harness: RecorderHarness,
) -> None:
    """Nothing is left for the hub to do."""
    harness.open(PROMOTED)
    harness.does(CREATE, Applied(CREATE, replace(THERE, role_arn=NEW)))

    assert harness.does(ASSIGN, ManualAction(ASSIGN)).access is Access.BY_HAND
    assert harness.record.state is State.ACTIVE


def test_a_removal_says_from_its_first_step_what_it_will_do() -> None:
    """When it began and until when the rest is kept, before anything is taken."""
    harness = knowing(ACTIVE)
    harness.open(REMOVAL).begin(REVOKE)

    assert harness.record.state is State.REMOVING
    assert (harness.record.started, harness.record.retain_until) == (NOON, NOON + 30 * DAY)
    assert harness.record.access is Access.UNSURE
    assert harness.record.role_arn == OLD
    assert harness.record.because == ACTIVE.because


def test_a_life_of_a_leaver() -> None:
    """Each rung is told once, and the last says what was left behind."""
    harness = knowing(ACTIVE)
    harness.open(REMOVAL)
    assert harness.does(REVOKE).access is Access.REVOKED
    assert harness.does(SUSPEND, Applied(SUSPEND, SUSPENDED_NOW)).role_arn == SUSPENDED_ROLE
    assert not harness.recorder.is_done(LAB)

    harness.open(REMOVAL, NOON + HOUR).in_sync(InSync(REMOVAL, SUSPENDED_NOW))
    assert (harness.record.state, harness.record.since) == (State.SUSPENDED, NOON + HOUR)
    assert harness.record.retain_until == NOON + 30 * DAY
    assert harness.recorder.is_done(LAB)

    harness.open(REMOVAL, NOON + 30 * DAY)
    assert harness.does(SPACE, Started(SPACE)).spaces == ("lab",)
    harness.open(REMOVAL, NOON + 30 * DAY + HOUR)
    harness.does(DELETE)

    assert (harness.record.state, harness.record.role_arn) == (State.REMOVED, "")
    assert (harness.record.efs_uid, harness.record.spaces) == ("200005", ("lab",))
    assert harness.record.started is None
    assert not harness.record.is_leaving
    assert harness.told == [ProfileEventType.SUSPENDED, ProfileEventType.REMOVED]


def test_the_uid_is_written_before_the_profile_is_deleted() -> None:
    """Rule 8: with the names of the spaces, or nobody finds the home directory again."""
    harness = knowing(replace(LEAVING, efs_uid=""))
    harness.open(REMOVAL).begin(DELETE)

    assert harness.record.efs_uid == "200005"
    assert harness.record.state is State.REMOVING


def test_what_began_once_begins_no_second_time() -> None:
    """The retention counts from the first look at the removal."""
    harness = knowing(LEAVING)
    harness.open(replace(REMOVAL, retention_days=0), NOON + DAY).begin(SUSPEND)

    assert (harness.record.started, harness.record.retain_until) == (NOON, NOON + 30 * DAY)


def test_whoever_comes_back_leaves_no_more() -> None:
    """Rule 8: from any rung, with what they had; the removal may begin anew another day."""
    harness = knowing(replace(LEAVING, role_arn=SUSPENDED_ROLE))
    harness.open(PROMOTED)
    resume = Resume(ADA, LAB, "ada", NEW, BECAUSE)

    harness.does(resume, Applied(resume, replace(THERE, role_arn=NEW)))
    harness.does(ASSIGN)

    assert harness.record.state is State.ACTIVE
    assert not harness.record.is_leaving
    assert harness.record.started is None
    assert harness.record.efs_uid == ACTIVE.efs_uid
    assert harness.told == [ProfileEventType.RESUMED]


def test_a_change_that_stopped_apps_is_looked_at_once_more() -> None:
    """Rule 9: something may have been started meanwhile."""
    harness = knowing(ACTIVE)
    harness.open(DEMOTED)
    assert harness.does(STOP, Started(STOP)).started == NOON
    harness.open(DEMOTED, NOON + HOUR)
    changed = harness.does(CHANGE, Applied(CHANGE, replace(THERE, role_arn=NEW)))

    assert (changed.role_arn, changed.state) == (NEW, State.PENDING)
    assert not harness.recorder.is_done(LAB)
    harness.open(DEMOTED, NOON + HOUR).in_sync(InSync(DEMOTED, replace(THERE, role_arn=NEW)))
    assert (harness.record.state, harness.record.started) == (State.ACTIVE, None)
    assert harness.told == [ProfileEventType.ROLE_CHANGED]


@pytest.mark.parametrize(
    ("before", "restarts"),
    [
        (ACTIVE, 0),
        (replace(ACTIVE, started=NOON), 1),
        (replace(ACTIVE, started=NOON, restarts=2), 3),
        # What a removal stopped was started again by nobody.
        (LEAVING, 0),
    ],
)
def test_restarts_are_counted(before: Record, restarts: int) -> None:
    """Once a look, however many apps there are."""
    harness = knowing(before)
    harness.open(DEMOTED)
    for name in "abc":
        stop = StopApp(ADA, LAB, "ada", app(name))
        harness.does(stop, Started(stop))

    assert harness.record.restarts == restarts


def test_an_active_record_forgets_what_is_over() -> None:
    """Restarts, holds, reasons and dates of what was going on before."""
    harness = knowing(
        replace(LEAVING, restarts=3, hold="limit", reason="held", spaces=("lab",), role_arn=NEW)
    )
    harness.open(PROMOTED).in_sync(InSync(PROMOTED, replace(THERE, role_arn=NEW)))

    now = harness.record
    assert (now.restarts, now.hold, now.reason, now.spaces) == (0, "", "", ())
    assert (now.started, now.retain_until) == (None, None)


def test_a_creation_keeps_when_it_was_called_for_until_it_is_there() -> None:
    """Whichever look begins it anew, or sees its end; and that is told once."""
    harness = knowing(None)
    harness.open(PROMOTED).begin(CREATE)
    asked = harness.record.requested_at
    harness.open(PROMOTED, NOON + HOUR, replace(REQUEST, event_at=NOON + HOUR)).begin(CREATE)

    assert asked == REQUEST.event_at
    assert harness.record.requested_at == asked
    assert [harness.recorder.arrived(LAB) for _ in range(2)] == [asked, None]
    harness.recorder.in_sync(InSync(PROMOTED, THERE))
    assert harness.record.requested_at is None


def test_whoever_leaves_before_the_profile_is_there_has_not_joined() -> None:
    """It comes, and goes again."""
    harness = knowing(None)
    harness.open(PROMOTED).begin(CREATE)
    assert harness.open(REMOVAL).arrived(LAB) is None
    harness.recorder.begin(REVOKE)

    assert harness.record.requested_at is None
