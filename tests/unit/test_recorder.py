"""What the ledger says at each step: before an action starts, and when its outcome is known."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import (
    ACTIVE,
    ADA,
    BECAUSE,
    DAY,
    DEMOTED,
    HOUR,
    LAB,
    MINUTE,
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

from hub.runtime import telemetry
from hub.runtime.decisions.actions import (
    InSync,
    Resume,
    StopApp,
)
from hub.runtime.decisions.outcome import Applied, ManualAction, Pending, Started
from hub.runtime.decisions.profile_events import ProfileEventType
from hub.runtime.decisions.record import Access, Record, State
from shared.errors import PermanentError, RetryableError


@pytest.fixture
def harness() -> RecorderHarness:
    return knowing(None)


def test_a_creation_is_recorded_before_it_starts(harness: RecorderHarness) -> None:
    """Law 4: a worker that dies in between leaves a row that is reconciled again."""
    harness.open(PROMOTED).begin([CREATE])

    assert harness.record.state is State.PENDING
    assert harness.record.access is Access.UNSURE
    assert harness.record.because == BECAUSE
    assert harness.record.role_arn == ""
    assert harness.published == []


def test_nobody_is_active_before_access_is_granted(harness: RecorderHarness) -> None:
    """Rule 7: the profile alone is not published."""
    harness.open(PROMOTED)
    made = replace(THERE, role_arn=NEW)

    assert harness.does(CREATE, Applied(CREATE, made)).state is State.PENDING
    assert harness.published == []
    assert harness.does(ASSIGN) == replace(
        ACTIVE,
        role_arn=NEW,
        given_by="ml-leads",
        because=BECAUSE,
        since=NOON,
        last_request="an-event",
        version=harness.record.version,
    )
    assert harness.published == [ProfileEventType.CREATED]
    assert harness.recorder.is_done(LAB)


def test_where_access_is_granted_by_hand_they_are_active_all_the_same(
    harness: RecorderHarness,
) -> None:
    """Nothing is left for the hub to do."""
    harness.open(PROMOTED)
    harness.does(CREATE, Applied(CREATE, replace(THERE, role_arn=NEW)))

    assert harness.does(ASSIGN, ManualAction(ASSIGN)).access is Access.BY_HAND
    assert harness.record.state is State.ACTIVE


def test_a_role_that_leaves_apps_running_is_recorded_with_its_outcome(
    harness: RecorderHarness,
) -> None:
    """Whoever repeats it makes the same change; one that does not end is pending, visibly."""
    harness = knowing(ACTIVE)
    change = CHANGE._replace(keeps_apps=True)

    recorder = harness.open(PROMOTED)
    recorder.begin([change])
    assert harness.ledger.writes == []
    recorder.record_outcome(Pending(change, "apps run"))
    recorder.flush()

    assert (harness.record.state, harness.record.role_arn) == (State.PENDING, OLD)
    harness.open(PROMOTED)
    harness.does(change, Applied(change, replace(THERE, role_arn=NEW)))
    assert (harness.record.state, harness.record.kept_role) == (State.ACTIVE, OLD)
    assert harness.published == [ProfileEventType.ROLE_CHANGED]


def test_a_record_waits_for_the_next_one(harness: RecorderHarness) -> None:
    """An outcome is written before the next action that needs a trace, and at the end of a pass."""
    recorder = harness.open(REMOVAL)
    recorder.begin([REVOKE])
    recorder.record_outcome(Applied(REVOKE))
    recorder.begin([SUSPEND])
    assert [each.access for each in harness.ledger.writes] == [Access.UNSURE]

    recorder.flush()
    assert [each.access for each in harness.ledger.writes] == [Access.UNSURE, Access.REVOKED]


def test_a_removal_records_its_course_from_the_first_step() -> None:
    """Its start and the end of the retention are recorded before anything is removed."""
    harness = knowing(ACTIVE)
    harness.open(REMOVAL).begin([REVOKE])

    assert harness.record.state is State.REMOVING
    assert (harness.record.started, harness.record.retain_until) == (NOON, NOON + 30 * DAY)
    assert harness.record.access is Access.UNSURE
    assert harness.record.role_arn == OLD
    assert harness.record.because == ACTIVE.because


def test_the_life_cycle_of_a_leaver() -> None:
    """Each step is published once, and the last says what was left behind."""
    harness = knowing(ACTIVE)
    harness.open(REMOVAL)
    assert harness.does(REVOKE).access is Access.REVOKED
    assert harness.does(SUSPEND, Applied(SUSPEND, SUSPENDED_NOW)).role_arn == SUSPENDED_ROLE
    assert not harness.recorder.is_done(LAB)

    harness.open(REMOVAL, NOON + HOUR)
    harness.plans(InSync(REMOVAL, SUSPENDED_NOW))
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
    assert harness.published == [ProfileEventType.SUSPENDED, ProfileEventType.REMOVED]


def test_the_uid_is_recorded_before_the_profile_is_deleted() -> None:
    """Rule 8: with the names of the spaces, or the home directory cannot be found again."""
    harness = knowing(replace(LEAVING, efs_uid=""))
    harness.open(REMOVAL).begin([DELETE])

    assert harness.record.efs_uid == "200005"
    assert harness.record.state is State.REMOVING


def test_a_started_removal_does_not_start_again() -> None:
    """The retention counts from the first reconcile of the removal."""
    harness = knowing(LEAVING)
    harness.open(REMOVAL._replace(retention_days=0), NOON + DAY).begin([SUSPEND])

    assert (harness.record.started, harness.record.retain_until) == (NOON, NOON + 30 * DAY)


def test_a_returning_user_is_no_longer_leaving() -> None:
    """Rule 8: at any step, with what they had; a later removal starts anew."""
    harness = knowing(replace(LEAVING, role_arn=SUSPENDED_ROLE))
    harness.open(PROMOTED)
    resume = Resume(ADA, LAB, "ada", NEW, BECAUSE)

    harness.does(resume, Applied(resume, replace(THERE, role_arn=NEW)))
    harness.does(ASSIGN)

    assert harness.record.state is State.ACTIVE
    assert not harness.record.is_leaving
    assert harness.record.started is None
    assert harness.record.efs_uid == ACTIVE.efs_uid
    assert harness.published == [ProfileEventType.RESUMED]


def test_a_change_that_stopped_apps_is_rechecked() -> None:
    """Rule 9: an app may have been started meanwhile."""
    harness = knowing(ACTIVE)
    harness.open(DEMOTED)
    assert harness.does(STOP, Started(STOP)).started == NOON
    harness.open(DEMOTED, NOON + HOUR)
    changed = harness.does(CHANGE, Applied(CHANGE, replace(THERE, role_arn=NEW)))

    assert (changed.role_arn, changed.state) == (NEW, State.PENDING)
    assert not harness.recorder.is_done(LAB)
    harness.open(DEMOTED, NOON + HOUR)
    harness.plans(InSync(DEMOTED, replace(THERE, role_arn=NEW)))
    assert (harness.record.state, harness.record.started) == (State.ACTIVE, None)
    assert harness.published == [ProfileEventType.ROLE_CHANGED]


@pytest.mark.parametrize(
    ("before", "restarts"),
    [
        (ACTIVE, 0),
        (replace(ACTIVE, started=NOON), 1),
        (replace(ACTIVE, started=NOON, restarts=2), 3),
        # Nobody restarted what a removal stopped.
        (LEAVING, 0),
    ],
)
def test_restarts_are_counted(before: Record, restarts: int) -> None:
    """One restart per reconcile, however many apps there are."""
    harness = knowing(before)
    harness.open(DEMOTED)
    for name in "abc":
        stop = StopApp(ADA, LAB, "ada", app(name))
        harness.does(stop, Started(stop))

    assert harness.record.restarts == restarts


def test_an_active_record_clears_what_is_over() -> None:
    """Restarts, holds, reasons and dates of earlier states are cleared."""
    harness = knowing(
        replace(LEAVING, restarts=3, hold="limit", reason="held", spaces=("lab",), role_arn=NEW)
    )
    harness.open(PROMOTED)
    harness.plans(InSync(PROMOTED, replace(THERE, role_arn=NEW)))

    now = harness.record
    assert (now.restarts, now.hold, now.reason, now.spaces) == (0, "", "", ())
    assert (now.started, now.retain_until) == (None, None)


def seen_in_service(harness: RecorderHarness) -> list[timedelta]:
    """Let the recorder see the profile; return the latencies that it measured."""
    telemetry.metrics.clear_metrics()
    harness.recorder.measure_latency({LAB: THERE})
    values = telemetry.metrics.metric_set.get("ProvisioningLatency", {"Value": []})["Value"]
    return [timedelta(seconds=value) for value in values]


def test_a_creation_keeps_its_request_time_until_the_profile_exists() -> None:
    """Whichever reconcile starts it again or sees its end; the event is published once."""
    harness = knowing(None)
    harness.open(PROMOTED).begin([CREATE])
    asked = harness.record.requested_at
    harness.open(PROMOTED, NOON + HOUR, REQUEST._replace(event_at=NOON + HOUR)).begin([CREATE])

    assert asked == REQUEST.event_at
    assert harness.record.requested_at == asked
    assert [seen_in_service(harness) for _ in range(2)] == [[HOUR + MINUTE], []]
    harness.plans(InSync(PROMOTED, THERE))
    assert harness.record.requested_at is None


def test_who_leaves_before_the_profile_exists_has_not_joined() -> None:
    """The profile is created and then removed."""
    harness = knowing(None)
    harness.open(PROMOTED).begin([CREATE])
    harness.open(REMOVAL)
    assert seen_in_service(harness) == []
    harness.recorder.begin([REVOKE])

    assert harness.record.requested_at is None


@pytest.mark.parametrize("trouble", [None, RetryableError("no answer"), PermanentError("refused")])
def test_events_are_published_once_and_a_refusing_bus_stops_nothing(
    trouble: RetryableError | PermanentError | None,
) -> None:
    """The ledger's history is the record; the bus has each event once, or a problem tells."""
    harness = knowing(ACTIVE)
    harness.open(REMOVAL)
    harness.bus.trouble = trouble
    harness.does(REVOKE)
    harness.does(SUSPEND)

    harness.recorder.publish()

    assert harness.published == [ProfileEventType.SUSPENDED]
    assert [each.what for each in harness.bus.published] == ([] if trouble else harness.published)
