"""The adapter of the hub's event bus: in batches, and nothing taken for told that was not."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from hub.runtime.adapters.event_bus import EventBus
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType
from shared.errors import RefusedError, RetryableError
from shared.model import Target, UserId

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

Stub = Callable[[Any], Stubber]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
TOLD = ProfileEvent(
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
TAKEN = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}


@pytest.fixture
def stubbed(events: "EventBridgeClient", stub: Stub) -> Stubber:
    return stub(events)


@pytest.fixture
def bus(events: "EventBridgeClient") -> EventBus:
    return EventBus(events, "studio-hub")


def entry(told: ProfileEvent) -> dict[str, Any]:
    return {
        "EventBusName": "studio-hub",
        "Source": "studio-hub",
        "DetailType": str(told.what),
        "Time": NOON,
        "Detail": json.dumps(
            {
                "userId": "a3d46882",
                "userName": "ada@example.com",
                "target": str(LAB),
                "account": "222222222222",
                "profileName": told.profile_name,
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
def test_a_happening_says_all_of_it(
    bus: EventBus, stubbed: Stubber, what: ProfileEventType
) -> None:
    """Rules for tickets and mails are written on these words."""
    told = replace(TOLD, what=what)
    stubbed.add_response("put_events", TAKEN, {"Entries": [entry(told)]})

    bus.tell([told])


def test_nothing_is_not_told(bus: EventBus, stubbed: Stubber) -> None:
    """No call for a look that changed nothing."""
    bus.tell([])


def test_many_are_told_in_batches_and_in_order(bus: EventBus, stubbed: Stubber) -> None:
    """Source: the EventBridge API: ten entries in one call."""
    many = [replace(TOLD, profile_name=f"p-{n}") for n in range(23)]
    for batch in (many[:10], many[10:20], many[20:]):
        stubbed.add_response("put_events", TAKEN, {"Entries": [entry(each) for each in batch]})

    bus.tell(many)


def test_one_that_was_not_taken_is_told_to_whoever_asked(bus: EventBus, stubbed: Stubber) -> None:
    """A call that succeeds may have taken a part of it."""
    failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "x"}
    stubbed.add_response(
        "put_events", {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, failed]}
    )

    with pytest.raises(RetryableError, match="InternalFailure"):
        bus.tell([TOLD, TOLD])


@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", RetryableError), ("ResourceNotFoundException", RefusedError)],
)
def test_a_bus_that_fails_says_how(
    bus: EventBus, stubbed: Stubber, code: str, error: type[Exception]
) -> None:
    """The ledger's history has what was not told."""
    stubbed.add_client_error("put_events", code)

    with pytest.raises(error, match=code):
        bus.tell([TOLD])
