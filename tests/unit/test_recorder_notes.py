"""What the ledger records of what was not done, left unchanged, or not observed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import (
    ACTIVE,
    ADA,
    BECAUSE,
    DEMOTED,
    LAB,
    NEW,
    NOON,
    OLD,
    PROMOTED,
    REMOVAL,
    SHOP,
    THERE,
)
from recorder_harness import (
    ASSIGN,
    CHANGE,
    CREATE,
    DELETE,
    REVOKE,
    SPACE,
    STOP,
    SUSPEND,
    RecorderHarness,
    knowing,
)

from hub.runtime.decisions.actions import (
    Action,
    Discard,
    InSync,
    Resume,
    SkipKind,
    skip,
)
from hub.runtime.decisions.decision import DesiredProfile
from hub.runtime.decisions.outcome import Applied, Deferred, Failed, Outcome, Pending
from hub.runtime.decisions.profile_events import ProfileEventType
from hub.runtime.decisions.progress import is_in_sync
from hub.runtime.decisions.record import Access, MemberChanges, Record, State
from hub.runtime.reconcile.observe import ObservationFailure
from shared.errors import PermanentError, RetryableError
from shared.model import Because, GroupId

DISCARD, RESUME = Discard(ADA, LAB, "ada", "it is Failed"), Resume(ADA, LAB, "ada", NEW, BECAUSE)


@pytest.fixture
def harness() -> RecorderHarness:
    return knowing(None)


@pytest.mark.parametrize(
    ("action", "outcome", "state"),
    [
        (CREATE, Pending(CREATE, "time"), State.PENDING),
        (CREATE, Deferred(CREATE, "throttled"), State.PENDING),
        (CREATE, Failed(CREATE, "ResourceInUse", "in the way"), State.HELD),
        (CREATE, Failed(CREATE, "ValidationException", "two profiles"), State.HELD),
        (CREATE, Failed(CREATE, "AccessDeniedException", "no such right"), State.FAILED),
        (ASSIGN, Failed(ASSIGN, "ResourceInUse", "?"), State.FAILED),
    ],
)
def test_an_outcome_that_failed_is_recorded(
    harness: RecorderHarness, action: Action, outcome: Outcome, state: State
) -> None:
    """What awaits an operator is held, what was refused has failed, each with its reason."""
    harness.open(PROMOTED)

    record = harness.does(action, outcome)

    assert record.state is state
    assert record.why == ("" if isinstance(outcome, Pending) else outcome.reason)  # type: ignore[union-attr]
    assert harness.published == ([ProfileEventType.HELD] if state is State.HELD else [])


def test_a_retry_waits_from_the_error_on(harness: RecorderHarness) -> None:
    """Not from the start of the reconcile, which may have waited for minutes by then."""
    harness.open(PROMOTED)
    harness.clock.sleep(120)

    record = harness.does(CREATE, Deferred(CREATE, "throttled"))

    assert record.retry_at == NOON + timedelta(seconds=120 + 10)


def test_a_profile_that_is_discarded_is_neither_lost_nor_created() -> None:
    """It is recreated at once, and only that is published."""
    harness = knowing(ACTIVE)
    harness.open(PROMOTED)

    assert harness.does(DISCARD).role_arn == ""
    assert harness.record.state is State.PENDING
    assert harness.published == []


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (SkipKind.HELD, State.HELD),
        (SkipKind.SHARED_SPACE, State.HELD),
        (SkipKind.UNMANAGED, State.HELD),
        (SkipKind.NAME_TAKEN, State.HELD),
        (SkipKind.UNREADABLE, State.ACTIVE),
        (SkipKind.IN_FLIGHT, State.ACTIVE),
        (SkipKind.DISABLED, State.ACTIVE),
        (SkipKind.UNDECIDED, State.ACTIVE),
    ],
)
def test_what_is_skipped_stays_or_is_held(kind: SkipKind, state: State) -> None:
    """The record has what it waits for, and the profile's role while the profile is ours."""
    harness, hold = knowing(ACTIVE), "limit" if kind is SkipKind.HELD else ""
    harness.open(REMOVAL)
    harness.plans(skip(kind, REMOVAL, "why", "way out", hold), profile=THERE)

    assert (harness.record.state, harness.record.hold) == (state, hold)
    others_have_it = kind in {SkipKind.UNMANAGED, SkipKind.NAME_TAKEN}
    assert harness.record.role_arn == ("" if others_have_it else OLD)
    assert harness.published == ([ProfileEventType.HELD] if state is State.HELD else [])


@pytest.mark.parametrize(
    ("before", "error", "state"),
    [
        (None, RetryableError("throttled"), State.PENDING),
        (None, PermanentError("closed"), State.FAILED),
        (ACTIVE, RetryableError("throttled"), State.ACTIVE),
        (ACTIVE, PermanentError("closed"), State.FAILED),
    ],
)
def test_a_target_that_could_not_be_observed_is_recorded(
    before: Record | None, error: RetryableError | PermanentError, state: State
) -> None:
    """Law 10: in its own record, which keeps everything else."""
    harness = knowing(before)
    harness.open(PROMOTED)
    harness.plans(ObservationFailure(PROMOTED, error))

    assert (harness.record.state, harness.record.why) == (state, str(error))
    assert harness.record.role_arn == (before.role_arn if before else "")


NO_DOMAIN = Failed(CREATE, "ResourceNotFound", "no such domain")
NEVER_SEEN = ObservationFailure(PROMOTED, PermanentError("closed"))
REMOVED = replace(ACTIVE, state=State.REMOVED, access=Access.REVOKED, role_arn="", modified="")


@pytest.mark.parametrize("before", [None, REMOVED])
def test_where_nothing_was_ever_made_nothing_is_to_be_removed(before: Record | None) -> None:
    """The domain does not exist, or access is denied, at every attempt."""
    harness = knowing(before)
    for _ in range(2):
        harness.open(PROMOTED)
        assert harness.does(CREATE, NO_DOMAIN).state is State.FAILED
        assert is_in_sync(REMOVAL, harness.record)
        assert not is_in_sync(PROMOTED, harness.record)
        harness.open(PROMOTED)
        harness.plans(NEVER_SEEN)
        assert is_in_sync(REMOVAL, harness.record)

    harness.open(REMOVAL).confirm([REMOVAL])
    harness.recorder.flush()

    assert harness.record.state is State.REMOVED
    assert harness.published == []


@pytest.mark.parametrize(
    "outcome",
    [
        # A crash: only the announced action is known.
        None,
        Pending(CREATE, "time"),
        Deferred(CREATE, "no answer"),
        *(
            Failed(CREATE, code, "refused, maybe after an attempt without an answer")
            for code in (
                "AccessDeniedException",
                "ResourceInUse",
                "ResourceLimitExceeded",
                "ValidationException",
            )
        ),
    ],
)
def test_what_may_have_been_made_never_counts_as_missing(
    harness: RecorderHarness, outcome: Outcome | None
) -> None:
    """Law 6: whatever the target answers afterwards."""
    recorder = harness.open(PROMOTED)
    recorder.begin([CREATE])
    if outcome is not None:
        recorder.record_outcome(outcome)
        recorder.flush()
    assert not is_in_sync(REMOVAL, harness.record)

    harness.open(PROMOTED)
    harness.plans(NEVER_SEEN)
    assert not is_in_sync(REMOVAL, harness.record)
    harness.open(PROMOTED)
    harness.does(CREATE, NO_DOMAIN)
    assert not is_in_sync(REMOVAL, harness.record)


@pytest.mark.parametrize("before", [None, ACTIVE])
@pytest.mark.parametrize("action", [CREATE, ASSIGN, CHANGE, RESUME, STOP, DISCARD])
def test_where_an_action_started_something_may_exist(before: Record | None, action: Action) -> None:
    """Even where the ledger had lost them: an action starts only on an existing profile."""
    harness = knowing(before)
    harness.open(PROMOTED).begin([action])

    assert not is_in_sync(REMOVAL, harness.record)


@pytest.mark.parametrize("action", [REVOKE, SUSPEND, STOP, SPACE, DELETE])
def test_a_removal_that_started_is_not_over_before_its_end(
    harness: RecorderHarness, action: Action
) -> None:
    """This holds for a user that the ledger did not know, too."""
    harness.open(REMOVAL).begin([action])

    assert not is_in_sync(REMOVAL, harness.record)


@pytest.mark.parametrize("kind", [SkipKind.HELD, SkipKind.UNMANAGED, SkipKind.NAME_TAKEN])
def test_an_observed_profile_is_observed_again(harness: RecorderHarness, kind: SkipKind) -> None:
    """An operator may have adopted it meanwhile."""
    harness.open(PROMOTED)
    harness.plans(skip(kind, PROMOTED, "why", "way out"), profile=THERE)

    assert not is_in_sync(REMOVAL, harness.record)


def test_nobody_is_taken_for_assigned_to_a_profile_that_others_have(
    harness: RecorderHarness,
) -> None:
    """A creation without an answer made nothing, as the name is taken: no assignment followed."""
    harness.open(PROMOTED)
    harness.does(CREATE, Deferred(CREATE, "no answer"))
    before = harness.record.access
    harness.open(PROMOTED)
    harness.plans(skip(SkipKind.NAME_TAKEN, PROMOTED, "why", "way out"), profile=THERE)

    assert (before, harness.record.access) == (Access.UNSURE, Access.UNTOUCHED)


def test_a_reconcile_that_changes_nothing_writes_nothing() -> None:
    """Law 2, whatever the event was."""
    harness = knowing(ACTIVE)
    harness.changes = MemberChanges({GroupId("g"): "m"})
    same = DesiredProfile(ADA, LAB, "ada", OLD, Because(ACTIVE.because[:1]))

    harness.open(same)
    harness.plans(InSync(same, THERE))
    harness.open(same).confirm([same])
    harness.recorder.flush()

    assert harness.ledger.writes == []


def test_memberships_are_written_with_the_first_record_only(harness: RecorderHarness) -> None:
    """One transaction for all memberships that one reconcile saw."""
    harness.changes = MemberChanges({GroupId("g"): "m"})
    harness.open(PROMOTED)
    harness.does(CREATE, Applied(CREATE, replace(THERE, role_arn=NEW)))
    harness.does(ASSIGN)

    assert len(harness.ledger.writes) > 1
    assert [changes for changes in harness.ledger.member_changes if changes.joined] == [
        harness.changes
    ]


def test_a_worker_who_lost_the_race_writes_nothing_more() -> None:
    """The second of two workers requeues its request."""
    harness = knowing(ACTIVE)
    recorder = harness.open(REMOVAL)
    harness.ledger.write(replace(ACTIVE, reason="another worker's"))

    refused = recorder.begin([REVOKE])

    assert refused.keys() == {LAB}
    recorder.write(replace(ACTIVE, reason="this worker's"))
    with pytest.raises(RetryableError):
        recorder.flush()
    assert harness.record.reason == "another worker's"


def test_a_record_of_another_target_that_is_refused_is_not_forgotten() -> None:
    """It waited to be written with the next action, which does not start then."""
    harness = knowing(ACTIVE)
    elsewhere = harness.ledger.write(replace(ACTIVE, target=SHOP, version=0))
    recorder = harness.open(DEMOTED)
    recorder.write(replace(elsewhere, reason="this worker's"))
    harness.ledger.write(replace(elsewhere, reason="another worker's"))

    with pytest.raises(RetryableError, match=str(SHOP)):
        recorder.begin([CHANGE])
    assert harness.ledger.rows[ADA.id, SHOP].reason == "another worker's"


def test_no_record_takes_more_memberships_than_a_transaction_holds() -> None:
    """The further groups of a user in very many groups are written beside the record."""
    joined = {GroupId(f"g-{number:03}"): f"m-{number}" for number in range(150)}
    left = frozenset(GroupId(f"l-{number:03}") for number in range(30))

    first, rest = MemberChanges(joined, left).split(90)
    second, third = rest.split(90)

    assert len(first.joined) + len(first.left) == 90
    assert {**first.joined, **second.joined} == joined
    assert first.left | second.left == left
    assert third == MemberChanges()
