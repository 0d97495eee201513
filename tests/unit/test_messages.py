"""Messages in the queues: the codec of requests and the ids by which SQS drops duplicates."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.errors import UnreadableMessageError
from shared.messages import decode, deduplication_id, encode, message_group
from shared.model import UserId
from shared.requests import ReconcileRequest, Request, ScanRequest, Subject

AT = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
REQUEST = ReconcileRequest(
    user_id=UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21"),
    enqueued_at=AT,
    event_id="0a664dd1-f102-48bc-9e6c-f13525ddaafa",
    event_at=AT - timedelta(seconds=7),
    attempt=3,
    is_recheck=True,
    force_observe="222222222222/eu-west-1/d-one",
    source_scan="5f2c0a",
)
LOOK = ScanRequest(
    Subject.GROUP,
    "33e47872-9051-70c8-1b7a-0f2d5c9e4a10",
    enqueued_at=AT,
    event_id="0a664dd1-f102-48bc-9e6c-f13525ddaafa",
    event_at=AT - timedelta(seconds=7),
    attempt=3,
    is_recheck=True,
    event_driven=True,
    include_all=True,
    target="222222222222/eu-west-1/d-one",
    part=2,
)


@pytest.mark.parametrize(
    "sent",
    [
        REQUEST,
        LOOK,
        ScanRequest(Subject.USERS, "", AT, "sweep", AT),
        REQUEST._replace(attempt=0, is_recheck=False, force_observe="", source_scan=""),
        REQUEST._replace(event_at=AT.astimezone(timezone(timedelta(hours=2)))),
    ],
)
def test_a_request_arrives_as_it_was_sent(sent: Request) -> None:
    """No field is lost or changed, not even a fraction of a second."""
    assert decode(encode(sent)) == sent


@pytest.mark.parametrize(
    ("sent", "lack"),
    [(sent, lack) for sent in (REQUEST, LOOK) for lack in ("enqueued_at", "event_id")]
    + [(REQUEST, "user_id")],
)
def test_a_request_that_lacks_a_field_is_unreadable(sent: Request, lack: str) -> None:
    """Such a body goes to the dead-letter queue; the error names the field."""
    plain = json.loads(encode(sent))
    del plain[lack]

    with pytest.raises(UnreadableMessageError, match=lack):
        decode(json.dumps(plain))


@pytest.mark.parametrize(
    "wrong",
    [
        {"user_id": ""},
        {"user_id": 7},
        {"user_id": None},
        {"event_id": []},
        {"enqueued_at": "yesterday"},
        {"enqueued_at": 1763900000},
        {"event_at": None},
        {"attempt": "many"},
        {"attempt": None},
        {"attempt": True},
        {"is_recheck": "false"},
        {"user_id": "222222222222/eu-west-1/d-one"},
        {"force_observe": "d-one"},
        {"force_observe": None},
        {"source_scan": "|"},
        {"event_id": "\ud800"},
        {"event_at": "9999-12-31T23:59:59-12:00"},
        {"enqueued_at": "0001-01-01T00:00:00+01:00"},
    ],
)
def test_a_request_with_a_wrong_value_is_unreadable(wrong: dict[str, object]) -> None:
    """A request is never processed in part."""
    with pytest.raises(UnreadableMessageError):
        decode(json.dumps(json.loads(encode(REQUEST)) | wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"key": "d-one"},
        {"key": "222222222222/eu-west-1/d-one"},
        {"subject": "planet"},
        {"subject": ["group"]},
        {"subject": "sweep"},
        {"subject": "target"},
        {"subject": "assignments"},
        {"subject": "users"},
        {"subject": "groups", "key": None},
        {"subject": "name", "key": "\ud800"},
        {"target": "everywhere"},
        {"event_driven": "false"},
        {"include_all": 1},
        {"attempt": -1},
        {"enqueued_at": "yesterday"},
    ],
)
def test_a_scan_request_with_a_wrong_value_is_unreadable(wrong: dict[str, object]) -> None:
    """A group scan or a target scan without its name is refused."""
    with pytest.raises(UnreadableMessageError):
        decode(json.dumps(json.loads(encode(LOOK)) | wrong))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"subject": "target", "key": "d-one"}, "key: 'd-one' is not a target: write <12-digit"),
        ({"target": "d-two"}, "target: 'd-two' is not a target: write <12-digit"),
        ({"key": "x" * 9999}, "key: 'xxx"),
        ({"subject": "target", "key": "x" * 9999}, "key: 'xxx"),
    ],
)
def test_an_error_names_its_field_and_the_remedy(wrong: dict[str, object], told: str) -> None:
    """Whoever finds the dead letter sees the field and the remedy; long text is shortened."""
    with pytest.raises(UnreadableMessageError) as raised:
        decode(json.dumps(json.loads(encode(LOOK)) | wrong))

    assert str(raised.value).startswith(f"no request: {told}")
    assert "studio-hub sweep" in str(raised.value)
    assert len(str(raised.value)) < 500


def test_an_error_names_every_mistake() -> None:
    """Whoever corrects a sender sees all of it at once."""
    wrong = {"user_id": "bob", "attempt": -1, "event_at": "2026-02-30T12:00:00Z"}
    plain = json.loads(encode(REQUEST)) | wrong
    del plain["event_id"]

    with pytest.raises(UnreadableMessageError) as raised:
        decode(json.dumps(plain))

    assert all(f"{name}: " in str(raised.value) for name in (*wrong, "event_id"))
    assert "enqueued_at" not in str(raised.value)


@pytest.mark.parametrize("at", ["2026-11-23T13:00:00+01:00", "2026-11-23T12:00:00", "2026-11-23"])
def test_every_time_in_a_message_is_in_utc(at: str) -> None:
    """Every sender writes UTC, so another zone is no request of ours."""
    with pytest.raises(UnreadableMessageError, match=r"enqueued_at: .* is not a time in UTC"):
        decode(json.dumps(json.loads(encode(REQUEST)) | {"enqueued_at": at}))


def test_the_message_of_the_schedule_is_a_sweep() -> None:
    """It has the time and its own id; every other field has its default."""
    body = '{"subject": "sweep","key":"hourly","enqueued_at":"2026-11-23T12:00:00Z","event_id":"7"}'
    at = AT.replace(microsecond=0)

    assert decode(body) == ScanRequest(Subject.SWEEP, "hourly", at, "7", at)


def test_a_message_of_an_older_version_is_read() -> None:
    """It is queued while functions are updated; a missing field has its default."""
    plain = json.loads(encode(REQUEST))
    del plain["source_scan"]

    assert decode(json.dumps(plain)) == REQUEST._replace(source_scan="")


def test_each_function_accepts_only_its_own_requests() -> None:
    """A request in the wrong queue is a mistake of its sender."""
    assert decode(encode(REQUEST), ReconcileRequest) == REQUEST
    assert decode(encode(LOOK), ScanRequest) == LOOK
    with pytest.raises(UnreadableMessageError, match="no ReconcileRequest"):
        decode(encode(LOOK), ReconcileRequest)
    with pytest.raises(UnreadableMessageError, match="no ScanRequest"):
        decode(encode(REQUEST), ScanRequest)


def test_a_group_and_a_target_never_share_a_message_group() -> None:
    """Each user, group and target has its own message group, which SQS keeps in order."""
    looks = [LOOK._replace(subject=subject) for subject in Subject]
    groups = [message_group(REQUEST), *map(message_group, looks)]

    assert len(set(groups)) == len(groups)
    assert message_group(LOOK._replace(event_id="another")) == message_group(LOOK)


@pytest.mark.parametrize("body", ["", "{", "null", "[]", "7", '"text"', "{}", '{"detail": {}}'])
def test_a_body_that_is_no_request_is_unreadable(body: str) -> None:
    """Whatever the body is, the error is the one that the handlers know."""
    with pytest.raises(UnreadableMessageError, match="no request"):
        decode(body)


@pytest.mark.parametrize("sent", [REQUEST, LOOK])
def test_the_same_request_sent_twice_is_one_message(sent: Request) -> None:
    """SQS drops the second: the time of enqueueing does not matter."""
    assert deduplication_id(sent) == deduplication_id(sent._replace(enqueued_at=AT + timedelta(1)))


@pytest.mark.parametrize(
    "other",
    [
        REQUEST._replace(event_id="another"),
        REQUEST._replace(user_id=UserId("another")),
        REQUEST._replace(attempt=4),
        REQUEST._replace(is_recheck=False),
        REQUEST._replace(force_observe=""),
        REQUEST._replace(source_scan="another"),
        LOOK,
        LOOK._replace(part=3),
        LOOK._replace(key="another"),
        LOOK._replace(subject=Subject.TARGET),
        LOOK._replace(attempt=4),
        LOOK._replace(is_recheck=False),
        LOOK._replace(event_id="another"),
    ],
)
def test_another_event_subject_or_attempt_is_another_message(other: Request) -> None:
    """SQS remembers an id for five minutes and would drop the next real change."""
    likes = {deduplication_id(sent) for sent in (REQUEST, LOOK) if sent != other}

    assert deduplication_id(other) not in likes
    # Source: SQS, MessageDeduplicationId: at most 128 alphanumeric characters.
    assert deduplication_id(other).isalnum()
    assert len(deduplication_id(other)) <= 128


@pytest.mark.parametrize(
    "wrong", [{"enqueued_at": "2026-11-23T12:00:00"}, {"attempt": float("inf")}, {"attempt": -1}]
)
def test_a_request_that_no_function_can_process_is_unreadable(wrong: dict[str, object]) -> None:
    """No function here writes a time without its zone, or an invalid attempt."""
    with pytest.raises(UnreadableMessageError):
        decode(json.dumps(json.loads(encode(REQUEST)) | wrong))


def test_a_group_is_scanned_by_any_name() -> None:
    """SQS accepts no blanks, no other alphabets, and at most 128 characters."""
    names = ["Data Scientists", "Ученые", "x" * 1024]
    groups = {message_group(LOOK._replace(subject=Subject.NAME, key=name)) for name in names}

    assert len(groups) == 3
    assert all(group.isascii() and group.isprintable() for group in groups)
    assert all(" " not in group and len(group) <= 128 for group in groups)
