"""Input from outside can be anything: it is parsed, or refused with an error of ours."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.runtime.decisions.listing import Seen
from hub.runtime.decisions.mapping_rows import parse_row, parse_table
from hub.runtime.decisions.requeue import is_exhausted
from shared.directory_events.reader import metadata_of, read_event
from shared.directory_events.types import Ignored
from shared.errors import UnreadableMessageError
from shared.messages import decode, deduplication_id, encode, message_group
from shared.model import DIRECTORY_ID, BadMapping, GroupMapping, GroupPattern, Target, UserId
from shared.naming import profile_name, same_name
from shared.requests import DAILY, HOURLY, TARGETS, ReconcileRequest, Request, ScanRequest, Subject

LAWS = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
STORE = "d-9967abc123"
REGION = "eu-central-1"
CLOUDTRAIL = "AWS API Call via CloudTrail"
LEGAL = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")

user_ids = st.uuids().map(str).map(UserId)
user_names = st.text(max_size=128) | st.from_regex(
    r"[a-zA-Z0-9@.+_-]{1,60}(-[0-9a-f]{8})?", fullmatch=True
)
numbers = (
    st.integers()
    | st.decimals(places=2)
    | st.decimals()
    | st.floats()
    | st.sampled_from([Decimal("1E+125"), Decimal("-9.9E+125"), Decimal("1E-130"), Decimal("sNaN")])
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
json_values = values.map(lambda value: json.loads(json.dumps(value, default=str)))
plausible_targets = st.sampled_from(
    [
        "222222222222/eu-west-1/d-research0001",
        "222222222222/cn-north-1/d-x",
        "222222222222/eu-west-1",
    ]
)
wild_rows = st.fixed_dictionaries(
    {},
    optional={
        "group": values | st.text(min_size=1, max_size=1100),
        "target": values | plausible_targets,
        "execution_role_arn": values
        | st.sampled_from(["arn:aws:iam::222222222222:role/studio-hub/x", "arn:aws:iam::3:role/x"]),
        "priority": values | numbers,
        "retention_days": values | numbers,
        "group_id": values | st.uuids().map(str),
        "enabled": values | st.booleans(),
        "owner": values,
    },
)
usual_rows = st.fixed_dictionaries(
    {"group": st.text(min_size=1, max_size=70), "target": plausible_targets},
    optional={
        "priority": st.integers().map(Decimal),
        "retention_days": st.integers(-3, 3).map(Decimal),
        "enabled": st.booleans(),
    },
)
mapping_rows: st.SearchStrategy[dict[str, Any]] = wild_rows | usual_rows


@LAWS
@given(user_names, user_ids)
def test_every_name_is_legal_and_stays(user_name: str, user_id: UserId) -> None:
    """Rule 5: at most 63 characters that Studio accepts, and always the same."""
    name = profile_name(user_name, user_id)

    assert LEGAL.fullmatch(name)
    assert len(name) <= 63
    assert name == profile_name(user_name, user_id)


@LAWS
@given(user_names, user_ids, user_names, user_ids)
@example("a.b", UserId("1"), "a-b", UserId("2"))
@example("a.b", UserId("1"), profile_name("a.b", UserId("1")).upper(), UserId("2"))
def test_two_users_never_share_a_name(
    one: str, one_id: UserId, other: str, other_id: UserId
) -> None:
    """Rule 5: unless the directory itself has both under one name, or two digests collide."""
    names = profile_name(one, one_id), profile_name(other, other_id)

    if one_id != other_id and not same_name(one, other):
        assert not same_name(*names)
    if one_id != other_id and names[0] != one:
        assert not same_name(names[0], profile_name(one, other_id))


@LAWS
@given(mapping_rows)
def test_a_row_is_a_mapping_or_its_mistakes(row: dict[str, Any]) -> None:
    """Rule 13: whatever a tool wrote, parsing it raises no error."""
    parsed = parse_row(row)

    if isinstance(parsed, BadMapping):
        assert parsed.mistakes
    else:
        assert isinstance(parsed, GroupMapping)
        assert (parsed.group, str(parsed.target)) == (row["group"], row["target"])
        by_convention = isinstance(parsed, GroupPattern) and not parsed.role_arn
        assert by_convention or f"::{parsed.target.account}:role/" in parsed.role_arn
        assert parsed.retention_days >= 0


@LAWS
@given(
    st.lists(
        mapping_rows,
        max_size=4,
        unique_by=lambda row: (str(row.get("group", "")), str(row.get("target", ""))),
    )
)
def test_a_table_keeps_every_row(rows: list[dict[str, Any]]) -> None:
    """Rule 13: each is counted as valid or bad, in a fixed order."""
    table = parse_table(rows)

    assert len(table.rows) + len(table.patterns) + len(table.bad) == len(rows)
    assert table == parse_table(list(reversed(rows)))


names = st.sampled_from(
    [
        *("AddMemberToGroup", "RemoveMemberFromGroup", "CreateGroupMembership", "CreateGroup"),
        *("DeleteGroupMembership", "PatchGroup", "CreateUser", "DeleteUser", "DeleteGroup"),
        "DisassociateDirectory",
    ]
)
sources = st.sampled_from(
    [
        *("sso-directory.amazonaws.com", "identitystore.amazonaws.com", "sso.amazonaws.com"),
        "identitystore-scim.amazonaws.com",
    ]
)
ids = st.uuids().map(str)
times = st.datetimes(timezones=st.none() | st.just(UTC))
requests = st.fixed_dictionaries(
    {},
    optional={
        "identityStoreId": values | st.just(STORE),
        "groupId": values | ids,
        "memberId": values | ids | st.fixed_dictionaries({"userId": values | ids}),
        "member": values | st.fixed_dictionaries({"memberId": values | ids}),
        "membershipId": values | ids,
        "userId": values | ids,
        "id": values | ids,
    },
)
events = st.fixed_dictionaries(
    {
        "detail": values
        | st.fixed_dictionaries(
            {"eventSource": sources, "eventName": names},
            optional={
                "requestParameters": values | requests,
                "responseElements": values | st.fixed_dictionaries({"id": values | ids}),
                "eventID": values | ids,
                "eventTime": values | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
                "errorCode": values,
                "readOnly": values,
            },
        )
    },
    optional={
        "detail-type": values
        | st.sampled_from([CLOUDTRAIL, "User Updated", "GroupMembership Deleted"]),
        "source": values | st.just("aws.identitystore"),
        "region": values | st.just(REGION),
        "time": values | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
        "resources": values
        | st.lists(ids.map("arn:aws:identitystore:::user/{}".format) | values, max_size=3),
        "id": values | ids,
    },
)


NATIVE = {
    "detail-type": "User Updated",
    "source": "aws.identitystore",
    "region": REGION,
    "time": "2026-11-23T12:00:00Z",
    "id": "e",
}


@LAWS
@given(values | events)
@example(NATIVE | {"id": "\ud800"})
@example(NATIVE | {"time": "9999-12-31T23:59:59-12:00"})
def test_a_message_is_an_event_or_is_unreadable(body: Any) -> None:  # noqa: ANN401 (any JSON)
    """Only unreadable messages become dead letters, and the reader never crashes.

    The metadata of the message is reported.
    """
    metadata = metadata_of(body)

    with suppress(UnreadableMessageError):
        found = read_event(body, STORE, REGION)

        if not isinstance(found, Ignored):
            assert found.at.tzinfo is not None
            assert found.event_id
            assert metadata.event_id == found.event_id
            ids = [getattr(found, name, None) for name in ("user_id", "group_id", "membership_id")]
            assert all(len(id_) >= 36 for id_ in ids if id_ is not None)
            # Its id and time are sent on in a message, which must be readable too.
            request = ReconcileRequest(UserId(str(UUID(int=0))), found.at, found.event_id, found.at)
            assert decode(encode(request)) == request
            assert deduplication_id(request)


targets = st.sampled_from(["222222222222/eu-west-1/d-one", "333333333333/us-east-1/d-two"])
moments = st.datetimes(timezones=st.just(UTC))
# Any text that JSON can hold and a queue accepts.
texts = st.text(st.characters(codec="utf-8"), min_size=1)
told: dict[str, st.SearchStrategy[Any]] = {
    "enqueued_at": moments,
    "event_id": texts,
    "event_at": moments,
    "attempt": st.integers(0, 1000),
    "is_recheck": st.booleans(),
    "started_at": st.none() | moments,
}
user_hints = st.builds(
    ReconcileRequest,
    user_id=user_ids,
    force_observe=targets | st.just(""),
    source_scan=st.just("") | st.binary(max_size=32).map(bytes.hex),
    **told,
)
keys: dict[Subject, st.SearchStrategy[str]] = {
    Subject.SWEEP: st.sampled_from([HOURLY, DAILY, TARGETS]),
    Subject.GROUP: user_ids,
    Subject.NAME: texts,
    Subject.TARGET: targets,
    Subject.ASSIGNMENTS: targets,
    Subject.USERS: st.just(""),
    Subject.GROUPS: st.just(""),
}
scan_requests = st.one_of(
    *(
        st.builds(
            ScanRequest,
            subject=st.just(subject),
            key=key,
            target=targets | st.just(""),
            event_driven=st.booleans(),
            include_all=st.booleans(),
            part=st.integers(0, 1000),
            **told,
        )
        for subject, key in keys.items()
    )
)
sent_requests: st.SearchStrategy[Request] = user_hints | scan_requests


@LAWS
@given(sent_requests)
def test_every_request_survives_the_queue(request: Request) -> None:
    """A request arrives as it was sent, in whichever queue."""
    assert decode(encode(request)) == request


@LAWS
@given(sent_requests, sent_requests)
def test_two_requests_are_one_message_only_if_they_ask_for_the_same(
    one: Request, other: Request
) -> None:
    """Apart from the enqueueing time and what they saw, in which duplicates cannot differ."""
    if (one.event_id, message_group(one), one.attempt, one.is_recheck) != (
        other.event_id,
        message_group(other),
        other.attempt,
        other.is_recheck,
    ):
        assert deduplication_id(one) != deduplication_id(other)


@LAWS
@given(st.frozensets(st.text(max_size=40)), st.text(max_size=40))
def test_a_listing_is_remembered_over_messages(ids: frozenset[str], other: str) -> None:
    """Users seen before a message was sent are seen after it arrived, and no others."""
    seen = Seen.unpack(Seen().with_ids(ids).pack())

    assert all(id_ in seen for id_ in ids)
    assert (other in seen) is (other in ids)


@LAWS
@given(st.binary())
def test_a_packed_listing_is_read_or_is_unreadable(packed: bytes) -> None:
    """With half of a listing, the other half would count as leavers."""
    with suppress(ValueError):
        seen = Seen.unpack(packed)

        assert Seen.unpack(seen.pack()) == seen


# A body that is valid except for some fields, which can be anything that JSON holds.
changed_hints = st.builds(
    lambda request, changes, names: json.dumps(
        json.loads(encode(request)) | dict.fromkeys(names, changes)
    ),
    sent_requests,
    json_values
    | plausible_targets
    | user_ids
    | moments.map(datetime.isoformat)
    | st.text(st.characters(categories=["Cs"]), min_size=1)
    | st.sampled_from(
        ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-23", 10**4000, ""]
    ),
    st.sets(
        st.sampled_from(
            [
                *("subject", "key", "user_id", "enqueued_at", "event_id", "event_at", "attempt"),
                *(
                    "is_recheck",
                    "force_observe",
                    "source_scan",
                    "target",
                    "event_driven",
                    "include_all",
                    "token",
                    "seen",
                ),
            ]
        ),
        min_size=1,
        max_size=3,
    ),
)


@LAWS
@given(
    st.text()
    | json_values.map(json.dumps)
    | changed_hints
    | st.binary().map(bytes.hex)
    | sent_requests.map(encode).map(lambda body: body[:-9])
)
@example(json.dumps({"enqueued_at": "2026-11-23T12:00:00Z", "event_id": "e", "user_id": "d-1"}))
def test_a_body_is_a_request_or_is_unreadable(body: str) -> None:
    """A body is never processed in part, and no reader crashes.

    What a reader does first with a request works for each that is read: its target and its time
    count, and it can be queued again.
    """
    with suppress(UnreadableMessageError):
        request = decode(body)

        assert decode(encode(request)) == request
        assert request.enqueued_at.tzinfo is not None
        assert request.attempt >= 0
        is_exhausted(request._replace(attempt=99), datetime(2026, 11, 23, tzinfo=UTC))
        assert len(message_group(request)) <= 128
        assert deduplication_id(request).isalnum()
        if isinstance(request, ReconcileRequest):
            assert DIRECTORY_ID.fullmatch(request.user_id)
            assert not request.force_observe or Target.parse(request.force_observe)
        else:
            assert not request.target or Target.parse(request.target)
            if request.subject in (Subject.TARGET, Subject.ASSIGNMENTS):
                assert Target.parse(request.key)
