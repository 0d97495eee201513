"""Events of the directory, read as hints: whom to look at again.

A hint never says what changed. The truth is read by whoever follows it, so an event that comes
twice, late or out of order does no harm.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.errors import UnreadableMessageError
from shared.model import DIRECTORY_ID, GroupId, UserId

CLOUDTRAIL = "AWS API Call via CloudTrail"

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UserHint:
    """Look at this user.

    Attributes:
        made_at: when the hint was made (UTC); whatever was read before that is stale for it.
        event_id: of the event that told; the hint's deduplication id is made of it.
        attempt: how often the look was put off.
        again: the second look at something that the first found unchanged.
        event_at: when the directory changed (UTC), for measuring latency.
    """

    user_id: UserId
    made_at: datetime
    event_id: str
    event_at: datetime
    attempt: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """An event that names its user and its group."""

    user_id: UserId
    group_id: GroupId
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that concerns nobody here, and why."""

    reason: str


def _console_add(request: Parameters) -> tuple[Any, Any]:
    # Source: CloudTrail records of the console, and the event in AWS's blog post of 2023 on
    # onboarding users to Studio: the member's id stands one level down.
    return _inside(request.get("member"), "memberId"), request.get("groupId")


def _console_remove(request: Parameters) -> tuple[Any, Any]:
    # Source: AWS samples that handle the event: here the member's id stands at the top.
    return request.get("memberId"), request.get("groupId")


def _api_create(request: Parameters) -> tuple[Any, Any]:
    # Source: the Identity Store API model of CreateGroupMembership.
    return _inside(request.get("memberId"), "userId"), request.get("groupId")


_READERS: Mapping[tuple[str, str], Callable[[Parameters], tuple[Any, Any]]] = {
    ("sso-directory.amazonaws.com", "AddMemberToGroup"): _console_add,
    ("sso-directory.amazonaws.com", "RemoveMemberFromGroup"): _console_remove,
    ("identitystore.amazonaws.com", "CreateGroupMembership"): _api_create,
}


def event_pattern() -> dict[str, Any]:
    """Return the EventBridge pattern of exactly the events that `read_event` understands.

    It asks for the event source inside `detail`, since QuickSight and IAM have events of the same
    names, and since the envelope's `source` is documented for some of the routes only.
    """
    by_source: dict[str, list[str]] = {}
    for source, name in _READERS:
        by_source.setdefault(source, []).append(name)
    return {
        "detail-type": [CLOUDTRAIL],
        "source": [{"prefix": "aws."}],
        "detail": {
            "readOnly": [False],
            "errorCode": [{"exists": False}],
            "$or": [
                {"eventSource": [source], "eventName": sorted(names)}
                for source, names in sorted(by_source.items())
            ],
        },
    }


def read_event(envelope: object, identity_store_id: str) -> MembershipChange | Ignored:
    """Return what an EventBridge envelope tells of the directory `identity_store_id`.

    Raises:
        UnreadableMessageError: it is no envelope that CloudTrail's events come in, or it is a
            membership event without its ids; the message names what is missing.
    """
    if isinstance(envelope, dict) and envelope.get("detail-type", CLOUDTRAIL) != CLOUDTRAIL:
        return Ignored(f"of detail-type {envelope['detail-type']}")
    detail = _inside(envelope, "detail")
    source, name = _inside(detail, "eventSource"), _inside(detail, "eventName")
    if not isinstance(source, str) or not isinstance(name, str):
        raise UnreadableMessageError("no event that CloudTrail writes: no eventSource or eventName")
    reader = _READERS.get((source, name))
    if reader is None:
        return Ignored(f"{name} of {source}")
    if _inside(detail, "errorCode") or _inside(detail, "readOnly"):
        return Ignored(f"{name} that changed nothing")
    request = _inside(detail, "requestParameters")
    request = request if isinstance(request, dict) else {}
    store = _plain_id(request.get("identityStoreId"))
    if store is not None and store != identity_store_id:
        return Ignored("of another identity store")
    user_id, group_id = (_plain_id(value) for value in reader(request))
    event_id, at = _inside(detail, "eventID"), _time(_inside(detail, "eventTime"))
    if not (
        user_id
        and DIRECTORY_ID.fullmatch(user_id)
        and group_id
        and DIRECTORY_ID.fullmatch(group_id)
    ):
        raise UnreadableMessageError(f"{name} {event_id} does not name a user and a group")
    if not (isinstance(event_id, str) and event_id and at):
        raise UnreadableMessageError(f"{name} without an eventID or an eventTime")
    return MembershipChange(UserId(user_id), GroupId(group_id), event_id, at)


def _plain_id(value: object) -> str | None:
    # Source: botocore 1.44.5's Identity Store model: every id may be given as an ARN.
    return value.rpartition("/")[2].lower() if isinstance(value, str) else None


def _inside(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time and time.tzinfo else None
