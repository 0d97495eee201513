"""Rule 3: a group is its id, the one that its name had when the hub first resolved it."""

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


class Harness:
    """A resolver of group names with a controlled clock."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.directory = FakeDirectory()
        self.hub_state = FakeHubState(self.clock)
        self.names = GroupResolver(self.directory, self.hub_state, self.clock)

    def restart(self) -> None:
        """Start anew as a cold start does: stored names and the directory stay."""
        self.names = GroupResolver(self.directory, self.hub_state, self.clock)


@pytest.fixture
def harness() -> Harness:
    return Harness()


def test_a_name_is_resolved_and_stored(harness: Harness) -> None:
    """The first resolution asks the directory; its answer is stored for every function."""
    harness.directory.ids["ants"] = FIRST

    assert harness.names.ids(ANTS, NOON) == {"ants": FIRST}
    assert harness.directory.asked == ["ants"]
    assert harness.hub_state.truth.group_ids == {"ants": FIRST}


def test_an_id_once_resolved_stays(harness: Harness) -> None:
    """Even across cold starts: another group of that name inherits nothing."""
    harness.directory.ids["ants"] = FIRST
    harness.names.ids(ANTS, NOON)
    harness.directory.ids["ants"] = SECOND_ID
    harness.clock.sleep(86_400)

    for _ in range(2):
        assert harness.names.ids(ANTS, harness.clock.now()) == {"ants": FIRST}
        harness.restart()


def test_a_known_name_costs_no_call(harness: Harness) -> None:
    """Neither a directory call nor, once the stored names were read, a read of them."""
    harness.hub_state.truth = HubState(group_ids={"ants": FIRST})
    for _ in range(3):
        harness.clock.sleep(60)
        harness.names.ids(ANTS, harness.clock.now())

    assert harness.directory.asked == []
    assert harness.hub_state.reads == 1


def test_a_name_another_function_resolved_is_read_from_the_store(harness: Harness) -> None:
    """A name that is new to this function may be known to another."""
    harness.names.ids(frozenset(), NOON)
    harness.hub_state.truth = HubState(group_ids={"ants": FIRST})
    harness.clock.sleep(60)

    assert harness.names.ids(ANTS, harness.clock.now() - SECOND) == {"ants": FIRST}
    assert harness.directory.asked == []


def test_the_id_that_was_stored_first_wins(harness: Harness) -> None:
    """Two functions that resolve one name to two groups at once agree on one of them."""
    harness.directory.ids["ants"] = SECOND_ID
    harness.names.ids(frozenset(), NOON)
    # Written after our snapshot was read, and not yet in it.
    harness.hub_state.truth = HubState(group_ids={"ants": FIRST})

    assert harness.names.ids(ANTS, NOON - SECOND) == {"ants": FIRST}
    assert harness.hub_state.truth.group_ids == {"ants": FIRST}


@pytest.mark.parametrize("why", list(Unresolved))
def test_that_a_name_has_no_id_is_cached_until_a_newer_answer_is_needed(
    harness: Harness, why: Unresolved
) -> None:
    """The directory is asked again only when `newer_than` is after the last answer."""
    harness.directory.ids["ants"] = why
    harness.clock.sleep(60)
    asked = harness.clock.now()

    for newer_than, calls in [
        (NOON, 1),
        (asked - SECOND, 1),
        (NOON - SECOND, 1),
        (asked, 2),
        (asked + SECOND, 3),
    ]:
        assert harness.names.ids(ANTS, newer_than) == {"ants": why}
        assert len(harness.directory.asked) == calls


def test_an_answer_is_as_old_as_its_call(harness: Harness) -> None:
    """What a paged listing returns at its end may have been read at its start."""
    harness.directory.clock = harness.clock
    harness.names.ids(ANTS, NOON - SECOND)

    harness.names.ids(ANTS, NOON + SECOND)

    assert len(harness.directory.asked) == 2


def test_a_group_that_is_created_later_is_found(harness: Harness) -> None:
    """From then on it is resolved like any other group."""
    harness.names.ids(ANTS, NOON - SECOND)
    harness.directory.ids["ants"] = FIRST
    harness.clock.sleep(60)

    assert harness.names.ids(ANTS, NOON) == {"ants": FIRST}
    assert harness.names.ids(ANTS, harness.clock.now() + SECOND) == {"ants": FIRST}
    assert len(harness.directory.asked) == 2


def test_an_error_is_no_answer(harness: Harness) -> None:
    """Nothing is stored after a resolution that failed."""
    harness.directory.ids["ants"] = FIRST
    harness.directory.trouble = RetryableError("throttled")
    with pytest.raises(RetryableError, match="throttled"):
        harness.names.ids(ANTS, NOON - SECOND)
    harness.directory.trouble = None

    assert harness.names.ids(ANTS, NOON - SECOND) == {"ants": FIRST}


def test_only_names_of_rows_that_pin_no_id_are_resolved(harness: Harness) -> None:
    """A pinned id needs no name; every other name gets its answer."""
    harness.directory.ids = {"ants": FIRST, "pinned": SECOND_ID}
    rows = tuple(
        GroupMapping(group, LAB, "role/X", group_id=id_)
        for group, id_ in [("ants", None), ("pinned", GroupId("id-x")), ("lost", None)]
    )

    found = harness.names.of(MappingTable(rows), NOON)

    assert found == {"ants": FIRST, "lost": Unresolved.UNKNOWN}
    assert sorted(harness.directory.asked) == ["ants", "lost"]
