"""A plan carried out: the targets side by side, the actions of each one after the other."""

from dataclasses import replace
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
    RESUME,
    REVOKE,
    SPACE,
    STOP_A,
    STOP_B,
    SUSPEND,
    THROTTLED,
    Bench,
    elsewhere,
)
from cases import LAB, NEW, NOON, SHOP, THERE
from fake_studio import Trouble

from hub.runtime.decisions.actions import (
    Action,
)
from hub.runtime.decisions.outcome import Applied


@pytest.fixture
def bench() -> Bench:
    return Bench()


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
def test_each_action_is_begun_when_the_one_before_is_done(
    bench: Bench, actions: tuple[Action, ...], calls: list[str], record_outcome: list[str]
) -> None:
    """Written down before and after; what Studio takes its time for is watched to its end."""
    assert bench.record_outcome(*actions) == record_outcome
    assert bench.calls == calls
    written = [each for a, b in zip(actions, record_outcome, strict=True) for each in (type(a), b)]
    assert bench.notes.told == [
        each if isinstance(each, str) else f"begin {each.__name__}" for each in written
    ]


def test_every_target_begins_before_any_is_waited_for(bench: Bench) -> None:
    """A target that takes its time holds up no other: its person waits there, not elsewhere."""
    bench.studio.profiles.clear()
    bench.studio.slow.add(LAB)

    found = bench.record_outcome(CREATE, ASSIGN, elsewhere(CREATE), elsewhere(ASSIGN))

    assert bench.studio.calls[:2] == [("create", LAB), ("create", SHOP)]
    assert found == ["Applied Create", "Applied Assign", "Pending Create"]
    assert ("assign", SHOP) in bench.studio.calls
    assert ("assign", LAB) not in bench.studio.calls


def test_what_takes_longer_than_a_few_seconds_is_left_to_the_next_look(bench: Bench) -> None:
    """No function sleeps out what Studio takes; the looking comes back."""
    bench.studio.slow.add(LAB)

    assert bench.record_outcome(CHANGE) == ["Pending ChangeRole"]
    assert bench.clock.now() - NOON <= timedelta(seconds=15)


@pytest.mark.parametrize("seconds", [0, -1])
def test_nothing_is_begun_when_the_time_is_up(bench: Bench, seconds: float) -> None:
    """Not even written down."""
    assert bench.record_outcome(REVOKE, SUSPEND, seconds=seconds) == ["Pending Revoke"]
    assert bench.calls == []
    assert bench.notes.told == ["Pending Revoke"]


def test_nothing_is_begun_that_could_not_be_written_down(bench: Bench) -> None:
    """Two workers who meet: the one who lost changes nothing."""
    bench.notes.begin_fails = True

    assert bench.record_outcome(CREATE, ASSIGN) == ["Deferred Create"]
    assert bench.calls == []


def test_what_could_not_be_written_down_afterwards_is_looked_at_again(bench: Bench) -> None:
    """It is done, and the next look sees it."""
    bench.notes.recording_fails = True

    assert bench.record_outcome(CHANGE) == ["Applied ChangeRole", "Deferred ChangeRole"]


@pytest.mark.parametrize("trouble", [DENIED, THROTTLED, CLOSED])
def test_the_role_goes_whatever_becomes_of_the_assignment(bench: Bench, trouble: Trouble) -> None:
    """A sign-in that cannot be ended yet opens a profile with which nothing can be done."""
    bench.studio.troubles["revoke", LAB] = trouble

    bench.apply(REVOKE, SUSPEND, STOP_A, SPACE, DELETE)

    calls = [call for call in bench.calls if call != "watch"]
    assert calls[:3] == ["revoke", "change_role", "stop_app a"]
    assert not {"delete", "delete_space"} & set(bench.calls)


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
def test_a_course_ends_where_an_action_fails(
    bench: Bench, actions: tuple[Action, ...], call: str, trouble: Trouble
) -> None:
    """Nobody is let in without the role, and nothing is lost for whoever may still sign in."""
    bench.studio.troubles[call, LAB] = trouble

    found = bench.apply(*actions, elsewhere(CHANGE))

    assert bench.calls == [call]
    assert len(found) == 2
    # Law 10: the other target goes on.
    assert isinstance(found[1], Applied)
    assert found[1].action.target == SHOP


def test_what_runs_is_stopped_although_the_role_cannot_be_taken_yet(bench: Bench) -> None:
    """Rule 8: on ResourceInUse stop the apps, and take the role as soon as they are gone."""
    bench.studio.troubles["change_role", LAB] = IN_USE

    assert bench.record_outcome(REVOKE, SUSPEND, STOP_A, STOP_B) == [
        "Applied Revoke",
        "Pending Suspend",
        "Started StopApp",
        "Started StopApp",
    ]


@pytest.mark.parametrize("trouble", [IN_USE, INVALID])
def test_an_app_that_cannot_be_stopped_yet_keeps_no_other_from_it(
    bench: Bench, trouble: Trouble
) -> None:
    """Source: the developer guide: to delete a pending or a failed app gives an error."""
    bench.studio.troubles["stop_app a", LAB] = trouble

    assert bench.record_outcome(STOP_A, STOP_B, DELETE) == [
        "Pending StopApp",
        "Started StopApp",
        "Applied Delete",
    ]


def test_where_people_are_assigned_by_hand_all_the_rest_is_done(bench: Bench) -> None:
    """Rule 7: a domain from before October 2023 shows no application."""
    bench.studio.by_hand.add(LAB)

    assert bench.record_outcome(REVOKE, SUSPEND) == ["ManualAction Revoke", "Applied Suspend"]
    assert "revoke" not in bench.calls


def test_what_is_applied_is_seen_to_be(bench: Bench) -> None:
    """With the profile as it is then; of what is gone there is none."""
    change, delete = bench.apply(CHANGE, elsewhere(DELETE))

    assert change == Applied(CHANGE, replace(THERE, role_arn=NEW))
    assert delete == Applied(elsewhere(DELETE))
