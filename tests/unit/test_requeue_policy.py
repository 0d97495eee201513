"""How long a request waits for its next attempt, without a sleeping function."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.runtime.decisions.requeue import RequeuePolicy, is_exhausted, recheck, requeue
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
    """Return the waits of a request that is requeued so often, one after the other."""
    request, found = REQUEST._replace(attempt=0), []
    for _ in range(times):
        request, seconds = requeue(request, AT, pace)
        found.append(seconds)
    return found


def test_a_studio_operation_is_rechecked_every_ten_seconds_for_two_minutes() -> None:
    """Design, section 3: restarted apps of a leaver are stopped soon. Later, rechecks are rarer."""
    found = waits(20, RequeuePolicy.BUSY)

    assert found[:12] == [10] * 12
    assert set(found[12:]) == {30}


def chain(pace: RequeuePolicy, event_at: datetime) -> timedelta:
    """Return how long a request that never finishes is requeued, from AT on."""
    request, now = REQUEST._replace(attempt=0, event_at=event_at), AT
    while not is_exhausted(request, now):
        request, seconds = requeue(request, now, pace)
        now += timedelta(seconds=seconds)
    return now - AT


@pytest.mark.parametrize("pace", RequeuePolicy)
def test_a_chain_lasts_until_a_sweep_has_started_another(pace: RequeuePolicy) -> None:
    """More than the hour between two sweeps, and so little that chains do not accumulate."""
    assert timedelta(hours=1) < chain(pace, AT) < timedelta(minutes=90)


@pytest.mark.parametrize("pace", RequeuePolicy)
def test_a_late_event_has_its_whole_chain(pace: RequeuePolicy) -> None:
    """Attempts are counted from the first processing: a backlog shortens nothing."""
    assert chain(pace, AT - timedelta(days=1)) == chain(pace, AT)


def test_the_time_at_which_a_request_was_first_processed_stays() -> None:
    """However often it is requeued; a recheck is a request of its own."""
    later = AT + timedelta(minutes=9)
    once, _ = requeue(REQUEST, AT)

    assert requeue(once, later)[0].started_at == AT
    assert recheck(once, later)[0].started_at is None


@pytest.mark.parametrize(
    ("due", "seconds"), [(-5, 1), (0, 1), (0.5, 1), (7.2, 8), (10, 10), (299, 10)]
)
def test_the_earliest_retry_decides_the_wait(due: float, seconds: int) -> None:
    """The request returns when its first retry is due, and never before."""
    request = REQUEST._replace(attempt=0)

    assert requeue(request, AT, due=AT + timedelta(seconds=due))[1] == seconds


@pytest.mark.parametrize(("attempt", "busy", "backing_off"), [(0, 10, 10), (11, 10, 300)])
def test_both_policies_count_the_same_attempts(attempt: int, busy: int, backing_off: int) -> None:
    """A busy target after many retries is rechecked soon, and the other way round."""
    request = REQUEST._replace(attempt=attempt)

    assert requeue(request, AT, RequeuePolicy.BUSY)[1] == busy
    assert requeue(request, AT)[1] == backing_off


@pytest.mark.parametrize("pace", RequeuePolicy)
def test_a_requeued_request_is_the_same_with_one_more_attempt(pace: RequeuePolicy) -> None:
    """It counts attempts and keeps its page; the next attempt does not use what this one read."""
    later = AT + timedelta(seconds=5)

    assert requeue(REQUEST, later, pace)[0] == REQUEST._replace(
        attempt=4, enqueued_at=later, started_at=later
    )
    assert requeue(LOOK, later, pace)[0] == LOOK._replace(
        attempt=4, enqueued_at=later, started_at=later
    )


@pytest.mark.parametrize("pace", RequeuePolicy)
@pytest.mark.parametrize("attempt", [0, 5, 12, 290, 10**6])
def test_every_wait_fits_into_the_queue(pace: RequeuePolicy, attempt: int) -> None:
    """However often it is requeued, SQS accepts the delay (at most 900 s)."""
    assert 0 < requeue(REQUEST._replace(attempt=attempt), AT, pace)[1] <= 900


def test_waits_start_at_ten_seconds_and_double_to_five_minutes() -> None:
    """Design, section 3: no function sleeps."""
    assert waits(9) == [10, 20, 40, 80, 160, 300, 300, 300, 300]


def test_a_removal_is_retried_within_the_minute() -> None:
    """However long it lasts: a transient error does not leave a user with access."""
    assert waits(7, RequeuePolicy.URGENT) == [10, 20, 40, 60, 60, 60, 60]


def test_the_recheck_observes_again_after_half_a_minute() -> None:
    """It counts its own attempts, and uses nothing that was read before it."""
    later = AT + timedelta(seconds=5)

    assert recheck(REQUEST._replace(is_recheck=False), later) == (
        REQUEST._replace(is_recheck=True, attempt=0, enqueued_at=later),
        30,
    )
    assert recheck(LOOK._replace(is_recheck=False), later) == (
        LOOK._replace(is_recheck=True, attempt=0, enqueued_at=later, part=0),
        30,
    )
