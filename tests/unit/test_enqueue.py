"""What a scan queues: requests that keep the event's id and have their own deduplication ids."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from fakes import FakeClock, FakeQueues

from hub.runtime.decisions.drift import Drift, DriftKind
from hub.runtime.scan.enqueue import Enqueuer
from shared.messages import deduplication_id
from shared.model import UserId
from shared.requests import ReconcileRequest, ScanRequest, Subject

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADA, BOB = UserId("u-ada"), UserId("u-bob")
EVENT = "0a664dd1-f102-48bc-9e6c-f13525ddaafa"
LOOK = ScanRequest(
    Subject.GROUP, "g-1", NOON, EVENT, NOON - timedelta(seconds=7), event_driven=True
)


@dataclass
class Harness:
    """The part of the scanner that enqueueing needs."""

    reconcile_queue: FakeQueues = field(default_factory=FakeQueues)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))

    def queued(self, request: ScanRequest, *found: Drift) -> list[ReconcileRequest]:
        """Return the requests that a scan queues for the users it found."""
        self.reconcile_queue.reconcile_requests.clear()
        Enqueuer("apply", self.reconcile_queue, self.clock).queue(found, request)
        return list(self.reconcile_queue.reconcile_requests)


FOUND = Drift(ADA, DriftKind.JOINED)


@pytest.mark.parametrize("subject", list(Subject))
def test_every_user_a_scan_finds_keeps_the_id_of_its_event(subject: Subject) -> None:
    """The logs of all functions are searched by this id: nothing is added to it on the way."""
    requests = Harness().queued(LOOK._replace(subject=subject), FOUND, Drift(BOB, DriftKind.LEFT))

    assert [(request.user_id, request.event_id, request.event_at) for request in requests] == [
        (ADA, EVENT, LOOK.event_at),
        (BOB, EVENT, LOOK.event_at),
    ]


@pytest.mark.parametrize(
    "other",
    [
        LOOK._replace(subject=Subject.TARGET),
        LOOK._replace(key="g-2"),
        LOOK._replace(event_id="another"),
        # Requeued, rechecked, and continued.
        LOOK._replace(attempt=1),
        LOOK._replace(is_recheck=True),
        LOOK._replace(part=1),
    ],
)
def test_two_scans_for_one_event_do_not_hide_each_others_requests(other: ScanRequest) -> None:
    """SQS drops a second message with the same id: each scan's requests have their own ids."""
    harness = Harness()
    ids = {
        deduplication_id(request)
        for look in (LOOK, other)
        for request in harness.queued(look, FOUND)
    }

    assert len(ids) == 2


def test_a_scan_that_is_delivered_twice_queues_nobody_twice() -> None:
    """At whatever time: the same scan for the same event gives the same ids."""
    harness = Harness()
    (once,) = harness.queued(LOOK, FOUND)
    harness.clock.sleep(60)
    (twice,) = harness.queued(LOOK._replace(enqueued_at=NOON + timedelta(minutes=1)), FOUND)

    assert deduplication_id(once) == deduplication_id(twice)
    assert once != twice
