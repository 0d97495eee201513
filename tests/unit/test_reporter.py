"""Problems are reported once, remembered, and closed by the run that checks them."""

import json
from dataclasses import replace

import pytest
from builders import ADA, LAB, NOON, record
from fakes import FakeClock, FakeHubState

from hub.runtime import reporter
from hub.runtime.decisions.hub_state import HubState, OpenProblem
from hub.runtime.problems import hub, targets, users
from shared.errors import RetryableError

UNREACHABLE = OpenProblem("unreachable", "unreachable", str(LAB))
REFUSED = replace(record(), problems=("refused ada",))


def state(*problems: OpenProblem) -> FakeHubState:
    return FakeHubState(FakeClock(NOON), HubState(problems=frozenset(problems)))


def logged(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str, str]]:
    """Return the log lines so far: message, kind and subject."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [(line["message"], line["kind"], line["subject"]) for line in lines if "kind" in line]


def test_a_run_remembers_what_another_run_has_to_close() -> None:
    """And not a kind that no run can close."""
    store = state()

    with reporter.run(store):
        reporter.report(targets.unreachable(LAB, "AccessDenied"))
        reporter.report(users.unmanaged_profile(LAB, "stray", "ada", ""))

    assert store.truth.problems == {UNREACHABLE}


@pytest.mark.parametrize("is_checked", [True, False])
def test_a_run_closes_only_what_it_checked(
    capsys: pytest.CaptureFixture[str], *, is_checked: bool
) -> None:
    """Whoever did not look cannot know that a problem is over."""
    store = state(UNREACHABLE)

    with reporter.run(store):
        if is_checked:
            reporter.checked(targets.UNREACHABLE, subject=str(LAB))
        reporter.checked(hub.PAUSED, subject=hub.HUB)

    assert store.truth.problems == (set() if is_checked else {UNREACHABLE})
    assert logged(capsys) == [("RESOLVED", "unreachable", str(LAB))] * is_checked


def test_a_problem_that_is_found_again_stays_open(capsys: pytest.CaptureFixture[str]) -> None:
    """A check that reports it does not close it."""
    store = state(UNREACHABLE)

    with reporter.run(store):
        reporter.checked(targets.UNREACHABLE, subject=str(LAB))
        reporter.still(targets.UNREACHABLE, str(LAB))

    assert store.truth.problems == {UNREACHABLE}
    assert logged(capsys) == []


def test_a_run_that_crashes_closes_nothing() -> None:
    """Its message comes back, and the next run tells."""
    store = state(UNREACHABLE)

    with pytest.raises(RetryableError):
        _crash(store)

    assert store.truth.problems == {UNREACHABLE}


def _crash(store: FakeHubState) -> None:
    with reporter.run(store):
        reporter.checked(targets.UNREACHABLE, subject=str(LAB))
        raise RetryableError


def test_a_users_problem_is_over_once_the_record_is_stored(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A write that fails keeps it open: the next reconcile closes it."""
    before = {LAB: REFUSED}

    with reporter.run(state()):
        found = reporter.with_open_problems(before, before, lambda _, __: True)
        changed = next(found)
        early = logged(capsys)
        assert next(found, None) is None

    assert changed.problems == ()
    assert early == []
    assert logged(capsys) == [("RESOLVED", "refused", f"ada in {LAB}")]


def test_a_users_problem_stays_open_while_nobody_checks_it() -> None:
    """And what this run reports joins it in the record, by kind and name."""
    before = {LAB: REFUSED}

    with reporter.run(state()):
        reporter.report(users.restarts("ada", ADA.id, LAB, 3))
        (changed,) = reporter.with_open_problems(before, before, lambda _, __: False)

    assert changed.problems == ("refused ada", "restarts ada")


def test_what_no_ledger_item_can_hold_is_reported_and_not_remembered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One item has all problems of a target, also of earlier runs; two may write at once."""
    store = state()

    for run in range(2):
        store = state(*store.truth.problems)
        with reporter.run(store):
            for number in range(400):
                reporter.report(targets.held(LAB, f"{run} {number} " + "é" * 300, "", "wait"))

    stored = [f"{each.kind} {each.subject}" for each in store.truth.problems]
    assert len(stored) > 200
    assert sum(len(text.encode()) for text in stored) < 400_000 / 2
    assert len(logged(capsys)) == 800
