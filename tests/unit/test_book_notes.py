"""What the ledger says of what was not done, was left alone, or could not be seen."""

from dataclasses import replace

import pytest
from cases import (
    ACTIVE,
    ADA,
    BECAUSE,
    LAB,
    NEW,
    OLD,
    PROMOTED,
    REMOVAL,
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
)
from hub.runtime.decisions.decision import DesiredProfile
from hub.runtime.decisions.hub_state import MemberChanges
from hub.runtime.decisions.outcome import Applied, Deferred, Failed, Outcome, Pending
from hub.runtime.decisions.plan import is_in_sync
from hub.runtime.decisions.profile_events import ProfileEventType
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.decisions.skips import skip
from hub.runtime.reconcile.observe import ObservationFailure
from shared.errors import PermanentError, RetryableError
from shared.model import GroupId

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
def test_what_did_not_become_of_it_is_noted(
    harness: RecorderHarness, action: Action, outcome: Outcome, state: State
) -> None:
    """What waits for somebody is held, what was refused has failed; the reason stands by it."""
    harness.open(PROMOTED)

    record = harness.does(action, outcome)

    assert record.state is state
    assert record.reason == ("" if isinstance(outcome, Pending) else outcome.reason)  # type: ignore[union-attr]
    assert harness.told == ([ProfileEventType.HELD] if state is State.HELD else [])


def test_a_profile_that_is_discarded_is_neither_lost_nor_had() -> None:
    """It is made anew at once, and only that is told."""
    harness = knowing(ACTIVE)
    harness.open(PROMOTED)

    assert harness.does(DISCARD).role_arn == ""
    assert harness.record.state is State.PENDING
    assert harness.told == []


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (SkipKind.HELD, State.HELD),
        (SkipKind.SHARED_SPACE, State.HELD),
        (SkipKind.NOT_OURS, State.HELD),
        (SkipKind.NAME_TAKEN, State.HELD),
        (SkipKind.UNREADABLE, State.ACTIVE),
        (SkipKind.IN_FLIGHT, State.ACTIVE),
        (SkipKind.DISABLED, State.ACTIVE),
        (SkipKind.UNDECIDED, State.ACTIVE),
    ],
)
def test_what_is_left_alone_stays_or_is_held(kind: SkipKind, state: State) -> None:
    """What it waits for stands by it, with the role that the profile has while it is ours."""
    harness, hold = knowing(ACTIVE), "limit" if kind is SkipKind.HELD else ""
    harness.open(REMOVAL).skipped(skip(kind, REMOVAL, "why", "way out", hold), THERE)

    assert (harness.record.state, harness.record.hold) == (state, hold)
    others_have_it = kind in {SkipKind.NOT_OURS, SkipKind.NAME_TAKEN}
    assert harness.record.role_arn == ("" if others_have_it else OLD)
    assert harness.told == ([ProfileEventType.HELD] if state is State.HELD else [])


@pytest.mark.parametrize(
    ("before", "error", "state"),
    [
        (None, RetryableError("throttled"), State.PENDING),
        (None, PermanentError("closed"), State.FAILED),
        (ACTIVE, RetryableError("throttled"), State.ACTIVE),
        (ACTIVE, PermanentError("closed"), State.FAILED),
    ],
)
def test_a_target_that_could_not_be_seen_is_noted(
    before: Record | None, error: RetryableError | PermanentError, state: State
) -> None:
    """Law 10: in its own record, and nothing else of it is forgotten."""
    harness = knowing(before)
    harness.open(PROMOTED).blocked(ObservationFailure(PROMOTED, error))

    assert (harness.record.state, harness.record.reason) == (state, str(error))
    assert harness.record.role_arn == (before.role_arn if before else "")


NO_DOMAIN = Failed(CREATE, "ResourceNotFound", "no such domain")
NEVER_SEEN = ObservationFailure(PROMOTED, PermanentError("closed"))
REMOVED = replace(ACTIVE, state=State.REMOVED, access=Access.REVOKED, role_arn="", modified="")


@pytest.mark.parametrize("before", [None, REMOVED])
def test_where_nothing_was_ever_made_nothing_is_to_be_removed(before: Record | None) -> None:
    """Told that there is no such domain, or not let in, as often as it was tried."""
    harness = knowing(before)
    for _ in range(2):
        harness.open(PROMOTED)
        assert harness.does(CREATE, NO_DOMAIN).state is State.FAILED
        assert is_in_sync(REMOVAL, harness.record)
        assert not is_in_sync(PROMOTED, harness.record)
        harness.open(PROMOTED).blocked(NEVER_SEEN)
        assert is_in_sync(REMOVAL, harness.record)

    harness.open(REMOVAL).confirm(REMOVAL)

    assert harness.record.state is State.REMOVED
    assert harness.told == []


@pytest.mark.parametrize(
    "outcome",
    [
        # A crash: what was announced is all that is known.
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
def test_what_may_have_been_made_is_never_taken_for_nothing(
    harness: RecorderHarness, outcome: Outcome | None
) -> None:
    """Law 6: whatever is heard of the target afterwards."""
    recorder = harness.open(PROMOTED)
    recorder.begin(CREATE)
    if outcome is not None:
        recorder.record_outcome(outcome)
    assert not is_in_sync(REMOVAL, harness.record)

    harness.open(PROMOTED).blocked(NEVER_SEEN)
    assert not is_in_sync(REMOVAL, harness.record)
    harness.open(PROMOTED)
    harness.does(CREATE, NO_DOMAIN)
    assert not is_in_sync(REMOVAL, harness.record)


@pytest.mark.parametrize("before", [None, ACTIVE])
@pytest.mark.parametrize("action", [CREATE, ASSIGN, CHANGE, RESUME, STOP, DISCARD])
def test_of_whom_anything_was_begun_something_may_be_there(
    before: Record | None, action: Action
) -> None:
    """Also where the ledger had lost them: what is begun is done to a profile that exists."""
    harness = knowing(before)
    harness.open(PROMOTED).begin(action)

    assert not is_in_sync(REMOVAL, harness.record)


@pytest.mark.parametrize("action", [REVOKE, SUSPEND, STOP, SPACE, DELETE])
def test_a_removal_that_began_is_not_over_before_its_end(
    harness: RecorderHarness, action: Action
) -> None:
    """Also of somebody whom the ledger did not know."""
    harness.open(REMOVAL).begin(action)

    assert not is_in_sync(REMOVAL, harness.record)


@pytest.mark.parametrize("kind", [SkipKind.HELD, SkipKind.NOT_OURS, SkipKind.NAME_TAKEN])
def test_a_profile_that_was_seen_is_asked_after_again(
    harness: RecorderHarness, kind: SkipKind
) -> None:
    """Somebody may have made it ours meanwhile."""
    harness.open(PROMOTED).skipped(skip(kind, PROMOTED, "why", "way out"), THERE)

    assert not is_in_sync(REMOVAL, harness.record)


def test_a_look_that_changes_nothing_writes_nothing() -> None:
    """Law 2, whatever the event was."""
    harness = knowing(ACTIVE)
    harness.changes = MemberChanges({GroupId("g"): "m"})
    same = DesiredProfile(ADA, LAB, "ada", OLD, replace(BECAUSE, winner=ACTIVE.because[0], over=()))

    harness.open(same).in_sync(InSync(same, THERE))
    harness.open(same).confirm(same)

    assert harness.ledger.writes == []


def test_memberships_travel_with_the_first_record_only(harness: RecorderHarness) -> None:
    """One transaction for all that one look saw of them."""
    harness.changes = MemberChanges({GroupId("g"): "m"})
    harness.open(PROMOTED)
    harness.does(CREATE, Applied(CREATE, replace(THERE, role_arn=NEW)))
    harness.does(ASSIGN)

    assert len(harness.ledger.writes) > 1
    assert [changes for changes in harness.ledger.joined if changes.joined] == [harness.changes]


def test_a_worker_who_was_overtaken_writes_nothing_more() -> None:
    """Whoever comes second looks again."""
    harness = knowing(ACTIVE)
    recorder = harness.open(REMOVAL)
    harness.ledger.write(replace(ACTIVE, reason="another worker's"))

    with pytest.raises(RetryableError):
        recorder.begin(REVOKE)
    assert harness.record.reason == "another worker's"


def test_no_record_takes_more_along_than_a_transaction_holds() -> None:
    """Whoever is in very many groups has the rest of them noted beside the record."""
    joined = {GroupId(f"g-{number:03}"): f"m-{number}" for number in range(150)}
    left = frozenset(GroupId(f"l-{number:03}") for number in range(30))

    first, rest = MemberChanges(joined, left).split(90)
    second, third = rest.split(90)

    assert len(first.joined) + len(first.left) == 90
    assert {**first.joined, **second.joined} == joined
    assert first.left | second.left == left
    assert third == MemberChanges()
