"""A row that is written, changed or removed has its group looked at in its target, once."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import FakeBoxes, FakeClock, FakeDirectory, FakeHubState, Trouble

from hub.runtime.decisions.hub_state import HubState
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.mapping_stream import MappingStreamPorts, Row, RowChange, take
from shared.errors import PermanentError, RetryableError
from shared.model import GroupId, Unresolved
from shared.requests import TARGETS, ScanRequest, Subject

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WRITTEN = NOON - timedelta(seconds=7)
LAB = "222222222222/eu-west-1/d-research0001"
ANTS, OTHER = "33e47872-9051-70c8-1b7a-0f2d5c9e4a10", "44e47872-9051-70c8-1b7a-0f2d5c9e4a10"
ROW: Row = {"group": "ants", "target": LAB, "priority": 10}
PINNED: Row = {**ROW, "group_id": OTHER}
LOST: Row = {**ROW, "group": "lost"}
BAD: Row = {**ROW, "priority": "high"}
NOWHERE: Row = {**ROW, "target": "the lab"}


def group(id_: str) -> ScanRequest:
    return ScanRequest(
        Subject.GROUP, id_, NOON, "event", WRITTEN, event_driven=True, include_all=True, target=LAB
    )


THE_TARGET = ScanRequest(Subject.TARGET, LAB, NOON, "event", WRITTEN, event_driven=True)
THE_GROUP = replace(group(ANTS), target="")
EVERY_TARGET = ScanRequest(Subject.ROUND, TARGETS, NOON, "event", WRITTEN, event_driven=True)


@dataclass
class HubClient:
    """Where changed rows arrive."""

    capsys: pytest.CaptureFixture[str]
    boxes: FakeBoxes = field(default_factory=FakeBoxes)
    directory: FakeDirectory = field(default_factory=lambda: FakeDirectory({"ants": GroupId(ANTS)}))

    def __post_init__(self) -> None:
        """Sit down at noon."""
        clock = FakeClock(NOON)
        self.hub_state = FakeHubState(clock)
        names = GroupResolver(self.directory, self.hub_state, clock)
        self.world = MappingStreamPorts(names, self.hub_state, self.boxes, clock)

    def take(self, old: Row | None, new: Row | None) -> list[ScanRequest]:
        """Take in one change and return what was queued for it."""
        self.boxes.looks.clear()
        take(RowChange("event", WRITTEN, old, new, "MODIFY"), self.world)
        return self.boxes.looks

    def problems(self) -> list[dict[str, Any]]:
        """Return what was reported since the last time."""
        lines = map(json.loads, self.capsys.readouterr().out.splitlines())
        return [line for line in lines if line.get("message") == "PROBLEM"]


@pytest.fixture
def hub_client(capsys: pytest.CaptureFixture[str]) -> HubClient:
    return HubClient(capsys)


@pytest.mark.parametrize(
    ("old", "new", "looks"),
    [
        # A row that is new, changed or removed: everybody in its group.
        (None, ROW, [group(ANTS)]),
        (ROW, None, [group(ANTS)]),
        (ROW, {**ROW, "priority": 20}, [group(ANTS)]),
        (ROW, {**ROW, "enabled": False}, [group(ANTS)]),
        (ROW, {**ROW, "retention_days": 7}, [group(ANTS)]),
        (None, PINNED, [group(OTHER)]),
        # A row that means another group from now on: both groups.
        (ROW, PINNED, [group(ANTS), group(OTHER)]),
        (PINNED, ROW, [group(OTHER), group(ANTS)]),
        # Nothing that anybody reads is different.
        (ROW, ROW, []),
        (ROW, {**ROW, "note": "asked for by somebody"}, []),
        ({**ROW, "priority": 100}, {"group": "ants", "target": LAB}, []),
        (None, None, []),
        # A row that does not parse says nothing of anybody: its target stays as it is.
        (None, BAD, []),
        (ROW, BAD, []),
        (BAD, {**BAD, "retention_days": "long"}, []),
        # Its end lets the target go on.
        (BAD, ROW, [group(ANTS), THE_TARGET]),
        (BAD, None, [THE_TARGET]),
        (None, NOWHERE, []),
        (NOWHERE, None, [THE_GROUP, EVERY_TARGET]),
        ({**NOWHERE, "group": "lost"}, None, [EVERY_TARGET]),
        (NOWHERE, ROW, [group(ANTS), THE_GROUP, EVERY_TARGET]),
        # A group that nobody can tell has no members to look at.
        (None, LOST, []),
        ({**LOST, "priority": "high"}, LOST, [THE_TARGET]),
        (LOST, {**LOST, "group_id": OTHER}, [group(OTHER)]),
    ],
)
def test_what_is_looked_at_when_a_row_changes(
    hub_client: HubClient, old: Row | None, new: Row | None, looks: list[ScanRequest]
) -> None:
    """Each once, with the time of the change and of now; a change of rows is no lost event."""
    assert hub_client.take(old, new) == looks


def test_a_row_that_does_not_parse_is_reported_with_all_its_mistakes(hub_client: HubClient) -> None:
    """The writer learns of it when it is written, and once."""
    for _ in range(2):
        hub_client.take(ROW, {**BAD, "enabled": "yes"})

    (problem,) = hub_client.problems()
    assert problem["kind"] == "bad-row"
    assert problem["subject"] == f"mapping ants -> {LAB}"
    assert "priority: 'high'" in problem["reason"]
    assert "enabled: 'yes'" in problem["reason"]


def test_the_old_row_is_no_problem_any_more(hub_client: HubClient) -> None:
    """Who corrects or removes a row is not told what was wrong with it."""
    hub_client.take(BAD, ROW)
    hub_client.take(BAD, None)
    hub_client.take({**NOWHERE, "group": "lost"}, None)

    assert hub_client.problems() == []


@pytest.mark.parametrize("why", list(Unresolved))
def test_a_group_that_nobody_can_tell_is_reported(hub_client: HubClient, why: Unresolved) -> None:
    """A misspelt name is found when it is written."""
    hub_client.directory.ids["lost"] = why

    assert hub_client.take(None, LOST) == []
    assert [(p["kind"], p["subject"]) for p in hub_client.problems()] == [
        (f"{why.name.lower()}-group", "group lost")
    ]


def test_a_group_keeps_the_id_that_its_name_had_first(hub_client: HubClient) -> None:
    """The directory is not asked for what the hub remembers, nor for what is pinned."""
    hub_client.hub_state.truth = HubState(group_ids={"ants": GroupId(OTHER)})

    assert hub_client.take(None, ROW) == [group(OTHER)]
    assert hub_client.take(None, PINNED) == [group(OTHER)]
    assert hub_client.directory.asked == []


@pytest.mark.parametrize("trouble", [RetryableError("throttled"), PermanentError("denied")])
def test_what_cannot_be_queued_stays_where_it_is(hub_client: HubClient, trouble: Trouble) -> None:
    """The stream brings it again."""
    hub_client.boxes.trouble = trouble

    with pytest.raises(type(trouble)):
        hub_client.take(BAD, ROW)


def test_a_directory_that_is_throttled_stops_no_change(hub_client: HubClient) -> None:
    """Who looks for the group by its name is put off; the changes behind it go on."""
    hub_client.directory.trouble = RetryableError("throttled")
    named = replace(group(ANTS), subject=Subject.NAME, key="ants")

    assert hub_client.take(BAD, ROW) == [named, THE_TARGET]
    assert hub_client.take(ROW, PINNED) == [group(OTHER), named]
    assert hub_client.take(ROW, ROW) == []
    assert hub_client.take(NOWHERE, None) == [replace(named, target=""), EVERY_TARGET]
    assert hub_client.problems() == []
