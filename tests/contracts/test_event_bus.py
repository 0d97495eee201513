"""The adapter of the hub's event bus: it sends in batches and reports every rejected entry."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from hub.runtime.adapters.messaging import EventBus
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType
from shared.errors import RefusedError, RetryableError
from shared.model import Target, UserId

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

Stub = Callable[[Any], Stubber]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
EVENT = ProfileEvent(
    ProfileEventType.ROLE_CHANGED,
    NOON,
    UserId("a3d46882"),
    "ada@example.com",
    LAB,
    "ada",
    "role/New",
    "role/Old",
    "ml-leads",
    "",
    "an-event",
    "200005",
    ("lab", "lab-2"),
)
ACCEPTED = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}


@pytest.fixture
def stubbed(events: "EventBridgeClient", stub: Stub) -> Stubber:
    return stub(events)


@pytest.fixture
def bus(events: "EventBridgeClient") -> EventBus:
    return EventBus(events, "studio-hub")


def entry(event: ProfileEvent) -> dict[str, Any]:
    return {
        "EventBusName": "studio-hub",
        "Source": "studio-hub",
        "DetailType": str(event.what),
        "Time": NOON,
        "Detail": json.dumps(
            {
                "userId": "a3d46882",
                "userName": "ada@example.com",
                "target": str(LAB),
                "account": "222222222222",
                "profileName": event.profile_name,
                "executionRoleArn": "role/New",
                "oldExecutionRoleArn": "role/Old",
                "because": "ml-leads",
                "reason": "",
                "causedBy": "an-event",
                "homeEfsUid": "200005",
                "privateSpaces": "lab, lab-2",
            }
        ),
    }


@pytest.mark.parametrize("what", ProfileEventType)
def test_a_published_event_has_all_its_fields(
    bus: EventBus, stubbed: Stubber, what: ProfileEventType
) -> None:
    """Operators' rules for tickets and mails match these fields."""
    event = EVENT._replace(what=what)
    stubbed.add_response("put_events", ACCEPTED, {"Entries": [entry(event)]})

    bus.publish([event])


def test_no_events_make_no_call(bus: EventBus, stubbed: Stubber) -> None:
    """A reconcile that changes nothing makes no call."""
    bus.publish([])


def test_many_events_are_published_in_batches_and_in_order(bus: EventBus, stubbed: Stubber) -> None:
    """Source: the EventBridge API: ten entries in one call."""
    many = [EVENT._replace(profile_name=f"p-{n}") for n in range(23)]
    for batch in (many[:10], many[10:20], many[20:]):
        stubbed.add_response("put_events", ACCEPTED, {"Entries": [entry(each) for each in batch]})

    bus.publish(many)


def test_a_rejected_entry_is_reported_to_the_caller(bus: EventBus, stubbed: Stubber) -> None:
    """A successful call may have accepted only some entries."""
    failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "x"}
    stubbed.add_response(
        "put_events", {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, failed]}
    )

    with pytest.raises(RetryableError, match="InternalFailure"):
        bus.publish([EVENT, EVENT])


@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", RetryableError), ("ResourceNotFoundException", RefusedError)],
)
def test_a_bus_that_fails_raises_the_error(
    bus: EventBus, stubbed: Stubber, code: str, error: type[Exception]
) -> None:
    """The ledger's history has what was not published."""
    stubbed.add_client_error("put_events", code)

    with pytest.raises(error, match=code):
        bus.publish([EVENT])
