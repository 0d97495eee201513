"""Rule 3: a group is its id, the one that its name had when the hub first saw it."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes import FakeClock, FakeDirectory, FakeHubState

from hub.runtime.decisions.hub_state import HubState
from hub.runtime.group_resolver import GroupResolver
from shared.errors import RetryableError
from shared.model import GroupId, GroupMapping, MappingTable, Target, Unresolved

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
FIRST, SECOND_ID = GroupId("id-first"), GroupId("id-second")
ANTS = frozenset({"ants"})


class Office:
    """Somebody who resolves names, at a time of ours."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.directory = FakeDirectory()
        self.hub_state = FakeHubState(self.clock)
        self.names = GroupResolver(self.directory, self.hub_state, self.clock)

    def restart(self) -> None:
        """Begin anew, as a cold start does: the memory and the directory stay."""
        self.names = GroupResolver(self.directory, self.hub_state, self.clock)


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_name_is_looked_up_and_remembered(office: Office) -> None:
    """The first look asks the directory; what it says is kept for everybody."""
    office.directory.ids["ants"] = FIRST

    assert office.names.ids(ANTS, NOON) == {"ants": FIRST}
    assert office.directory.asked == ["ants"]
    assert office.hub_state.truth.group_ids == {"ants": FIRST}


def test_an_id_once_seen_stays(office: Office) -> None:
    """Also over cold starts: another group of that name inherits nothing."""
    office.directory.ids["ants"] = FIRST
    office.names.ids(ANTS, NOON)
    office.directory.ids["ants"] = SECOND_ID
    office.clock.sleep(86_400)

    for _ in range(2):
        assert office.names.ids(ANTS, office.clock.now()) == {"ants": FIRST}
        office.restart()


def test_a_known_name_costs_no_call(office: Office) -> None:
    """Neither of the directory nor, once the memory was read, of the memory."""
    office.hub_state.truth = HubState(group_ids={"ants": FIRST})
    for _ in range(3):
        office.clock.sleep(60)
        office.names.ids(ANTS, office.clock.now())

    assert office.directory.asked == []
    assert office.hub_state.reads == 1


def test_what_another_function_saw_is_read_from_the_memory(office: Office) -> None:
    """A name that is new here need not be new to the hub."""
    office.names.ids(frozenset(), NOON)
    office.hub_state.truth = HubState(group_ids={"ants": FIRST})
    office.clock.sleep(60)

    assert office.names.ids(ANTS, office.clock.now() - SECOND) == {"ants": FIRST}
    assert office.directory.asked == []


def test_who_kept_an_id_first_is_right(office: Office) -> None:
    """Two functions that see two groups of one name at a time agree on one of them."""
    office.directory.ids["ants"] = SECOND_ID
    office.names.ids(frozenset(), NOON)
    # Written after our copy was read, and not yet to be seen in it.
    office.hub_state.truth = HubState(group_ids={"ants": FIRST})

    assert office.names.ids(ANTS, NOON - SECOND) == {"ants": FIRST}
    assert office.hub_state.truth.group_ids == {"ants": FIRST}


@pytest.mark.parametrize("why", list(Unresolved))
def test_that_a_name_has_no_id_is_kept_until_somebody_wants_newer(
    office: Office, why: Unresolved
) -> None:
    """It is asked again only when `newer_than` is not before the last answer."""
    office.directory.ids["ants"] = why
    office.clock.sleep(60)
    asked = office.clock.now()

    for newer_than, calls in [
        (NOON, 1),
        (asked - SECOND, 1),
        (NOON - SECOND, 1),
        (asked, 2),
        (asked + SECOND, 3),
    ]:
        assert office.names.ids(ANTS, newer_than) == {"ants": why}
        assert len(office.directory.asked) == calls


def test_an_answer_is_as_old_as_its_question(office: Office) -> None:
    """What the directory says at length may have been read at the beginning."""
    office.directory.clock = office.clock
    office.names.ids(ANTS, NOON - SECOND)

    office.names.ids(ANTS, NOON + SECOND)

    assert len(office.directory.asked) == 2


def test_a_group_that_comes_into_being_is_found(office: Office) -> None:
    """From then on it is known like any other."""
    office.names.ids(ANTS, NOON - SECOND)
    office.directory.ids["ants"] = FIRST
    office.clock.sleep(60)

    assert office.names.ids(ANTS, NOON) == {"ants": FIRST}
    assert office.names.ids(ANTS, office.clock.now() + SECOND) == {"ants": FIRST}
    assert len(office.directory.asked) == 2


def test_trouble_is_no_answer(office: Office) -> None:
    """Nothing is remembered of a look-up that failed."""
    office.directory.ids["ants"] = FIRST
    office.directory.trouble = RetryableError("throttled")
    with pytest.raises(RetryableError, match="throttled"):
        office.names.ids(ANTS, NOON - SECOND)
    office.directory.trouble = None

    assert office.names.ids(ANTS, NOON - SECOND) == {"ants": FIRST}


def test_only_names_of_rows_that_pin_no_id_are_resolved(office: Office) -> None:
    """A pinned id needs no name; every other name has its answer."""
    office.directory.ids = {"ants": FIRST, "pinned": SECOND_ID}
    rows = tuple(
        GroupMapping(group, LAB, "role/X", group_id=id_)
        for group, id_ in [("ants", None), ("pinned", GroupId("id-x")), ("lost", None)]
    )

    found = office.names.of(MappingTable(rows), NOON)

    assert found == {"ants": FIRST, "lost": Unresolved.UNKNOWN}
    assert sorted(office.directory.asked) == ["ants", "lost"]
