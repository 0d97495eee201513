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
    POWERLESS,
    PROMOTED,
    REMOVAL,
    THERE,
    app,
)
from desk import (
    ASSIGN,
    CHANGE,
    CREATE,
    DELETE,
    LEAVING,
    POWERLESS_NOW,
    REQUEST,
    REVOKE,
    SPACE,
    STOP,
    SUSPEND,
    Desk,
    knowing,
)

from hub.runtime.decisions.actions import (
    Resume,
    Settled,
    StopApp,
)
from hub.runtime.decisions.outcome import Applied, Begun, ByHand
from hub.runtime.decisions.profile_events import What
from hub.runtime.decisions.record import Access, Record, State


@pytest.fixture
def desk() -> Desk:
    return knowing(None)


def test_a_creation_is_written_before_it_is_begun(desk: Desk) -> None:
    """Law 4: whoever dies in the middle leaves a row that is looked at again."""
    desk.open(PROMOTED).begin(CREATE)

    assert desk.record.state is State.PENDING
    assert desk.record.access is Access.UNSURE
    assert desk.record.because == BECAUSE.claims
    assert desk.record.role_arn == ""
    assert desk.told == []


def test_nobody_is_active_before_they_may_sign_in(desk: Desk) -> None:
    """Rule 7: the profile alone is told to nobody."""
    desk.open(PROMOTED)
    made = replace(THERE, role_arn=NEW)

    assert desk.does(CREATE, Applied(CREATE, made)).state is State.PENDING
    assert desk.told == []
    assert desk.does(ASSIGN) == replace(
        ACTIVE,
        role_arn=NEW,
        given_by="ml-leads",
        because=BECAUSE.claims,
        since=NOON,
        last_request="an-event",
        version=desk.record.version,
    )
    assert desk.told == [What.CREATED]
    assert desk.book.is_done(LAB)


def test_where_people_are_assigned_by_hand_they_are_active_all_the_same(desk: Desk) -> None:
    """Nothing is left for the hub to do."""
    desk.open(PROMOTED)
    desk.does(CREATE, Applied(CREATE, replace(THERE, role_arn=NEW)))

    assert desk.does(ASSIGN, ByHand(ASSIGN)).access is Access.BY_HAND
    assert desk.record.state is State.ACTIVE


def test_a_removal_says_from_its_first_step_what_it_will_do() -> None:
    """When it began and until when the rest is kept, before anything is taken."""
    desk = knowing(ACTIVE)
    desk.open(REMOVAL).begin(REVOKE)

    assert desk.record.state is State.REMOVING
    assert (desk.record.begun, desk.record.retain_until) == (NOON, NOON + 30 * DAY)
    assert desk.record.access is Access.UNSURE
    assert desk.record.role_arn == OLD
    assert desk.record.because == ACTIVE.because


def test_a_life_of_a_leaver() -> None:
    """Each rung is told once, and the last says what was left behind."""
    desk = knowing(ACTIVE)
    desk.open(REMOVAL)
    assert desk.does(REVOKE).access is Access.REVOKED
    assert desk.does(SUSPEND, Applied(SUSPEND, POWERLESS_NOW)).role_arn == POWERLESS
    assert not desk.book.is_done(LAB)

    desk.open(REMOVAL, NOON + HOUR).settled(Settled(REMOVAL, POWERLESS_NOW))
    assert (desk.record.state, desk.record.since) == (State.SUSPENDED, NOON + HOUR)
    assert desk.record.retain_until == NOON + 30 * DAY
    assert desk.book.is_done(LAB)

    desk.open(REMOVAL, NOON + 30 * DAY)
    assert desk.does(SPACE, Begun(SPACE)).spaces == ("lab",)
    desk.open(REMOVAL, NOON + 30 * DAY + HOUR)
    desk.does(DELETE)

    assert (desk.record.state, desk.record.role_arn) == (State.REMOVED, "")
    assert (desk.record.efs_uid, desk.record.spaces) == ("200005", ("lab",))
    assert desk.record.begun is None
    assert not desk.record.is_leaving
    assert desk.told == [What.SUSPENDED, What.REMOVED]


def test_the_uid_is_written_before_the_profile_is_deleted() -> None:
    """Rule 8: with the names of the spaces, or nobody finds the home directory again."""
    desk = knowing(replace(LEAVING, efs_uid=""))
    desk.open(REMOVAL).begin(DELETE)

    assert desk.record.efs_uid == "200005"
    assert desk.record.state is State.REMOVING


def test_what_began_once_begins_no_second_time() -> None:
    """The retention counts from the first look at the removal."""
    desk = knowing(LEAVING)
    desk.open(replace(REMOVAL, retention_days=0), NOON + DAY).begin(SUSPEND)

    assert (desk.record.begun, desk.record.retain_until) == (NOON, NOON + 30 * DAY)


def test_whoever_comes_back_leaves_no_more() -> None:
    """Rule 8: from any rung, with what they had; the removal may begin anew another day."""
    desk = knowing(replace(LEAVING, role_arn=POWERLESS))
    desk.open(PROMOTED)
    resume = Resume(ADA, LAB, "ada", NEW, BECAUSE)

    desk.does(resume, Applied(resume, replace(THERE, role_arn=NEW)))
    desk.does(ASSIGN)

    assert desk.record.state is State.ACTIVE
    assert not desk.record.is_leaving
    assert desk.record.begun is None
    assert desk.record.efs_uid == ACTIVE.efs_uid
    assert desk.told == [What.RESUMED]


def test_a_change_that_stopped_apps_is_looked_at_once_more() -> None:
    """Rule 9: something may have been started meanwhile."""
    desk = knowing(ACTIVE)
    desk.open(DEMOTED)
    assert desk.does(STOP, Begun(STOP)).begun == NOON
    desk.open(DEMOTED, NOON + HOUR)
    changed = desk.does(CHANGE, Applied(CHANGE, replace(THERE, role_arn=NEW)))

    assert (changed.role_arn, changed.state) == (NEW, State.PENDING)
    assert not desk.book.is_done(LAB)
    desk.open(DEMOTED, NOON + HOUR).settled(Settled(DEMOTED, replace(THERE, role_arn=NEW)))
    assert (desk.record.state, desk.record.begun) == (State.ACTIVE, None)
    assert desk.told == [What.ROLE_CHANGED]


@pytest.mark.parametrize(
    ("before", "restarts"),
    [
        (ACTIVE, 0),
        (replace(ACTIVE, begun=NOON), 1),
        (replace(ACTIVE, begun=NOON, restarts=2), 3),
        # What a removal stopped was started again by nobody.
        (LEAVING, 0),
    ],
)
def test_restarts_are_counted(before: Record, restarts: int) -> None:
    """Once a look, however many apps there are."""
    desk = knowing(before)
    desk.open(DEMOTED)
    for name in "abc":
        stop = StopApp(ADA, LAB, "ada", app(name))
        desk.does(stop, Begun(stop))

    assert desk.record.restarts == restarts


def test_an_active_record_forgets_what_is_over() -> None:
    """Restarts, holds, reasons and dates of what was going on before."""
    desk = knowing(
        replace(LEAVING, restarts=3, hold="limit", reason="held", spaces=("lab",), role_arn=NEW)
    )
    desk.open(PROMOTED).settled(Settled(PROMOTED, replace(THERE, role_arn=NEW)))

    now = desk.record
    assert (now.restarts, now.hold, now.reason, now.spaces) == (0, "", "", ())
    assert (now.begun, now.retain_until) == (None, None)


def test_a_creation_keeps_when_it_was_called_for_until_it_is_there() -> None:
    """Whichever look begins it anew, or sees its end; and that is told once."""
    desk = knowing(None)
    desk.open(PROMOTED).begin(CREATE)
    asked = desk.record.called_at
    desk.open(PROMOTED, NOON + HOUR, replace(REQUEST, event_at=NOON + HOUR)).begin(CREATE)

    assert asked == REQUEST.event_at
    assert desk.record.called_at == asked
    assert [desk.book.arrived(LAB) for _ in range(2)] == [asked, None]
    desk.book.settled(Settled(PROMOTED, THERE))
    assert desk.record.called_at is None


def test_whoever_leaves_before_the_profile_is_there_has_not_joined() -> None:
    """It comes, and goes again."""
    desk = knowing(None)
    desk.open(PROMOTED).begin(CREATE)
    assert desk.open(REMOVAL).arrived(LAB) is None
    desk.book.begin(REVOKE)

    assert desk.record.called_at is None
