"""What becomes of an action that AWS refuses, or cannot finish."""

from datetime import timedelta

import pytest
from bench import (
    ASSIGN,
    CHANGE,
    CLOSED,
    CREATE,
    DELETE,
    DENIED,
    DISCARD,
    IN_USE,
    INVALID,
    REVOKE,
    SPACE,
    STOP_A,
    SUSPEND,
    THROTTLED,
    UNDER_WAY,
    Bench,
)
from cases import LAB, NOON
from fake_studio import Trouble

from hub.runtime.decisions.actions import (
    Action,
)
from hub.runtime.decisions.observed import ProfileStatus
from hub.runtime.decisions.outcome import Applied, Deferred, Failed, Outcome, Pending
from shared.errors import RefusedError, RetryableError, TargetUnreachableError


@pytest.fixture
def bench() -> Bench:
    return Bench()


CALLS: dict[str, Action] = {
    "create": CREATE,
    "change_role": CHANGE,
    "delete": DELETE,
    "stop_app a": STOP_A,
    "delete_space lab": SPACE,
    "assign": ASSIGN,
    "revoke": REVOKE,
}
# What is in the way, or not ready, may come right by itself.
PASSES = {
    *(("ResourceInUse", call) for call in CALLS if call != "create"),
    ("ValidationException", "delete_space lab"),
    ("ValidationException", "stop_app a"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("trouble", [IN_USE, INVALID, DENIED, THROTTLED, CLOSED])
def test_what_becomes_of_a_refusal(bench: Bench, call: str, trouble: Trouble) -> None:
    """Try again soon, look again, or wait for somebody: the code of the refusal decides."""
    action = CALLS[call]
    bench.studio.troubles[call, LAB] = trouble

    (found,) = bench.apply(action)

    if isinstance(trouble, RetryableError):
        assert found == Deferred(action, "throttled")
    elif isinstance(trouble, TargetUnreachableError):
        assert found == Failed(action, "", "closed")
    elif isinstance(trouble, RefusedError) and (trouble.code, call) in PASSES:
        assert found == Pending(action, str(trouble))
    elif isinstance(trouble, RefusedError):
        assert found == Failed(action, trouble.code, trouble.text)


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        (CREATE, ProfileStatus.FAILED, Deferred),
        (CHANGE, ProfileStatus.UPDATE_FAILED, Deferred),
        (SUSPEND, ProfileStatus.UPDATE_FAILED, Deferred),
        (DELETE, ProfileStatus.DELETE_FAILED, Deferred),
        (DISCARD, ProfileStatus.DELETE_FAILED, Deferred),
    ],
)
def test_what_studio_could_not_finish_is_looked_at_again(
    bench: Bench, action: Action, status: ProfileStatus, expected: type[Outcome]
) -> None:
    """The next look sees the status, and does what that calls for."""
    bench.studio.becomes[LAB] = status

    (found,) = bench.apply(action)

    assert isinstance(found, expected)
    assert status in getattr(found, "reason", "")


@pytest.mark.parametrize(("trouble", "expected"), [(THROTTLED, Deferred), (DENIED, Failed)])
def test_what_cannot_be_watched_is_not_taken_for_done(
    bench: Bench, trouble: Trouble, expected: type[Outcome]
) -> None:
    """Rule 9: nothing is reported done from the update call alone."""
    bench.studio.troubles["watch", LAB] = trouble

    assert isinstance(bench.apply(CHANGE, ASSIGN)[0], expected)
    assert bench.calls == ["change_role", "watch"]


@pytest.mark.parametrize(("call", "action"), [("assign", ASSIGN), ("revoke", REVOKE)])
def test_an_earlier_change_that_is_under_way_is_no_success(
    bench: Bench, call: str, action: Action
) -> None:
    """Rule 7: for minutes a read shows what was so before that change, and is not asked for."""
    bench.studio.troubles[call, LAB] = UNDER_WAY
    bench.assigned = call == "assign"

    assert bench.apply(action) == (Deferred(action, "under way", not_propagated=True),)
    assert "is_assigned" not in bench.calls


@pytest.mark.parametrize("is_assigned", [True, False])
@pytest.mark.parametrize(("call", "action"), [("assign", ASSIGN), ("revoke", REVOKE)])
def test_what_is_read_back_later_decides(
    bench: Bench, call: str, action: Action, *, is_assigned: bool
) -> None:
    """What is as it should be is done; what is not is tried on."""
    bench.studio.troubles[call, LAB] = UNDER_WAY
    bench.assigned = is_assigned
    bench.notes.wanted = NOON - timedelta(minutes=3)

    (found,) = bench.apply(action)

    if is_assigned is (call == "assign"):
        assert found == Applied(action)
    else:
        assert found == Deferred(action, "under way", not_propagated=True)


@pytest.mark.parametrize("read", [THROTTLED, DENIED])
def test_a_read_back_that_fails_records_nothing(bench: Bench, read: Trouble) -> None:
    """Nobody is recorded as let in, or as put out, without an answer that says so."""
    bench.studio.troubles["assign", LAB] = UNDER_WAY
    bench.studio.troubles["is_assigned", LAB] = read
    bench.notes.wanted = NOON - timedelta(minutes=3)

    (found,) = bench.apply(ASSIGN)

    assert isinstance(found, Deferred | Failed)
