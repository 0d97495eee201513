"""What becomes of each event, and what unrelated events cost."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import (
    FakeClock,
    FakeDirectory,
    FakeGroupSnapshots,
    FakeHubState,
    FakeLedger,
    FakeMappings,
    FakeQueues,
    Trouble,
)

from hub.runtime import telemetry
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.intake import Intake, KnownUsers, MappedGroups, RequestQueues
from shared.directory_events.types import Ignored
from shared.errors import PermanentError, RetryableError, UnreadableMessageError
from shared.messages import encode
from shared.model import (
    BadMapping,
    GroupId,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
    UserId,
)
from shared.requests import ReconcileRequest, ScanRequest, Subject

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(minutes=5)
STORE, REGION = "d-9967abc123", "eu-central-1"
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
ADA = UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21")
ANTS, BEES, STRANGE = (GroupId(f"{n}3e47872-9051-70c8-1b7a-0f2d5c9e4a10") for n in (1, 2, 3))
MEMBERSHIP = "73a4e8f2-c0b1-7055-8d9a-2c6f41e7b930"
# One group by its name, which the hub knows; the other by its pinned id.
ROWS = (GroupMapping("ants", LAB, "role/Ant"),)
BEES_ROW = GroupMapping("bees", LAB, "role/Bee", group_id=BEES)
UNMAPPED = Ignored("of a group that no mapping names")


@dataclass
class Harness:
    """An intake, five minutes after the mappings were last read."""

    capsys: pytest.CaptureFixture[str]
    clock: FakeClock = field(default_factory=lambda: FakeClock(EARLIER))
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    ledger: FakeLedger = field(default_factory=lambda: FakeLedger(frozenset({ADA})))
    group_snapshots: FakeGroupSnapshots = field(
        default_factory=lambda: FakeGroupSnapshots({MEMBERSHIP: ADA})
    )
    queues: FakeQueues = field(default_factory=FakeQueues)

    def __post_init__(self) -> None:
        """Read the mappings and set the clock to noon."""
        self.hub_state = FakeHubState(self.clock, HubState(group_ids={"ants": ANTS}))
        self.mappings = FakeMappings(self.clock, MappingTable(ROWS))
        self.mappings.table(EARLIER)
        self.clock.time = NOON
        self.intake = Intake(
            STORE,
            REGION,
            MappedGroups(
                self.mappings,
                GroupResolver(self.directory, self.hub_state, self.clock),
                self.clock,
            ),
            KnownUsers(self.ledger, self.group_snapshots),
            self.hub_state,
            RequestQueues(self.queues, self.queues, self.queues, "arn"),
            self.clock,
        )

    def take(self, *bodies: str) -> list[Ignored | None]:
        """Process one batch of events."""
        self.intake.mapped_groups.begin_batch()
        return [self.intake.take(body) for body in bodies]

    @property
    def reads(self) -> int:
        """Return how often the mappings were read since the first time."""
        return self.mappings.reads - 1

    def problems(self) -> list[tuple[str, str]]:
        """Return the kinds and reasons of the reported problems."""
        lines = map(json.loads, self.capsys.readouterr().out.splitlines())
        return [
            (line["kind"], line["reason"]) for line in lines if line.get("message") == "PROBLEM"
        ]

    def counted(self) -> dict[str, Any]:
        """Return what was counted since the test began."""
        self.capsys.readouterr()
        telemetry.metrics.flush_metrics()
        found: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return found


@pytest.fixture
def harness(capsys: pytest.CaptureFixture[str]) -> Iterator[Harness]:
    telemetry.metrics.clear_metrics()
    yield Harness(capsys)
    telemetry.metrics.clear_metrics()


def event(
    name: str, at: datetime = EARLIER, source: str = "sso-directory", **request: object
) -> str:
    """Return a CloudTrail event as a message body."""
    detail = {
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "eventID": "event",
        "eventTime": at.isoformat(),
        "readOnly": False,
        "requestParameters": {"identityStoreId": STORE, **request},
    }
    return json.dumps({"detail-type": "AWS API Call via CloudTrail", "detail": detail})


def joins(group: str, at: datetime = EARLIER) -> str:
    return event("AddMemberToGroup", at, groupId=group, member={"memberId": ADA})


def unclear() -> str:
    return json.dumps(
        {
            "detail-type": "Group Membership Created",
            "source": "aws.identitystore",
            "region": REGION,
            "id": "event",
            "time": EARLIER.isoformat(),
            "resources": [],
        }
    )


ADA_IS_LOOKED_AT = ReconcileRequest(ADA, NOON, "event", EARLIER)
LEAVES = event("DeleteGroupMembership", source="identitystore", membershipId=MEMBERSHIP)


@pytest.mark.parametrize(
    "body",
    [
        joins(ANTS),
        event("RemoveMemberFromGroup", groupId=ANTS, memberId=ADA),
        event("DisableUser", userId=ADA),
        LEAVES,
    ],
)
def test_an_event_of_a_user_queues_a_request(harness: Harness, body: str) -> None:
    """One request, with the event's id and time, enqueued now."""
    assert harness.take(body) == [None]
    assert harness.queues == FakeQueues(reconcile_requests=[ADA_IS_LOOKED_AT])


def test_an_event_of_a_mapped_group_queues_a_scan(harness: Harness) -> None:
    """A difference that such a scan finds was announced by an event."""
    look = ScanRequest(Subject.GROUP, ANTS, NOON, "event", EARLIER, event_driven=True)

    assert harness.take(event("DeleteGroup", groupId=ANTS)) == [None]
    assert harness.queues == FakeQueues(scan_requests=[look])


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (event("DeleteUser", userId=STRANGE), ([STRANGE], [])),
        (
            event("DeleteGroupMembership", source="identitystore", membershipId=STRANGE),
            ([], [STRANGE]),
        ),
    ],
)
def test_an_unrelated_user_costs_one_read(
    harness: Harness, body: str, asked: tuple[list[str], list[str]]
) -> None:
    """One read of the ledger or of the snapshots; nobody is reconciled."""
    of_ledger, of_copies = asked

    assert harness.take(body) != [None]
    assert harness.ledger.asked == of_ledger
    assert harness.group_snapshots.asked == of_copies
    assert harness.reads == 0
    assert harness.queues == FakeQueues()


def test_a_membership_that_was_never_seen_is_counted(harness: Harness) -> None:
    """Many such counts mean that the snapshots are not kept up to date."""
    body = event("DeleteGroupMembership", source="identitystore", membershipId=STRANGE)

    assert harness.take(LEAVES, body) == [
        None,
        Ignored("of a membership that the hub never saw"),
    ]
    assert harness.counted()["UnknownMembership"] == [1.0]


def test_a_change_of_the_identity_source_pauses_the_hub(harness: Harness) -> None:
    """Rule 11: it may delete every user; nothing is queued, and a problem is published."""
    reason = "DisassociateDirectory changed the identity source"

    assert harness.take(event("DisassociateDirectory", source="sso")) == [None]
    assert harness.hub_state.truth.paused == reason
    assert harness.problems() == [("paused", f"paused: {reason}")]
    assert harness.queues == FakeQueues()


def test_an_unidentified_change_starts_one_full_sweep(harness: Harness) -> None:
    """Both sweeps run now; later such events are covered by the next sweep, or by a due one."""
    passes = [
        ScanRequest(Subject.SWEEP, name, NOON, "event", EARLIER, event_driven=True)
        for name in ("hourly", "daily")
    ]

    found = harness.take(unclear(), unclear(), unclear(), unclear())

    assert harness.queues == FakeQueues(
        delayed=[(sweep, seconds) for seconds in (0, 900) for sweep in passes]
    )
    assert found == [None, None, *[Ignored("a full sweep is due anyway")] * 2]


def test_what_the_reader_ignores_costs_nothing(harness: Harness) -> None:
    """Not even a read of the ledger."""
    (ignored,) = harness.take(event("ListUsers"))

    assert ignored == Ignored("ListUsers of sso-directory.amazonaws.com")
    assert (harness.reads, harness.ledger.asked, harness.directory.asked) == (0, [], [])


@pytest.mark.parametrize("body", ["", "{", "null", '"text"', "{}", event("DeleteUser")])
def test_an_unreadable_event_is_refused(harness: Harness, body: str) -> None:
    """The message is retried and ends in the dead-letter queue."""
    with pytest.raises(UnreadableMessageError):
        harness.take(body)


def test_a_group_that_no_mapping_names_costs_one_read_a_batch(harness: Harness) -> None:
    """One read of the mappings, and only if our snapshot is older than the event."""
    bodies = [joins(STRANGE, NOON), event("UpdateGroup", NOON, groupId=BEES), joins(BEES, NOON)]

    assert harness.take(*bodies) == [UNMAPPED] * 3
    assert harness.reads == 1
    assert (harness.directory.asked, harness.ledger.asked) == ([], [])
    assert harness.queues == FakeQueues()


@pytest.mark.parametrize(
    ("after", "reads"),
    [
        (timedelta(minutes=-5), 0),
        (timedelta(seconds=-2), 0),
        # CloudTrail writes whole seconds.
        (timedelta(seconds=-1), 1),
        (timedelta(0), 1),
        (timedelta(minutes=4), 1),
        # From the future, or from a wrong clock.
        (timedelta(days=9), 1),
        (datetime.max.replace(tzinfo=UTC) - EARLIER, 1),
    ],
)
def test_a_snapshot_that_is_newer_than_the_event_is_not_read_again(
    harness: Harness, after: timedelta, reads: int
) -> None:
    """A group that was mapped before its event is in the snapshot."""
    assert harness.take(joins(STRANGE, EARLIER + after)) == [UNMAPPED]
    assert harness.reads == reads


def test_a_mapped_group_needs_no_newer_snapshot(harness: Harness) -> None:
    """The function that processes the request reads the mappings itself."""
    harness.take(*[joins(ANTS, NOON)] * 3)

    assert harness.reads == 0


def test_a_group_that_was_mapped_since_our_snapshot_is_found(harness: Harness) -> None:
    """By its pinned id and by its name."""
    harness.directory.ids["strange"] = STRANGE
    strange = GroupMapping("strange", LAB, "role/Strange")
    harness.mappings.truth = MappingTable((*ROWS, BEES_ROW, strange))

    assert harness.take(joins(BEES, NOON), joins(STRANGE, NOON), joins(ANTS, NOON)) == [None] * 3
    assert len(harness.queues.reconcile_requests) == 3


def test_an_old_event_does_not_prove_a_snapshot_new_enough_for_a_later_one(
    harness: Harness,
) -> None:
    """A snapshot new enough for the first event may lack a row written before the second."""
    harness.mappings.truth = MappingTable((*ROWS, BEES_ROW))
    old, new = EARLIER - timedelta(minutes=1), NOON - timedelta(seconds=2)

    assert harness.take(joins(STRANGE, old), joins(BEES, new)) == [UNMAPPED, None]


def test_a_batch_does_not_remember_what_the_one_before_read(harness: Harness) -> None:
    """A mapping that is written between two batches counts in the second."""
    harness.take(joins(BEES, NOON))
    harness.mappings.truth = MappingTable((*ROWS, BEES_ROW))
    harness.clock.sleep(60)

    assert harness.take(joins(BEES, harness.clock.now())) == [None]


def no_mappings(harness: Harness) -> None:
    harness.mappings.trouble = RetryableError("throttled")


def no_rights(harness: Harness) -> None:
    harness.mappings.trouble = PermanentError("access denied")


def no_directory(harness: Harness) -> None:
    harness.directory.trouble = RetryableError("throttled")


def no_answer(harness: Harness) -> None:
    harness.directory.ids["lost"] = Unresolved.UNREADABLE


@pytest.mark.parametrize("trouble", [no_mappings, no_rights, no_directory, no_answer])
def test_a_group_that_cannot_be_resolved_may_be_mapped(
    harness: Harness, trouble: Callable[[Harness], None]
) -> None:
    """A false yes costs one scan; a false no would miss a user."""
    harness.mappings.truth = MappingTable((*ROWS, GroupMapping("lost", LAB, "role/Lost")))
    trouble(harness)

    assert harness.take(joins(STRANGE, NOON), joins(BEES, NOON)) == [None, None]
    assert len(harness.queues.reconcile_requests) == 2


def test_a_name_that_no_group_has_may_mean_none(harness: Harness) -> None:
    """One misspelt row does not cause a scan of the whole directory."""
    harness.mappings.truth = MappingTable((*ROWS, GroupMapping("lost", LAB, "role/Lost")))

    assert harness.take(joins(STRANGE, NOON)) == [UNMAPPED]


def test_wrong_rows_are_reported_once_for_all_batches(harness: Harness) -> None:
    """The function that reads the mappings reports what is wrong with them."""
    bad = BadMapping("x", "the lab", None, ("target: 'the lab' is not a target",))
    rows = (*ROWS, GroupMapping("lost", LAB, "role/Lost"))
    harness.mappings.truth = MappingTable(rows, (bad,))

    for _ in range(3):
        harness.clock.sleep(60)
        harness.take(joins(STRANGE, harness.clock.now()))

    assert [kind for kind, _ in harness.problems()] == ["bad-row", "unknown-group"]


def test_a_requeued_message_goes_back_to_its_queue(harness: Harness) -> None:
    """Unchanged: the function that processes it counts its attempts."""
    look = ScanRequest(Subject.TARGET, str(LAB), EARLIER, "event", EARLIER, attempt=3)
    user = ReconcileRequest(ADA, EARLIER, "event", EARLIER, attempt=3, is_recheck=True)
    intake = harness.intake

    assert [intake.redeliver(encode(request)) for request in (look, user)] == [look, user]
    assert harness.queues == FakeQueues(reconcile_requests=[user], scan_requests=[look])
    with pytest.raises(UnreadableMessageError):
        intake.redeliver(joins(ANTS))


def test_a_user_whose_record_cannot_be_read_now_is_reconciled(harness: Harness) -> None:
    """A false yes costs one reconcile; a throttled ledger makes no dead letter."""
    harness.ledger.trouble = RetryableError("throttled")

    assert harness.take(event("DisableUser", userId=ADA)) == [None]
    assert harness.queues == FakeQueues(reconcile_requests=[ADA_IS_LOOKED_AT])


def test_a_ledger_that_denies_access_raises_the_alarm(harness: Harness) -> None:
    """This is no transient error: the message fails, and that is counted."""
    harness.ledger.trouble = PermanentError("no rights")

    with pytest.raises(PermanentError):
        harness.take(event("DisableUser", userId=ADA))


@pytest.mark.parametrize("trouble", [RetryableError("throttled"), PermanentError("no rights")])
def test_a_request_that_cannot_be_queued_is_not_lost(harness: Harness, trouble: Trouble) -> None:
    """The message fails and is delivered again."""
    harness.queues.trouble = trouble

    for body in (joins(ANTS), event("UpdateGroup", groupId=ANTS), LEAVES, unclear()):
        with pytest.raises(type(trouble)):
            harness.take(body)
