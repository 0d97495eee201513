"""The ledger's history: a user's events are written with the record or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType
from hub.runtime.decisions.record import MemberChanges, Record, State
from shared.errors import RetryableError
from shared.model import GroupId, Target, UserId
from simulator.setup import LEDGER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ADA, BOB = UserId("a3d46882-ada"), UserId("a3d46882-bob")
RECORD = Record(user_id=ADA, target=LAB, state=State.ACTIVE, user_name="ada", profile_name="ada")


def events(
    what: ProfileEventType = ProfileEventType.CREATED, at: datetime = NOON, of: Record = RECORD
) -> ProfileEvent:
    return ProfileEvent(
        what, at, of.user_id, "ada", of.target, "ada", "role/New", "", "ml-leads", "", "an-event"
    )


@pytest.fixture
def ledger(ledger_table: "DynamoDBClient") -> DynamoLedger:
    return DynamoLedger(ledger_table, LEDGER)


def test_an_event_is_written_with_its_record(ledger: DynamoLedger) -> None:
    """All its fields, for a year and a month; the record is read without it."""
    written = ledger.write(RECORD, MemberChanges(), events())

    assert ledger.records(ADA) == {LAB: written}
    assert list(ledger.of_target(LAB)) == [written]
    assert list(ledger.everybody()) == [written]
    (found,) = ledger.history(ADA)
    assert {name: found[name] for name in ("what", "at", "where", "because", "event_id")} == {
        "what": "Profile Created",
        "at": NOON.isoformat(),
        "where": str(LAB),
        "because": "ml-leads",
        "event_id": "an-event",
    }
    assert found["expires"] == str(int((NOON + timedelta(days=400)).timestamp()))


def test_the_second_writer_records_no_event(ledger: DynamoLedger) -> None:
    """The loser of two concurrent workers writes no event."""
    ledger.write(RECORD)

    with pytest.raises(RetryableError):
        ledger.write(RECORD, MemberChanges({GroupId("g"): "m"}), events())

    assert ledger.history(ADA) == ()


def test_a_history_is_one_users_and_starts_with_the_latest(ledger: DynamoLedger) -> None:
    """Over all targets; a record without events adds nothing."""
    first = ledger.write(RECORD, MemberChanges(), events())
    later = ledger.write(
        first, MemberChanges(), events(ProfileEventType.SUSPENDED, NOON + 2 * HOUR)
    )
    ledger.write(later)
    shop = replace(RECORD, target=SHOP)
    ledger.write(shop, MemberChanges(), events(ProfileEventType.CREATED, NOON + HOUR, shop))
    bob = replace(RECORD, user_id=BOB)
    ledger.write(bob, MemberChanges(), events(of=bob))

    assert [each["what"] for each in ledger.history(ADA)] == [
        "Profile Suspended",
        "Profile Created",
        "Profile Created",
    ]
    assert [each["where"] for each in ledger.history(ADA)] == [str(LAB), str(SHOP), str(LAB)]
    assert len(ledger.history(BOB)) == 1
    assert ledger.history(UserId("nobody")) == ()


def test_two_events_of_one_reconcile_are_both_recorded(ledger: DynamoLedger) -> None:
    """The end of a hold and the change it held have the same time and target."""
    first = ledger.write(RECORD, MemberChanges(), events(ProfileEventType.RELEASED))
    ledger.write(first, MemberChanges(), events(ProfileEventType.ROLE_CHANGED))

    assert {each["what"] for each in ledger.history(ADA)} == {"Hold Ended", "Profile Role Changed"}


def test_the_events_of_all_users_are_read_to_the_end(ledger: DynamoLedger) -> None:
    """Whose, where, when and what, of every user and target; records and pages hide none."""
    bob = replace(RECORD, user_id=BOB, target=SHOP)
    ledger.write(RECORD, MemberChanges(), events())
    again = ledger.write(bob, MemberChanges(), events(of=bob))
    ledger.write(again, MemberChanges(), events(ProfileEventType.SUSPENDED, NOON + HOUR, again))

    found = sorted(ledger.changes(), key=lambda each: (each["user_id"], each["at"]))

    assert [(each["user_id"], each["where"], each["at"], each["what"]) for each in found] == [
        (ADA, str(LAB), NOON.isoformat(), "Profile Created"),
        (BOB, str(SHOP), NOON.isoformat(), "Profile Created"),
        (BOB, str(SHOP), (NOON + HOUR).isoformat(), "Profile Suspended"),
    ]
