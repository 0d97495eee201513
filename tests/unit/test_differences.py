"""What a look takes for a difference, and what it leaves alone."""

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
COPY = GroupSnapshot(GroupId("g"), {BOB: "m-1", ADA: "m-2"}, looked_at=True)
OLD, NEW = Grant(20, "old", "role/Old", 30, "g-old"), Grant(10, "new", "role/New", 30, "g-new")
DESIRED = DesiredProfile(User(ADA, "ada"), LAB, "ada", "role/New", Because(NEW, (OLD,)))
GRANTS_NOTHING = replace(DESIRED, is_granted=False)
UNCALLED_FOR = Removal(User(ADA, "ada"), LAB, "ada", "no mapping calls for it", 30)
DISABLED_OR_DELETED = replace(UNCALLED_FOR, person=User(ADA, "ada", UserStatus.DISABLED))
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


def test_who_is_listed_and_not_in_the_copy_joined() -> None:
    """In order; a membership that was made anew is none of a new member."""
    listed = {EVE: "m-9", ADA: "m-other", UserId("u-dan"): "m-8"}

    assert joined(COPY, listed) == (
        Drift(UserId("u-dan"), DriftKind.JOINED),
        Drift(EVE, DriftKind.JOINED),
    )
    assert joined(COPY, {}) == ()


def test_who_is_in_the_copy_and_was_not_seen_left() -> None:
    """In order; whoever was seen on any page did not."""
    assert left(COPY, Seen()) == (Drift(ADA, DriftKind.LEFT), Drift(BOB, DriftKind.LEFT))
    assert left(COPY, Seen().with_ids([BOB, EVE])) == (Drift(ADA, DriftKind.LEFT),)
    assert left(COPY, Seen().with_ids([ADA, BOB])) == ()


@pytest.mark.parametrize(
    ("decision", "record", "drift_kind"),
    [
        (None, ACTIVE, None),
        (UNDECIDED, None, None),
        *((UNDECIDED, ledger(state), None) for state in State),
        # What is called for and was never given is new, unless only a disabled row calls for it.
        (DESIRED, None, DriftKind.DESIRED),
        (DESIRED, ledger(State.REMOVED), DriftKind.DESIRED),
        (GRANTS_NOTHING, None, None),
        (GRANTS_NOTHING, ledger(State.REMOVED), None),
        # Other reasons than the recorded ones are a difference, whatever the state.
        *(
            (DESIRED, replace(ledger(state), because=because), DriftKind.DESIRED)
            for state in State
            for because in [(NEW,), (OLD, NEW), ()]
        ),
        (GRANTS_NOTHING, replace(ACTIVE, because=(NEW,)), DriftKind.DESIRED),
        # With the same reasons it is done, waits for somebody, or is not finished.
        (DESIRED, ACTIVE, None),
        # What was refused, or has something in its way, is tried again.
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
        # A held role change waits for its word; a held removal is over when it is not called for.
        (DESIRED, replace(WAITS, role_arn="role/Old"), None),
        (DESIRED, WAITS, DriftKind.UNFINISHED),
        # A removal is new to somebody who has a profile, and to a ledger of another standing.
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
        # Under way or in trouble it goes on.
        *(
            (UNCALLED_FOR, replace(LEAVING, state=state), DriftKind.UNFINISHED)
            for state in (State.PENDING, State.REMOVING, State.FAILED)
        ),
        # Held for a word it waits; held for a shared space, that space may be gone by now.
        (UNCALLED_FOR, WAITS, None),
        # Held for a profile that is not ours, and called for by nothing now: nothing is left of it.
        (UNCALLED_FOR, replace(WAITS, hold=""), DriftKind.UNFINISHED),
        (UNCALLED_FOR, SHARES, DriftKind.UNFINISHED),
        # Who is suspended is left in peace, once no old session can start anything any more, until
        # the retention ends.
        (UNCALLED_FOR, SUSPENDED, None),
        (UNCALLED_FOR, replace(SUSPENDED, since=NOW - 2 * HOUR), None),
        (UNCALLED_FOR, replace(SUSPENDED, since=NOW - 2 * HOUR + SECOND), DriftKind.UNFINISHED),
        (UNCALLED_FOR, replace(SUSPENDED, since=None), DriftKind.UNFINISHED),
        (UNCALLED_FOR, replace(SUSPENDED, retain_until=NOW + SECOND), None),
        (UNCALLED_FOR, replace(SUSPENDED, retain_until=NOW), DriftKind.UNFINISHED),
        (UNCALLED_FOR, replace(SUSPENDED, retain_until=None), DriftKind.UNFINISHED),
    ],
)
def test_how_the_ledger_differs_from_what_is_called_for(
    decision: Decision | None, record: Record | None, drift_kind: DriftKind | None
) -> None:
    """Whoever is undecided stays as they are; what was refused is observed, to be tried again."""
    blocked = drift_kind is DriftKind.UNFINISHED and record is not None and record.is_blocked
    expected = Drift(ADA, drift_kind, force_observe=blocked) if drift_kind else None

    assert in_ledger(decision, ADA, record, NOW) == expected


@pytest.mark.parametrize(
    ("decision", "record"),
    [(DESIRED, ledger(State.PENDING)), (UNCALLED_FOR, LEAVING)],
)
def test_one_chain_is_enough(decision: Decision, record: Record) -> None:
    """What some request tries again by itself is queued by no scan, until that is overdue."""
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
        # A profile that was seen.
        (replace(BLOCKED, in_the_way="Ada"), [], {"ada"}, True),
        (replace(BLOCKED, in_the_way="Ada-001"), [], {"ada-001"}, True),
        (replace(BLOCKED, in_the_way="Ada"), [], set(), False),
        # One of ours, of somebody who had the same user name.
        (BLOCKED, [BLOCKED, NAMESAKE], {"ada-old"}, True),
        (BLOCKED, [NAMESAKE], {"other"}, False),
        (BLOCKED, [replace(NAMESAKE, role_arn="")], {"ada-old"}, False),
        (BLOCKED, [replace(NAMESAKE, user_name="bob")], {"ada-old"}, False),
        # What was refused otherwise, and who only waits for a shared space to go.
        (replace(BLOCKED, state=State.FAILED), [NAMESAKE], {"ada-old"}, False),
        (replace(SHARES, in_the_way="Ada"), [], {"ada"}, False),
    ],
)
def test_what_a_listing_shows_to_be_in_the_way(
    record: Record,
    others: list[Record],
    listed: set[str],
    answer: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    """A creation is not tried while the listing still shows what it was refused for."""
    assert is_in_the_way(record, others, listed) is answer


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize(
    ("listed", "in_profile", "in_held"),
    [
        (None, DriftKind.MISSING, DriftKind.MISSING),
        (LISTED, None, None),
        (replace(LISTED, name="Ada"), None, None),
        (replace(LISTED, modified="one"), DriftKind.CHANGED, DriftKind.CHANGED),
        *(
            (replace(LISTED, status=status), DriftKind.CHANGED, None)
            for status in (*ProfileStatus, "A_New_Word")
            if status != ProfileStatus.IN_SERVICE
        ),
    ],
)
def test_how_a_listing_differs_from_a_record(
    state: State,
    listed: ListedProfile | None,
    in_profile: DriftKind | None,
    in_held: DriftKind | None,
) -> None:
    """Only of who is at rest can it tell something new; then the profile itself is observed."""
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
        # One target that was not written yet is enough, whichever it is.
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
        # User names have no case.
        (User(ADA, "ADA"), [ACTIVE], None),
        (User(ADA, "ada-king"), [ledger(State.REMOVED)], None),
        (User(ADA, "ada"), [ACTIVE, replace(ACTIVE, user_name="a")], DriftKind.RENAMED),
        (User(ADA, "ada"), [replace(ACTIVE, user_name="a"), ACTIVE], DriftKind.RENAMED),
        (User(ADA, "ada-king", UserStatus.DISABLED), [ACTIVE], DriftKind.DISABLED),
    ],
)
def test_how_a_person_differs_from_the_ledger(
    person: User, records: list[Record], drift_kind: DriftKind | None
) -> None:
    """Standing first, then the name of profiles that they have; strangers never differ."""
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
def test_who_is_known_and_was_not_shown_is_gone(
    records: list[Record], seen: list[UserId], *, is_gone: bool
) -> None:
    """Once, until the ledger says so of every target."""
    expected = [Drift(ADA, DriftKind.GONE)] if is_gone else []

    assert list(gone(Seen().with_ids(seen), known(*records))) == expected


def test_the_ledger_knows_whom_it_has_a_record_of() -> None:
    """A removed one counts: they may come back."""
    people = known(ACTIVE, replace(ledger(State.REMOVED), user_id=BOB))

    assert [people.knows(id_) for id_ in (ADA, BOB, EVE)] == [True, True, False]


def test_a_profile_that_was_never_seen_is_not_missed() -> None:
    """Held because Studio refused to create it: it would refuse again at every sweep."""
    assert in_listing(replace(ledger(State.HELD), modified=""), None) is None


def test_the_profiles_that_people_would_lose_are_known() -> None:
    """Of whoever is gone, all are weighed together: not what they never had or lose already."""
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
        # Known from the copies, told, or found again every day for as long as it is so.
        (DriftKind.DESIRED, False, False),
        (DriftKind.UNFINISHED, False, False),
        (DriftKind.EVERYONE, False, False),
        (DriftKind.RENAMED, False, False),
        # Written down in the ledger, and so found once, where the ledger is written.
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
def test_what_counts_as_told_by_no_event(
    drift_kind: DriftKind, *, in_apply: bool, in_report: bool
) -> None:
    """Each missed event once: not again with each target, each round, or while it is on its way."""
    assert is_missed_event(drift_kind, "apply") is in_apply
    assert is_missed_event(drift_kind, "report") is in_report


def test_every_finding_is_news_or_is_not() -> None:
    """A new word has to be thought about: the table above names all of them."""
    assert len(DriftKind) == 13
