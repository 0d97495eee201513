"""Section 3: which events of the directory give a hint, and what the hint says."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import EventPattern

from shared.errors import UnreadableMessageError
from shared.hints import Ignored, MembershipChange, event_pattern, read_event

SAMPLES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[1] / "fixtures" / "events").glob("*.json"))
}
STORE = "d-9967abc123"
ADA = "a3d46882-6071-7063-2f5e-91b4c7d80e21"
GROUP = "33e47872-9051-70c8-1b7a-0f2d5c9e4a10"
# In this version: the changes of one membership that name their user and their group.
UNDERSTOOD = {
    "api_CreateGroupMembership",
    "console_AddMemberToGroup",
    "console_RemoveMemberFromGroup",
    "post_AddMemberToGroup",
    "scimlegacy_AddMemberToGroup",
}
PATTERN: Any = EventPattern.load(json.dumps(event_pattern()))


def sample(name: str, /, **detail: object) -> dict[str, Any]:
    envelope = deepcopy(SAMPLES[name])
    envelope["detail"] |= detail
    return envelope


def asked(name: str, **request: object) -> dict[str, Any]:
    envelope = sample(name)
    envelope["detail"]["requestParameters"] |= request
    return envelope


def store_of(envelope: dict[str, Any]) -> str:
    request = envelope["detail"].get("requestParameters") or {}
    return str(request.get("identityStoreId", STORE))


@pytest.mark.parametrize("name", sorted(UNDERSTOOD - {"post_AddMemberToGroup"}))
def test_a_membership_event_names_its_user_and_its_group(name: str) -> None:
    """Each route hides the two ids in another place."""
    event_id = SAMPLES[name]["detail"]["eventID"]

    change = read_event(sample(name), STORE)

    assert isinstance(change, MembershipChange)
    assert (change.user_id, change.group_id, change.event_id) == (ADA, GROUP, event_id)


def test_the_event_of_the_blog_post_is_understood() -> None:
    """What worked with the solution of 2023 works with this one."""
    assert read_event(sample("post_AddMemberToGroup"), "d-906716eb24") == MembershipChange(
        user_id="04c8e458-a021-702e-f9d1-7f430ff2c752",  # type: ignore[arg-type]
        group_id="14f83478-a061-708f-8de4-a3a2b99e9d89",  # type: ignore[arg-type]
        event_id="c2c0873b-5c49-404c-add7-f10d4a6bd40c",
        at=datetime(2022, 9, 26, 22, 24, 18, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - UNDERSTOOD))
def test_every_other_sample_is_ignored_for_a_reason(name: str) -> None:
    """Failed calls, reads, other changes and native events give no hint, and raise nothing."""
    ignored = read_event(sample(name), STORE)

    assert isinstance(ignored, Ignored)
    assert ignored.reason


def variations() -> dict[str, dict[str, Any]]:
    """Return every sample as it is, and what might pass for one and is none."""
    found = {name: sample(name) for name in SAMPLES}
    for name in sorted(UNDERSTOOD):
        found |= {
            f"{name} failed": sample(name, errorCode="AccessDenied"),
            f"{name} that only read": sample(name, readOnly=True),
            f"{name} of quicksight": sample(name, eventSource="quicksight.amazonaws.com"),
            f"{name} of iam": sample(name, eventSource="iam.amazonaws.com"),
            f"{name} by insight": sample(name)
            | {"detail-type": "AWS Service Event via CloudTrail"},
        }
    crossed = sample("console_AddMemberToGroup", eventSource="identitystore.amazonaws.com")
    return found | {"a console's name from the API's source": crossed}


@pytest.mark.parametrize(("name", "envelope"), variations().items(), ids=list(variations()))
def test_the_rule_lets_through_exactly_what_is_understood(
    name: str, envelope: dict[str, Any]
) -> None:
    """Pattern and reader agree: nothing paid for is ignored, and nothing is lost."""
    understood = isinstance(read_event(envelope, store_of(envelope)), MembershipChange)

    assert PATTERN.matches_event(envelope) is understood
    assert understood is (name in UNDERSTOOD)


def test_ids_may_be_given_as_arns() -> None:
    """The Identity Store API takes an ARN wherever it takes an id."""
    envelope = asked(
        "api_CreateGroupMembership",
        identityStoreId=f"arn:aws:identitystore::222233334444:identitystore/{STORE}",
        groupId=f"arn:aws:identitystore:::group/{GROUP}",
        memberId={"userId": f"arn:aws:identitystore:::user/{ADA}"},
    )

    assert read_event(envelope, STORE) == read_event(sample("api_CreateGroupMembership"), STORE)


@pytest.mark.parametrize("name", sorted(UNDERSTOOD))
@pytest.mark.parametrize(
    "store", ["d-0000000000", "arn:aws:identitystore::999999999999:identitystore/d-0000000000"]
)
def test_another_identity_store_is_none_of_our_business(name: str, store: str) -> None:
    """An account instance in a member account emits the same events."""
    assert read_event(asked(name, identityStoreId=store), STORE) == Ignored(
        "of another identity store"
    )


@pytest.mark.parametrize(
    "lack",
    [
        {"groupId": None},
        {"groupId": "HIDDEN_DUE_TO_SECURITY_REASONS"},
        {"groupId": f"{GROUP}, {GROUP}"},
        {"member": None},
        {"member": "HIDDEN_DUE_TO_SECURITY_REASONS"},
        {"member": {}},
        {"member": {"memberId": [ADA]}},
        {"member": {"memberId": "ada@example.com"}},
    ],
)
def test_a_membership_event_without_its_ids_is_unreadable(lack: dict[str, object]) -> None:
    """It is never swallowed: a change of its shape must reach the dead letters and the alarm."""
    with pytest.raises(UnreadableMessageError, match="does not name a user and a group"):
        read_event(asked("console_AddMemberToGroup", **lack), STORE)


@pytest.mark.parametrize(
    "detail",
    [
        {"eventID": ""},
        {"eventID": None},
        {"eventTime": "now"},
        {"eventTime": "2026-11-20T09:15:42"},
        {"eventTime": None},
    ],
)
def test_a_membership_event_without_its_time_or_id_is_unreadable(detail: dict[str, object]) -> None:
    """Both travel in the hint: one against duplicates, one for freshness."""
    with pytest.raises(UnreadableMessageError, match="without an eventID or an eventTime"):
        read_event(sample("console_AddMemberToGroup", **detail), STORE)


@pytest.mark.parametrize("body", [None, [], {}, "text", 7, {"detail": {}}, {"detail": "text"}])
def test_what_is_no_event_at_all_is_unreadable(body: object) -> None:
    """A body without eventSource and eventName is of no route that exists."""
    with pytest.raises(UnreadableMessageError, match="no event that CloudTrail writes"):
        read_event(body, STORE)
