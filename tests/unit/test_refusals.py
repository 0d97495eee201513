"""What becomes of an action that AWS refuses or cannot finish."""

from datetime import timedelta

import pytest
from apply_harness import (
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
    ApplyHarness,
)
from builders import LAB, NOON
from fake_studio import Trouble

from hub.runtime.decisions.actions import (
    Action,
)
from hub.runtime.decisions.observed import ProfileStatus
from hub.runtime.decisions.outcome import Applied, Deferred, Failed, Found, Outcome, Pending
from shared.errors import RefusedError, RetryableError, TargetUnreachableError


@pytest.fixture
def harness() -> ApplyHarness:
    return ApplyHarness()


CALLS: dict[str, Action] = {
    "create": CREATE,
    "change_role": CHANGE,
    "delete": DELETE,
    "stop_app a": STOP_A,
    "delete_space lab": SPACE,
    "assign": ASSIGN,
    "revoke": REVOKE,
}
# What blocks the action, or is not ready, may resolve by itself.
PASSES = {
    *(("ResourceInUse", call) for call in CALLS if call != "create"),
    ("ValidationException", "delete_space lab"),
    ("ValidationException", "stop_app a"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("trouble", [IN_USE, INVALID, DENIED, THROTTLED, CLOSED])
def test_the_outcome_of_a_refusal(harness: ApplyHarness, call: str, trouble: Trouble) -> None:
    """Retry soon, observe again, or wait for an operator: the error code decides."""
    action = CALLS[call]
    harness.studio.troubles[call, LAB] = trouble

    (found,) = harness.apply(action)

    if isinstance(trouble, RetryableError):
        assert found == Deferred(action, "throttled")
    elif isinstance(trouble, TargetUnreachableError):
        assert found == Failed(action, "", "closed")
    elif isinstance(trouble, RefusedError) and (trouble.code, call) in PASSES:
        assert found == Pending(action, str(trouble))
    elif (trouble, action) == (IN_USE, CREATE):
        assert found == Found(CREATE)
    elif isinstance(trouble, RefusedError):
        assert found == Failed(action, trouble.code, trouble.text)


def test_a_creation_in_whose_way_is_another_name_is_refused(harness: ApplyHarness) -> None:
    """Another profile of the user may be in the way; a read of this name shows none."""
    harness.studio.profiles.clear()
    harness.studio.troubles["create", LAB] = IN_USE

    assert harness.apply(CREATE) == (Failed(CREATE, IN_USE.code, IN_USE.text),)


@pytest.mark.parametrize(("read", "expected"), [(THROTTLED, Deferred), (DENIED, Failed)])
def test_a_taken_name_that_cannot_be_read_is_no_profile_of_ours(
    harness: ApplyHarness, read: Trouble, expected: type[Outcome]
) -> None:
    """Law 5: only what was read can be ours."""
    harness.studio.troubles["create", LAB] = IN_USE
    harness.studio.troubles["watch", LAB] = read

    (found,) = harness.apply(CREATE)

    assert isinstance(found, expected)


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (INVALID, Found(SUSPEND)),
        (IN_USE, Pending(SUSPEND, str(IN_USE))),
        (THROTTLED, Deferred(SUSPEND, "throttled")),
    ],
)
def test_a_profile_that_nobody_read_is_read_after_a_refusal(
    harness: ApplyHarness, trouble: Trouble, expected: Outcome
) -> None:
    """It may not be as the ledger has it. The person's access has ended all the same."""
    harness.studio.troubles["change_role", LAB] = trouble

    assert harness.apply(REVOKE, SUSPEND, unread=[LAB]) == (Applied(REVOKE), expected)


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
def test_a_failed_studio_operation_is_reconciled_again(
    harness: ApplyHarness, action: Action, status: ProfileStatus, expected: type[Outcome]
) -> None:
    """The next reconcile observes the status and does what it needs."""
    harness.studio.becomes[LAB] = status

    (found,) = harness.apply(action)

    assert isinstance(found, expected)
    assert status in getattr(found, "reason", "")


@pytest.mark.parametrize(("trouble", "expected"), [(THROTTLED, Deferred), (DENIED, Failed)])
def test_an_action_that_cannot_be_polled_does_not_count_as_done(
    harness: ApplyHarness, trouble: Trouble, expected: type[Outcome]
) -> None:
    """Rule 9: the update call alone never counts as done."""
    harness.studio.troubles["watch", LAB] = trouble

    assert isinstance(harness.apply(CHANGE, ASSIGN)[0], expected)
    assert harness.calls == ["change_role", "watch"]


@pytest.mark.parametrize(("call", "action"), [("assign", ASSIGN), ("revoke", REVOKE)])
def test_a_change_already_under_way_is_no_success(
    harness: ApplyHarness, call: str, action: Action
) -> None:
    """Rule 7: for minutes a read returns the state before that change, so none is made."""
    harness.studio.troubles[call, LAB] = UNDER_WAY
    harness.assigned = call == "assign"

    assert harness.apply(action) == (Deferred(action, "under way", not_propagated=True),)
    assert "is_assigned" not in harness.calls


@pytest.mark.parametrize("is_assigned", [True, False])
@pytest.mark.parametrize(("call", "action"), [("assign", ASSIGN), ("revoke", REVOKE)])
def test_a_later_read_decides(
    harness: ApplyHarness, call: str, action: Action, *, is_assigned: bool
) -> None:
    """A correct state is done; any other is tried again."""
    harness.studio.troubles[call, LAB] = UNDER_WAY
    harness.assigned = is_assigned
    harness.notes.wanted = NOON - timedelta(minutes=3)

    (found,) = harness.apply(action)

    if is_assigned is (call == "assign"):
        assert found == Applied(action)
    else:
        assert found == Deferred(action, "under way", not_propagated=True)


@pytest.mark.parametrize("read", [THROTTLED, DENIED])
def test_a_failed_read_records_nothing(harness: ApplyHarness, read: Trouble) -> None:
    """Nobody is recorded as granted or revoked without an answer that confirms it."""
    harness.studio.troubles["assign", LAB] = UNDER_WAY
    harness.studio.troubles["is_assigned", LAB] = read
    harness.notes.wanted = NOON - timedelta(minutes=3)

    (found,) = harness.apply(ASSIGN)

    assert isinstance(found, Deferred | Failed)
