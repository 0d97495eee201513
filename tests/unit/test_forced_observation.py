"""A forced observation that was cut off is forced again; one that was made is not repeated."""

from collections.abc import Sequence

import pytest
from builders import LAB, MINUTE, NOON, PROMOTED, SHOP, THERE
from recorder_harness import CREATE, REQUEST, knowing

from hub.runtime.decisions.actions import Plan
from hub.runtime.decisions.outcome import Pending
from hub.runtime.reconcile.observe import ObservationFailure, TargetObservations
from hub.runtime.reconcile.result import Pass, Requeue, Result, result_of
from shared.errors import RetryableError
from shared.model import Target
from shared.requests import EVERY_TARGET

NOTHING = Plan((), (), ())
FAILED = ObservationFailure(PROMOTED, RetryableError("throttled"))
UNREAD = Pass(TargetObservations({}, (FAILED,), complete=True), NOTHING)


def observed(*targets: Target, complete: bool) -> Pass:
    """Return a pass that observed some targets, and had time for the others or not."""
    seen = TargetObservations(dict.fromkeys(targets, THERE), (), complete)
    return Pass(seen, NOTHING, (Pending(CREATE, "in progress"),))


def requeued(force_observe: str, passes: Sequence[Pass]) -> str:
    """Return what the requeued request of a reconcile forces to be observed."""
    recorder = knowing(None).open(PROMOTED)
    request = REQUEST._replace(force_observe=force_observe)
    result: Result = result_of(request, passes, recorder, NOON + MINUTE, complete=True)
    assert isinstance(result, Requeue)
    return result.request.force_observe


@pytest.mark.parametrize("force_observe", [EVERY_TARGET, str(LAB)])
def test_what_no_pass_had_time_for_is_forced_again(force_observe: str) -> None:
    """The ledger may say that such a target is in sync: an ordinary request would not read it."""
    passes = [observed(SHOP, complete=False)]

    assert requeued(force_observe, passes) == force_observe


def test_a_pass_that_was_cut_off_counts_although_the_others_were_not() -> None:
    """In any order, as a later pass observes only the targets that go on."""
    whole, cut_off = observed(LAB, complete=True), observed(LAB, complete=False)

    assert requeued(EVERY_TARGET, [cut_off, whole]) == EVERY_TARGET
    assert requeued(EVERY_TARGET, [whole, cut_off]) == EVERY_TARGET


def test_a_target_that_could_not_be_read_is_forced_again() -> None:
    """A failed read is no observation."""
    assert requeued(str(LAB), [UNREAD, observed(SHOP, complete=True)]) == str(LAB)


def test_a_target_that_could_not_be_read_has_not_every_target_forced_again() -> None:
    """The obstacle in its record has this one read again; the others were read."""
    assert requeued(EVERY_TARGET, [UNREAD, observed(SHOP, complete=True)]) == ""


@pytest.mark.parametrize(
    ("force_observe", "complete"),
    [(EVERY_TARGET, True), (str(LAB), True), (str(LAB), False)],
)
def test_what_was_observed_is_not_forced_again(force_observe: str, *, complete: bool) -> None:
    """A waiting request would read all of a user's targets every few seconds."""
    passes = [observed(LAB, complete=complete)]

    assert requeued(force_observe, passes) == ""
