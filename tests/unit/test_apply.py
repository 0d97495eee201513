"""Applying a plan: the targets in parallel, the actions of each target one after the other."""

from dataclasses import replace
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
    RESUME,
    REVOKE,
    SPACE,
    STOP_A,
    STOP_B,
    SUSPEND,
    THROTTLED,
    ApplyHarness,
    elsewhere,
)
from builders import LAB, NEW, NOON, SHOP, THERE
from fake_studio import Trouble

from hub.runtime.decisions.actions import (
    Action,
)
from hub.runtime.decisions.outcome import Applied
from shared.errors import RefusedError


@pytest.fixture
def harness() -> ApplyHarness:
    return ApplyHarness()


@pytest.mark.parametrize(
    ("actions", "calls", "record_outcome"),
    [
        ((CREATE, ASSIGN), ["create", "watch", "assign"], ["Applied Create", "Applied Assign"]),
        ((CHANGE,), ["change_role", "watch"], ["Applied ChangeRole"]),
        (
            (RESUME, ASSIGN),
            ["change_role", "watch", "assign"],
            ["Applied Resume", "Applied Assign"],
        ),
        (
            (REVOKE, SUSPEND, STOP_A, STOP_B),
            ["revoke", "change_role", "watch", "stop_app a", "stop_app b"],
            ["Applied Revoke", "Applied Suspend", "Started StopApp", "Started StopApp"],
        ),
        ((SPACE,), ["delete_space lab"], ["Started DeleteSpace"]),
        (
            (STOP_A, DELETE),
            ["stop_app a", "delete", "watch"],
            ["Started StopApp", "Applied Delete"],
        ),
        ((DISCARD,), ["delete", "watch"], ["Applied Discard"]),
    ],
)
def test_each_action_starts_when_the_one_before_is_done(
    harness: ApplyHarness, actions: tuple[Action, ...], calls: list[str], record_outcome: list[str]
) -> None:
    """The record is written before and after. A Studio operation is polled until it ends."""
    assert harness.record_outcome(*actions) == record_outcome
    assert harness.calls == calls
    written = [each for a, b in zip(actions, record_outcome, strict=True) for each in (type(a), b)]
    assert harness.notes.notes_written == [
        each if isinstance(each, str) else f"begin {each.__name__}" for each in written
    ]


def test_every_target_starts_before_any_is_waited_for(harness: ApplyHarness) -> None:
    """A slow target delays no other: only its own part of the user is waited for."""
    harness.studio.profiles.clear()
    harness.studio.slow.add(LAB)

    found = harness.record_outcome(CREATE, ASSIGN, elsewhere(CREATE), elsewhere(ASSIGN))

    assert harness.studio.calls[:2] == [("create", LAB), ("create", SHOP)]
    assert found == ["Applied Create", "Applied Assign", "Pending Create"]
    assert ("assign", SHOP) in harness.studio.calls
    assert ("assign", LAB) not in harness.studio.calls


def test_what_takes_longer_than_a_few_seconds_is_left_to_the_next_reconcile(
    harness: ApplyHarness,
) -> None:
    """No function sleeps while Studio works; the request is requeued."""
    harness.studio.slow.add(LAB)

    assert harness.record_outcome(CHANGE) == ["Pending ChangeRole"]
    assert harness.clock.now() - NOON <= timedelta(seconds=15)


@pytest.mark.parametrize("seconds", [0, -1])
def test_nothing_starts_when_the_time_is_up(harness: ApplyHarness, seconds: float) -> None:
    """Not even its record is written."""
    assert harness.record_outcome(REVOKE, SUSPEND, seconds=seconds) == ["Pending Revoke"]
    assert harness.calls == []
    assert harness.notes.notes_written == ["Pending Revoke"]


def test_nothing_starts_whose_record_could_not_be_written(harness: ApplyHarness) -> None:
    """Of two workers that write the same record, the one that loses changes nothing."""
    harness.notes.begin_fails = True

    assert harness.record_outcome(CREATE, ASSIGN) == ["Deferred Create"]
    assert harness.calls == []


@pytest.mark.parametrize("action", [CREATE, REVOKE, SPACE])
def test_a_ledger_that_refuses_a_write_is_no_refusal_of_the_action(
    harness: ApplyHarness, action: Action
) -> None:
    """The reconcile ends with the ledger's error, and nothing was called."""
    harness.notes.ledger_refuses = True

    with pytest.raises(RefusedError):
        harness.apply(action)
    assert harness.calls == []


def test_what_could_not_be_recorded_afterwards_is_reconciled_again(harness: ApplyHarness) -> None:
    """The action is done, and the next reconcile observes its effect."""
    harness.notes.recording_fails = True

    assert harness.record_outcome(CHANGE) == ["Applied ChangeRole", "Deferred ChangeRole"]


@pytest.mark.parametrize("trouble", [DENIED, THROTTLED, CLOSED])
def test_the_role_is_removed_even_if_the_assignment_cannot_be(
    harness: ApplyHarness, trouble: Trouble
) -> None:
    """If the assignment cannot be deleted yet, the profile still loses its permissions."""
    harness.studio.troubles["revoke", LAB] = trouble

    harness.apply(REVOKE, SUSPEND, STOP_A, SPACE, DELETE)

    calls = [call for call in harness.calls if call != "watch"]
    assert calls[:3] == ["revoke", "change_role", "stop_app a"]
    assert not {"delete", "delete_space"} & set(harness.calls)


@pytest.mark.parametrize("trouble", [IN_USE, DENIED, INVALID, THROTTLED, CLOSED])
@pytest.mark.parametrize(
    ("actions", "call"),
    [
        ((CREATE, ASSIGN), "create"),
        ((CHANGE, ASSIGN), "change_role"),
        ((RESUME, ASSIGN), "change_role"),
        ((REVOKE, SPACE, DELETE), "revoke"),
        ((DISCARD, CREATE), "delete"),
    ],
)
def test_a_target_run_ends_where_an_action_fails(
    harness: ApplyHarness, actions: tuple[Action, ...], call: str, trouble: Trouble
) -> None:
    """No access is granted without the role, and nobody who may still sign in loses anything."""
    harness.studio.troubles[call, LAB] = trouble

    found = harness.apply(*actions, elsewhere(CHANGE))

    assert [each for each in harness.calls if each != "watch"] == [call]
    assert len(found) == 2
    # Law 10: the other target goes on.
    assert isinstance(found[1], Applied)
    assert found[1].action.target == SHOP


def test_apps_are_stopped_although_the_role_cannot_be_removed_yet(harness: ApplyHarness) -> None:
    """Rule 8: on ResourceInUse stop the apps. The role changes as soon as the apps are gone."""
    harness.studio.troubles["change_role", LAB] = IN_USE

    assert harness.record_outcome(REVOKE, SUSPEND, STOP_A, STOP_B) == [
        "Applied Revoke",
        "Pending Suspend",
        "Started StopApp",
        "Started StopApp",
    ]


@pytest.mark.parametrize("trouble", [IN_USE, INVALID])
def test_an_app_that_cannot_be_stopped_yet_prevents_no_other_stop(
    harness: ApplyHarness, trouble: Trouble
) -> None:
    """Source: the developer guide: to delete a pending or a failed app gives an error."""
    harness.studio.troubles["stop_app a", LAB] = trouble

    assert harness.record_outcome(STOP_A, STOP_B, DELETE) == [
        "Pending StopApp",
        "Started StopApp",
        "Applied Delete",
    ]


def test_where_access_is_granted_by_hand_all_other_actions_are_done(harness: ApplyHarness) -> None:
    """Rule 7: a domain from before October 2023 shows no application."""
    harness.studio.by_hand.add(LAB)

    assert harness.record_outcome(REVOKE, SUSPEND) == ["ManualAction Revoke", "Applied Suspend"]
    assert "revoke" not in harness.calls


def test_an_applied_action_is_published(harness: ApplyHarness) -> None:
    """It is published with the profile as it is then; a deleted profile has none."""
    change, delete = harness.apply(CHANGE, elsewhere(DELETE))

    assert change == Applied(CHANGE, replace(THERE, role_arn=NEW))
    assert delete == Applied(elsewhere(DELETE))
