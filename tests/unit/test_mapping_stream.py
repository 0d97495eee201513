"""A row that is written, changed or removed queues one scan of its group in its target."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import FakeClock, FakeDirectory, FakeHubState, FakeQueues, Trouble

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
PATTERN: Row = {**ROW, "group": "ml-*"}
NOWHERE: Row = {**ROW, "target": "the lab"}


def group(id_: str) -> ScanRequest:
    return ScanRequest(
        Subject.GROUP, id_, NOON, "event", WRITTEN, event_driven=True, include_all=True, target=LAB
    )


THE_TARGET = ScanRequest(Subject.TARGET, LAB, NOON, "event", WRITTEN, event_driven=True)
ALL_GROUPS = THE_TARGET._replace(subject=Subject.GROUPS, key="", target=LAB)
THE_GROUP = group(ANTS)._replace(target="")
EVERY_TARGET = ScanRequest(Subject.SWEEP, TARGETS, NOON, "event", WRITTEN, event_driven=True)


@dataclass
class Harness:
    """A receiver of row changes."""

    capsys: pytest.CaptureFixture[str]
    queues: FakeQueues = field(default_factory=FakeQueues)
    directory: FakeDirectory = field(default_factory=lambda: FakeDirectory({"ants": GroupId(ANTS)}))

    def __post_init__(self) -> None:
        """Set the clock to noon."""
        clock = FakeClock(NOON)
        self.hub_state = FakeHubState(clock)
        names = GroupResolver(self.directory, self.hub_state, clock)
        self.aws = MappingStreamPorts(names, self.hub_state, self.queues, clock)

    def take(self, old: Row | None, new: Row | None) -> list[ScanRequest]:
        """Process one change and return what was queued for it."""
        self.queues.scan_requests.clear()
        take(RowChange("event", WRITTEN, old, new, "MODIFY"), self.aws)
        return self.queues.scan_requests

    def problems(self) -> list[dict[str, Any]]:
        """Return what was reported since the last call."""
        lines = map(json.loads, self.capsys.readouterr().out.splitlines())
        return [line for line in lines if line.get("message") == "PROBLEM"]


@pytest.fixture
def harness(capsys: pytest.CaptureFixture[str]) -> Harness:
    return Harness(capsys)


@pytest.mark.parametrize(
    ("old", "new", "looks"),
    [
        # A row that is new, changed or removed: every user in its group.
        (None, ROW, [group(ANTS)]),
        (ROW, None, [group(ANTS)]),
        (ROW, {**ROW, "priority": 20}, [group(ANTS)]),
        (ROW, {**ROW, "enabled": False}, [group(ANTS)]),
        (ROW, {**ROW, "retention_days": 7}, [group(ANTS)]),
        (None, PINNED, [group(OTHER)]),
        # A row that now names another group: both groups.
        (ROW, PINNED, [group(ANTS), group(OTHER)]),
        (PINNED, ROW, [group(OTHER), group(ANTS)]),
        # No attribute that is read differs.
        (ROW, ROW, []),
        (ROW, {**ROW, "note": "asked for by somebody"}, []),
        ({**ROW, "priority": 100}, {"group": "ants", "target": LAB}, []),
        (None, None, []),
        # A row that does not parse says nothing about anybody: its target stays unchanged.
        (None, BAD, []),
        (ROW, BAD, []),
        (BAD, {**BAD, "retention_days": "long"}, []),
        # When the row is removed, its target is reconciled again, and its group, which a pattern
        # row may match.
        (BAD, ROW, [group(ANTS), THE_TARGET]),
        (BAD, None, [THE_GROUP, THE_TARGET]),
        ({**PATTERN, "priority": "high"}, None, [THE_TARGET]),
        (None, NOWHERE, []),
        (NOWHERE, None, [THE_GROUP, EVERY_TARGET]),
        ({**NOWHERE, "group": "lost"}, None, [EVERY_TARGET]),
        (NOWHERE, ROW, [group(ANTS), THE_GROUP, EVERY_TARGET]),
        # A pattern row: all groups are listed, and its target is scanned after that.
        (None, PATTERN, [ALL_GROUPS]),
        (PATTERN, None, [ALL_GROUPS]),
        (PATTERN, {**PATTERN, "priority": 20}, [ALL_GROUPS]),
        (PATTERN, PATTERN, []),
        # Nobody follows the groups of a pattern row that does not parse: it has to be listed anew.
        (PATTERN, {**PATTERN, "priority": "high"}, [ALL_GROUPS]),
        ({**PATTERN, "priority": "high"}, PATTERN, [THE_TARGET, ALL_GROUPS]),
        # A group that cannot be resolved has no members to scan.
        (None, LOST, []),
        ({**LOST, "priority": "high"}, LOST, [THE_TARGET]),
        (LOST, {**LOST, "group_id": OTHER}, [group(OTHER)]),
    ],
)
def test_what_a_row_change_queues(
    harness: Harness, old: Row | None, new: Row | None, looks: list[ScanRequest]
) -> None:
    """Each scan once, with the times of the change and of the enqueueing; no drift is counted."""
    assert harness.take(old, new) == looks


def test_a_row_that_does_not_parse_is_reported_with_all_its_mistakes(harness: Harness) -> None:
    """The writer sees the problem when the row is written, and once."""
    for _ in range(2):
        harness.take(ROW, {**BAD, "enabled": "yes"})

    (problem,) = harness.problems()
    assert problem["kind"] == "bad-row"
    assert problem["subject"] == f"mapping ants -> {LAB}"
    assert "priority: 'high'" in problem["reason"]
    assert "enabled: 'yes'" in problem["reason"]


def test_the_old_row_is_no_problem_any_more(harness: Harness) -> None:
    """A writer who corrects or removes a row gets no report about the old one."""
    harness.take(BAD, ROW)
    harness.take(BAD, None)
    harness.take({**NOWHERE, "group": "lost"}, None)

    assert harness.problems() == []


@pytest.mark.parametrize("why", list(Unresolved))
def test_a_group_that_cannot_be_resolved_is_reported(harness: Harness, why: Unresolved) -> None:
    """A misspelt name is reported when it is written."""
    harness.directory.ids["lost"] = why

    assert harness.take(None, LOST) == []
    assert [(p["kind"], p["subject"]) for p in harness.problems()] == [
        (f"{why.name.lower()}-group", "group lost")
    ]


def test_a_group_keeps_the_id_that_its_name_had_first(harness: Harness) -> None:
    """The directory is asked neither for stored names nor for pinned ids."""
    harness.hub_state.truth = HubState(group_ids={"ants": GroupId(OTHER)})

    assert harness.take(None, ROW) == [group(OTHER)]
    assert harness.take(None, PINNED) == [group(OTHER)]
    assert harness.directory.asked == []


@pytest.mark.parametrize("trouble", [RetryableError("throttled"), PermanentError("denied")])
def test_what_cannot_be_queued_stays_where_it_is(harness: Harness, trouble: Trouble) -> None:
    """The stream delivers it again."""
    harness.queues.trouble = trouble

    with pytest.raises(type(trouble)):
        harness.take(BAD, ROW)


def test_a_directory_that_is_throttled_stops_no_change(harness: Harness) -> None:
    """The scan that resolves the group by its name is requeued; later changes go on."""
    harness.directory.trouble = RetryableError("throttled")
    named = group(ANTS)._replace(subject=Subject.NAME, key="ants")

    assert harness.take(BAD, ROW) == [named, THE_TARGET]
    assert harness.take(ROW, PINNED) == [group(OTHER), named]
    assert harness.take(ROW, ROW) == []
    assert harness.take(NOWHERE, None) == [named._replace(target=""), EVERY_TARGET]
    assert harness.problems() == []
