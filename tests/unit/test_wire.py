"""What travels in the queues: hints, their deduplication, and how long they wait."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.errors import UnreadableMessageError
from shared.hints import UserHint
from shared.model import UserId
from shared.wire import LAST_ATTEMPT, decode, deduplication_id, encode, put_off, second_look

AT = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
HINT = UserHint(
    user_id=UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21"),
    made_at=AT,
    event_id="0a664dd1-f102-48bc-9e6c-f13525ddaafa",
    event_at=AT - timedelta(seconds=7),
    attempt=3,
    again=True,
)


@pytest.mark.parametrize(
    "hint",
    [
        HINT,
        replace(HINT, attempt=0, again=False),
        replace(HINT, event_at=AT.astimezone(timezone(timedelta(hours=2)))),
    ],
)
def test_a_hint_arrives_as_it_was_sent(hint: UserHint) -> None:
    """Nothing is lost on the way, not even a fraction of a second."""
    assert decode(encode(hint)) == hint


@pytest.mark.parametrize("lack", ["user_id", "made_at", "event_id", "event_at", "attempt", "again"])
def test_a_hint_that_lacks_something_is_unreadable(lack: str) -> None:
    """A body that nobody here wrote goes to the dead letters, named."""
    plain = json.loads(encode(HINT))
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
        {"made_at": "yesterday"},
        {"made_at": 1763900000},
        {"event_at": None},
        {"attempt": "many"},
        {"attempt": None},
    ],
)
def test_a_hint_with_a_wrong_value_is_unreadable(wrong: dict[str, object]) -> None:
    """No half of a hint is acted on."""
    with pytest.raises(UnreadableMessageError):
        decode(json.dumps(json.loads(encode(HINT)) | wrong))


@pytest.mark.parametrize("body", ["", "{", "null", "[]", "7", '"text"', "{}", '{"detail": {}}'])
def test_what_is_no_hint_is_unreadable(body: str) -> None:
    """Whatever the body is, the error is the one that the handlers know."""
    with pytest.raises(UnreadableMessageError, match="no hint"):
        decode(body)


def test_the_same_hint_sent_twice_is_one_message() -> None:
    """SQS drops the second: when the hint was made plays no part."""
    assert deduplication_id(HINT) == deduplication_id(replace(HINT, made_at=AT + timedelta(1)))


@pytest.mark.parametrize(
    "other",
    [
        replace(HINT, event_id="another"),
        replace(HINT, user_id=UserId("another")),
        replace(HINT, attempt=4),
        replace(HINT, again=False),
    ],
)
def test_another_event_user_or_attempt_is_another_message(other: UserHint) -> None:
    """SQS remembers an id for five minutes and would swallow the next real change."""
    assert deduplication_id(other) != deduplication_id(HINT)
    # Source: SQS, MessageDeduplicationId: at most 128 alphanumeric characters.
    assert deduplication_id(other).isalnum()
    assert len(deduplication_id(other)) <= 128


def test_what_waits_comes_back_after_ten_seconds_doubling_to_five_minutes() -> None:
    """Design, section 3: waiting without waiting."""
    hint, waits = replace(HINT, attempt=0), []
    for _ in range(9):
        hint, seconds = put_off(hint, AT)
        waits.append(seconds)

    assert waits == [10, 20, 40, 80, 160, 300, 300, 300, 300]
    assert hint == replace(HINT, attempt=9, made_at=AT)


def test_the_longest_wait_fits_into_the_queue() -> None:
    """However often it is put off, SQS takes the delay (at most 900 s)."""
    _, seconds = put_off(replace(HINT, attempt=10**6), AT)

    assert seconds == 300


def test_the_tries_last_about_a_day() -> None:
    """After that the next event or sweep tries again."""
    hint, total = replace(HINT, attempt=0), 0
    while hint.attempt < LAST_ATTEMPT:
        hint, seconds = put_off(hint, AT)
        total += seconds

    assert timedelta(hours=23) < timedelta(seconds=total) < timedelta(hours=25)


def test_the_second_look_reads_afresh_after_half_a_minute() -> None:
    """It starts its own tries, and what was read before it is stale for it."""
    later = AT + timedelta(seconds=5)

    assert second_look(replace(HINT, again=False), later) == (
        replace(HINT, again=True, attempt=0, made_at=later),
        30,
    )


@pytest.mark.parametrize(
    "wrong", [{"made_at": "2026-11-23T12:00:00"}, {"attempt": float("inf")}, {"attempt": -1}]
)
def test_a_hint_that_no_worker_can_follow_is_unreadable(wrong: dict[str, object]) -> None:
    """A time without its zone, or an attempt that cannot be counted on, was not written here."""
    with pytest.raises(UnreadableMessageError):
        decode(json.dumps(json.loads(encode(HINT)) | wrong))
