"""What a scan counts as drift, and what it leaves unchanged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.drift import (
    Drift,
    DriftKind,
    KnownPeople,
    gone,
    in_ledger,
    in_listing,
    is_in_the_way,
    is_missed_event,
    joined,
    left,
    of_people,
)
from hub.runtime.decisions.hub_state import GroupSnapshot, ListedProfile
from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.observed import ProfileStatus
from hub.runtime.decisions.record import Access, Record, State
from shared.model import Because, Grant, GroupId, Target, User, UserId, UserStatus

LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ADA, BOB, EVE = UserId("u-ada"), UserId("u-bob"), UserId("u-eve")
COPY = GroupSnapshot(GroupId("g"), {BOB: "m-1", ADA: "m-2"}, is_listed=True)
OLD, NEW = Grant(20, "old", "role/Old", 30, "g-old"), Grant(10, "new", "role/New", 30, "g-new")
DESIRED = DesiredProfile(User(ADA, "ada"), LAB, "ada", "role/New", Because((NEW, OLD)))
GRANTS_NOTHING = DESIRED._replace(is_granted=False)
UNCALLED_FOR = Removal(User(ADA, "ada"), LAB, "ada", "no mapping grants it", 30)
DISABLED_OR_DELETED = UNCALLED_FOR._replace(person=User(ADA, "ada", UserStatus.DISABLED))
UNDECIDED = Undecided(User(ADA, "ada"), LAB, "cannot tell", "correct the row")
ACTIVE = Record(
    user_id=ADA,
    target=LAB,
    state=State.ACTIVE,
    user_name="ada",
    profile_name="ada",
    access=Access.ASSIGNED,
    role_arn="role/New",
    because=(NEW, OLD),
    modified="noon",
)
LISTED = ListedProfile("ada", ProfileStatus.IN_SERVICE, "noon")
IN_SYNC = {State.ACTIVE, State.HELD, State.SUSPENDED}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
LEAVING = replace(ACTIVE, state=State.REMOVING, started=NOW - DAY, retain_until=NOW + DAY)
SUSPENDED = replace(LEAVING, state=State.SUSPENDED, since=NOW - DAY)
SHARES = replace(LEAVING, state=State.HELD)
WAITS = replace(ACTIVE, state=State.HELD, hold="limit")


def ledger(state: State, user_status: UserStatus = UserStatus.ENABLED) -> Record:
    return replace(ACTIVE, state=state, user_status=user_status)


def test_a_listed_user_who_is_not_in_the_snapshot_joined() -> None:
    """In order; a recreated membership is not a new member."""
    listed = {EVE: "m-9", ADA: "m-other", UserId("u-dan"): "m-8"}

    assert joined(COPY, listed) == (
        Drift(UserId("u-dan"), DriftKind.JOINED),
        Drift(EVE, DriftKind.JOINED),
    )
    assert joined(COPY, {}) == ()


def test_a_user_in_the_snapshot_who_was_not_seen_left() -> None:
    """In order; only a user who was seen on no page left."""
    assert left(COPY, Seen()) == (Drift(ADA, DriftKind.LEFT), Drift(BOB, DriftKind.LEFT))
    assert left(COPY, Seen().with_ids([BOB, EVE])) == (Drift(ADA, DriftKind.LEFT),)
    assert left(COPY, Seen().with_ids([ADA, BOB])) == ()


@pytest.mark.parametrize(
    ("decision", "record", "drift_kind"),
    [
        (None, ACTIVE, None),
        (UNDECIDED, None, None),
        *((UNDECIDED, ledger(state), None) for state in State),
        # A desired profile that was never granted is drift, unless only a disabled row grants it.
        (DESIRED, None, DriftKind.DESIRED),
        (DESIRED, ledger(State.REMOVED), DriftKind.DESIRED),
        (GRANTS_NOTHING, None, None),
        (GRANTS_NOTHING, ledger(State.REMOVED), None),
        # Reasons other than the recorded ones are drift, whatever the state.
        *(
            (DESIRED, replace(ledger(state), because=because), DriftKind.DESIRED)
            for state in State
            for because in [(NEW,), (OLD, NEW), ()]
        ),
        (GRANTS_NOTHING, replace(ACTIVE, because=(NEW,)), DriftKind.DESIRED),
        # With the same reasons it is done, awaits an operator, or is not finished.
        (DESIRED, ACTIVE, None),
        # A refused or blocked action is tried again.
        (DESIRED, ledger(State.HELD), DriftKind.UNFINISHED),
        (DESIRED, replace(ACTIVE, role_arn="role/Old"), DriftKind.UNFINISHED),
        *(
            (DESIRED, replace(ACTIVE, access=access), DriftKind.UNFINISHED)
            for access in (Access.UNTOUCHED, Access.UNSURE, Access.REVOKED)
        ),
        (DESIRED, replace(ACTIVE, access=Access.BY_HAND), None),
        *(
            (DESIRED, ledger(state), DriftKind.UNFINISHED)
            for state in State
            if state not in {State.ACTIVE, State.HELD, State.REMOVED}
        ),
        # A held role change awaits its approval; a held removal is obsolete once access is desired.
        (DESIRED, replace(WAITS, role_arn="role/Old"), None),
        (DESIRED, WAITS, DriftKind.UNFINISHED),
        # A removal is drift for a user who has a profile, and for a ledger with another user
        # status.
        (DISABLED_OR_DELETED, None, DriftKind.DESIRED),
        (UNCALLED_FOR, ACTIVE, DriftKind.DESIRED),
        (UNCALLED_FOR, ledger(State.REMOVED), None),
        (DISABLED_OR_DELETED, ledger(State.REMOVED, UserStatus.DISABLED), None),
        (DISABLED_OR_DELETED, ledger(State.ACTIVE, UserStatus.DISABLED), DriftKind.DESIRED),
        *((DISABLED_OR_DELETED, ledger(state), DriftKind.DESIRED) for state in State),
        *(
            (DISABLED_OR_DELETED, ledger(state, UserStatus.GONE), DriftKind.DESIRED)
            for state in State
        ),
        # Under way or failed, it goes on.
        *(
            (UNCALLED_FOR, replace(LEAVING, state=state), DriftKind.UNFINISHED)
            for state in (State.PENDING, State.REMOVING, State.FAILED)
        ),
        # Held for an approval, it waits. Held for a shared space, that space may be gone by now.
        (UNCALLED_FOR, WAITS, None),
        # Held for an unmanaged profile and no longer desired: nothing of it is left.
        (UNCALLED_FOR, replace(WAITS, hold=""), DriftKind.UNFINISHED),
        (UNCALLED_FOR, SHARES, DriftKind.UNFINISHED),
        # A suspended user is left unchanged until the retention ends, once no old session can start
        # apps.
        (UNCALLED_FOR, SUSPENDED, None),
        (UNCALLED_FOR, replace(SUSPENDED, since=NOW - 2 * HOUR), None),
        (UNCALLED_FOR, replace(SUSPENDED, since=NOW - 2 * HOUR + SECOND), DriftKind.UNFINISHED),
        (UNCALLED_FOR, replace(SUSPENDED, since=None), DriftKind.UNFINISHED),
        (UNCALLED_FOR, replace(SUSPENDED, retain_until=NOW + SECOND), None),
        (UNCALLED_FOR, replace(SUSPENDED, retain_until=NOW), DriftKind.UNFINISHED),
        (UNCALLED_FOR, replace(SUSPENDED, retain_until=None), DriftKind.UNFINISHED),
    ],
)
def test_how_the_ledger_drifts_from_the_desired_state(
    decision: Decision | None, record: Record | None, drift_kind: DriftKind | None
) -> None:
    """An undecided user stays unchanged. A refused action is observed to be tried again."""
    blocked = drift_kind is DriftKind.UNFINISHED and record is not None and record.is_blocked
    expected = Drift(ADA, drift_kind, force_observe=blocked) if drift_kind else None

    assert in_ledger(decision, ADA, record, NOW) == expected


@pytest.mark.parametrize(
    ("decision", "record"),
    [(DESIRED, ledger(State.PENDING)), (UNCALLED_FOR, LEAVING)],
)
def test_one_chain_is_enough(decision: Decision, record: Record) -> None:
    """No scan queues a request that is already being retried, until that retry is overdue."""
    trying = replace(record, tries=3, retry_at=NOW + SECOND)

    assert in_ledger(decision, ADA, trying, NOW) is None
    assert in_ledger(decision, ADA, replace(trying, retry_at=NOW), NOW) is not None
    assert in_ledger(DISABLED_OR_DELETED, ADA, trying, NOW) is not None


NAMESAKE = replace(ACTIVE, user_id=BOB, profile_name="ada-old")
BLOCKED = replace(ACTIVE, state=State.HELD, role_arn="", modified="")


@pytest.mark.parametrize(
    ("record", "others", "listed", "answer"),
    [
        (BLOCKED, [], {"ada", "ada-001"}, False),
        (BLOCKED, [BLOCKED], set(), False),
        # A profile that was observed.
        (replace(BLOCKED, in_the_way="Ada"), [], {"ada"}, True),
        (replace(BLOCKED, in_the_way="Ada-001"), [], {"ada-001"}, True),
        (replace(BLOCKED, in_the_way="Ada"), [], set(), False),
        # One of ours, of a user who had the same user name.
        (BLOCKED, [BLOCKED, NAMESAKE], {"ada-old"}, True),
        (BLOCKED, [NAMESAKE], {"other"}, False),
        (BLOCKED, [replace(NAMESAKE, role_arn="")], {"ada-old"}, False),
        (BLOCKED, [replace(NAMESAKE, user_name="bob")], {"ada-old"}, False),
        # Refused for another reason, or waiting only for a shared space to go.
        (replace(BLOCKED, state=State.FAILED), [NAMESAKE], {"ada-old"}, False),
        (replace(SHARES, in_the_way="Ada"), [], {"ada"}, False),
    ],
)
def test_a_listing_shows_what_prevents_a_creation(
    record: Record,
    others: list[Record],
    listed: set[str],
    answer: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    """A creation is not tried while the listing still shows the obstacle."""
    assert is_in_the_way(record, others, listed) is answer


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize(
    ("listed", "in_profile", "in_held"),
    [
        (None, DriftKind.MISSING, DriftKind.MISSING),
        (LISTED, None, None),
        (LISTED._replace(name="Ada"), None, None),
        (LISTED._replace(modified="one"), DriftKind.CHANGED, DriftKind.CHANGED),
        *(
            (LISTED._replace(status=status), DriftKind.CHANGED, None)
            for status in (*ProfileStatus, "A_New_Word")
            if status != ProfileStatus.IN_SERVICE
        ),
    ],
)
def test_how_a_listing_drifts_from_a_record(
    state: State,
    listed: ListedProfile | None,
    in_profile: DriftKind | None,
    in_held: DriftKind | None,
) -> None:
    """Only for a user in sync can a listing show drift; then the profile itself is observed."""
    drift_kind = in_held if state is State.HELD else in_profile
    expected = (
        Drift(ADA, drift_kind, force_observe=True) if drift_kind and state in IN_SYNC else None
    )

    assert in_listing(ledger(state), listed) == expected


def known(*records: Record) -> KnownPeople:
    people = KnownPeople()
    for record in records:
        people.add(record)
    return people


@pytest.mark.parametrize(
    ("person", "records", "drift_kind"),
    [
        (User(ADA, "ada"), [ACTIVE], None),
        (User(BOB, "bob"), [ACTIVE], None),
        (User(ADA, "ada", UserStatus.DISABLED), [ACTIVE], DriftKind.DISABLED),
        (User(ADA, "ada"), [ledger(State.REMOVED, UserStatus.DISABLED)], DriftKind.ENABLED),
        (User(ADA, "ada"), [ledger(State.REMOVED, UserStatus.GONE)], DriftKind.ENABLED),
        # One target without a current record is enough, whichever it is.
        (
            User(ADA, "ada", UserStatus.DISABLED),
            [ledger(State.REMOVED, UserStatus.DISABLED), replace(ACTIVE, target=SHOP)],
            DriftKind.DISABLED,
        ),
        (
            User(ADA, "ada"),
            [ledger(State.REMOVED, UserStatus.DISABLED), replace(ACTIVE, target=SHOP)],
            DriftKind.ENABLED,
        ),
        (User(ADA, "ada-king"), [ACTIVE], DriftKind.RENAMED),
        # User names are compared without case.
        (User(ADA, "ADA"), [ACTIVE], None),
        (User(ADA, "ada-king"), [ledger(State.REMOVED)], None),
        (User(ADA, "ada"), [ACTIVE, replace(ACTIVE, user_name="a")], DriftKind.RENAMED),
        (User(ADA, "ada"), [replace(ACTIVE, user_name="a"), ACTIVE], DriftKind.RENAMED),
        (User(ADA, "ada-king", UserStatus.DISABLED), [ACTIVE], DriftKind.DISABLED),
    ],
)
def test_how_a_user_drifts_from_the_ledger(
    person: User, records: list[Record], drift_kind: DriftKind | None
) -> None:
    """User status first, then the name of existing profiles; unrelated users never drift."""
    expected = [Drift(person.id, drift_kind)] if drift_kind else []

    assert list(of_people([person], known(*records))) == expected


@pytest.mark.parametrize(
    ("records", "seen", "is_gone"),
    [
        ([ACTIVE], [], True),
        ([ACTIVE], [BOB], True),
        ([ACTIVE], [BOB, ADA], False),
        ([ledger(State.REMOVED)], [], True),
        ([ledger(State.REMOVED, UserStatus.GONE)], [], False),
        ([ledger(State.REMOVED, UserStatus.GONE), ACTIVE], [], True),
        ([], [], False),
    ],
)
def test_a_known_user_who_was_not_listed_is_gone(
    records: list[Record], seen: list[UserId], *, is_gone: bool
) -> None:
    """Once, until the ledger says so in every target."""
    expected = [Drift(ADA, DriftKind.GONE)] if is_gone else []

    assert list(gone(Seen().with_ids(seen), known(*records))) == expected


def test_the_ledger_knows_the_users_it_has_a_record_of() -> None:
    """A removed record counts: the user may come back."""
    people = known(ACTIVE, replace(ledger(State.REMOVED), user_id=BOB))

    assert [people.knows(id_) for id_ in (ADA, BOB, EVE)] == [True, True, False]


def test_a_profile_that_was_never_seen_is_not_missed() -> None:
    """It is held because Studio refused the creation, which would fail again at every sweep."""
    assert in_listing(replace(ledger(State.HELD), modified=""), None) is None


def test_the_profiles_that_missing_users_would_lose_are_known() -> None:
    """The removals of all missing users are admitted together, without profiles they never had."""
    people = known(
        ACTIVE,
        replace(ACTIVE, target=SHOP, profile_name="ada-2"),
        replace(LEAVING, user_id=BOB),
        replace(ledger(State.REMOVED), user_id=EVE),
    )

    assert people.profiles == {ADA: ((LAB, "ada"), (SHOP, "ada-2"))}


@pytest.mark.parametrize(
    ("drift_kind", "in_apply", "in_report"),
    [
        (DriftKind.JOINED, True, True),
        (DriftKind.LEFT, True, True),
        # It is known from the snapshots, reported, or found again every day while it lasts.
        (DriftKind.DESIRED, False, False),
        (DriftKind.UNFINISHED, False, False),
        (DriftKind.REQUESTED, False, False),
        (DriftKind.RENAMED, False, False),
        # It is written to the ledger and so found once, where the ledger is written.
        *(
            (drift_kind, True, False)
            for drift_kind in (
                DriftKind.MISSING,
                DriftKind.CHANGED,
                DriftKind.UNRECORDED,
                DriftKind.DISABLED,
                DriftKind.ENABLED,
                DriftKind.GONE,
                DriftKind.ASSIGNMENT,
            )
        ),
    ],
)
def test_what_counts_as_a_missed_event(
    drift_kind: DriftKind, *, in_apply: bool, in_report: bool
) -> None:
    """Each missed event once: not per target or sweep, and not while it is on its way."""
    assert is_missed_event(drift_kind, "apply") is in_apply
    assert is_missed_event(drift_kind, "report") is in_report


def test_every_drift_kind_is_a_missed_event_or_is_not() -> None:
    """A new kind of drift needs a decision: the table above names all of them."""
    assert len(DriftKind) == 13


@pytest.mark.parametrize("state", [State.FAILED, State.HELD])
def test_a_blocked_target_whose_retry_is_over_is_tried_by_the_scan(state: State) -> None:
    """No reconcile tries it by itself, so only this drift keeps it from waiting for ever."""
    blocked = replace(ACTIVE, state=state, role_arn="", tries=3, retry_at=NOW - HOUR)

    found = in_ledger(DESIRED, ADA, blocked, NOW)

    assert found is not None
    assert found.force_observe
