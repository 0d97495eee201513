"""What a look makes of whom it found: hints that keep the event's id, and are told apart."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest
from fakes import FakeBoxes, FakeClock

from hub.runtime.decisions.drift import Drift, DriftKind
from hub.runtime.scan.enqueue import queue
from shared.messages import deduplication_id
from shared.model import UserId
from shared.requests import ReconcileRequest, ScanRequest, Subject

if TYPE_CHECKING:
    from hub.runtime.scan.ports import ScanPorts

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADA, BOB = UserId("u-ada"), UserId("u-bob")
EVENT = "0a664dd1-f102-48bc-9e6c-f13525ddaafa"
LOOK = ScanRequest(
    Subject.GROUP, "g-1", NOON, EVENT, NOON - timedelta(seconds=7), event_driven=True
)


@dataclass
class HubClient:
    """The part of a `scan`'s world that queueing needs."""

    users: FakeBoxes = field(default_factory=FakeBoxes)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))

    def queued(self, request: ScanRequest, *found: Drift) -> list[ReconcileRequest]:
        """Return what a look queues for whom it found."""
        self.users.users.clear()
        queue(found, request, cast("ScanPorts", self))
        return list(self.users.users)


FOUND = Drift(ADA, DriftKind.JOINED)


@pytest.mark.parametrize("subject", list(Subject))
def test_whoever_a_look_finds_keeps_the_id_of_its_event(subject: Subject) -> None:
    """It is what the logs of all functions are searched by: nothing is added to it on the way."""
    requests = HubClient().queued(replace(LOOK, subject=subject), FOUND, Drift(BOB, DriftKind.LEFT))

    assert [(request.user_id, request.event_id, request.event_at) for request in requests] == [
        (ADA, EVENT, LOOK.event_at),
        (BOB, EVENT, LOOK.event_at),
    ]


@pytest.mark.parametrize(
    "other",
    [
        replace(LOOK, subject=Subject.TARGET),
        replace(LOOK, key="g-2"),
        replace(LOOK, event_id="another"),
        # Put off, looked at once more, and gone on with.
        replace(LOOK, attempt=1),
        replace(LOOK, again=True),
        replace(LOOK, part=1),
    ],
)
def test_two_looks_for_one_event_hide_nobody_from_one_another(other: ScanRequest) -> None:
    """SQS drops the second message of an id: each `scan`'s hints have their own."""
    hub_client = HubClient()
    ids = {
        deduplication_id(request)
        for look in (LOOK, other)
        for request in hub_client.queued(look, FOUND)
    }

    assert len(ids) == 2


def test_a_look_that_is_delivered_twice_queues_nobody_twice() -> None:
    """Whenever it is done: it is the same look for the same event."""
    hub_client = HubClient()
    (once,) = hub_client.queued(LOOK, FOUND)
    hub_client.clock.sleep(60)
    (twice,) = hub_client.queued(replace(LOOK, enqueued_at=NOON + timedelta(minutes=1)), FOUND)

    assert deduplication_id(once) == deduplication_id(twice)
    assert once != twice
