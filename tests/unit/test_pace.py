"""How long a look waits for its next attempt, without anybody sleeping."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.messages import RequeuePolicy, is_exhausted, recheck, requeue
from shared.model import UserId
from shared.requests import ReconcileRequest, ScanRequest, Subject

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
REQUEST = ReconcileRequest(
    UserId("a3d46882"), AT, "an-event", AT, attempt=3, force_observe="a target"
)
LOOK = ScanRequest(
    Subject.GROUP,
    "33e47872",
    AT,
    "an-event",
    AT,
    attempt=3,
    include_all=True,
    target="a target",
    part=2,
)


def waits(times: int, pace: RequeuePolicy = RequeuePolicy.BACKING_OFF) -> list[int]:
    """Return the waits of a hint that is put off so often, one after the other."""
    request, found = replace(REQUEST, attempt=0), []
    for _ in range(times):
        request, seconds = requeue(request, AT, pace)
        found.append(seconds)
    return found


def test_what_studio_is_at_is_looked_for_every_ten_seconds_for_two_minutes() -> None:
    """Design, section 3: a leaver who starts an app again loses it again soon; then less often."""
    found = waits(20, RequeuePolicy.BUSY)

    assert found[:12] == [10] * 12
    assert set(found[12:]) == {30}


def chain(pace: RequeuePolicy, event_at: datetime) -> timedelta:
    """Return how long a hint comes back that is never done, from AT on."""
    request, now = replace(REQUEST, attempt=0, event_at=event_at), AT
    while not is_exhausted(request, now):
        request, seconds = requeue(request, now, pace)
        now += timedelta(seconds=seconds)
    return now - AT


@pytest.mark.parametrize("pace", RequeuePolicy)
def test_a_chain_lasts_until_a_sweep_has_begun_another(pace: RequeuePolicy) -> None:
    """More than the hour between two rounds, and so little that chains do not pile up."""
    assert timedelta(hours=1) < chain(pace, AT) < timedelta(minutes=90)


@pytest.mark.parametrize("pace", RequeuePolicy)
def test_an_event_that_comes_late_has_its_whole_chain(pace: RequeuePolicy) -> None:
    """Patience is counted from when the request was taken up: a backlog shortens nothing."""
    assert chain(pace, AT - timedelta(days=1)) == chain(pace, AT)


def test_the_time_at_which_a_request_was_taken_up_stays() -> None:
    """However often it is put off; a second look is a request of its own."""
    later = AT + timedelta(minutes=9)
    once, _ = requeue(REQUEST, AT)

    assert requeue(once, later)[0].started_at == AT
    assert recheck(once, later)[0].started_at is None


@pytest.mark.parametrize(
    ("due", "seconds"), [(-5, 1), (0, 1), (0.5, 1), (7.2, 8), (10, 10), (299, 10)]
)
def test_what_is_tried_again_earlier_is_not_waited_for_longer(due: float, seconds: int) -> None:
    """The request comes back when the first of its tries is due, and never before."""
    request = replace(REQUEST, attempt=0)

    assert requeue(request, AT, due=AT + timedelta(seconds=due))[1] == seconds


@pytest.mark.parametrize(("attempt", "busy", "backing_off"), [(0, 10, 10), (11, 10, 300)])
def test_both_paces_count_the_same_attempts(attempt: int, busy: int, backing_off: int) -> None:
    """What gets busy after much trouble is looked at soon, and the other way round."""
    request = replace(REQUEST, attempt=attempt)

    assert requeue(request, AT, RequeuePolicy.BUSY)[1] == busy
    assert requeue(request, AT)[1] == backing_off


@pytest.mark.parametrize("pace", RequeuePolicy)
def test_a_hint_that_waits_is_the_same_made_anew(pace: RequeuePolicy) -> None:
    """Counted, with the page where it stood; what was read for this attempt is stale for it."""
    later = AT + timedelta(seconds=5)

    assert requeue(REQUEST, later, pace)[0] == replace(
        REQUEST, attempt=4, enqueued_at=later, started_at=later
    )
    assert requeue(LOOK, later, pace)[0] == replace(
        LOOK, attempt=4, enqueued_at=later, started_at=later
    )


@pytest.mark.parametrize("pace", RequeuePolicy)
@pytest.mark.parametrize("attempt", [0, 5, 12, 290, 10**6])
def test_every_wait_fits_into_the_queue(pace: RequeuePolicy, attempt: int) -> None:
    """However often it is put off, SQS takes the delay (at most 900 s)."""
    assert 0 < requeue(replace(REQUEST, attempt=attempt), AT, pace)[1] <= 900


def test_what_waits_comes_back_after_ten_seconds_doubling_to_five_minutes() -> None:
    """Design, section 3: waiting without waiting."""
    assert waits(9) == [10, 20, 40, 80, 160, 300, 300, 300, 300]


def test_what_is_to_be_taken_is_tried_again_within_the_minute() -> None:
    """However long it goes on: an error that passes does not leave a person their access."""
    assert waits(7, RequeuePolicy.URGENT) == [10, 20, 40, 60, 60, 60, 60]


def test_the_second_look_reads_afresh_after_half_a_minute() -> None:
    """It starts its own tries, and what was read before it is stale for it."""
    later = AT + timedelta(seconds=5)

    assert recheck(replace(REQUEST, again=False), later) == (
        replace(REQUEST, again=True, attempt=0, enqueued_at=later),
        30,
    )
    assert recheck(replace(LOOK, again=False), later) == (
        replace(LOOK, again=True, attempt=0, enqueued_at=later, part=0),
        30,
    )
