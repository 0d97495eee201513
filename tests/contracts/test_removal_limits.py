"""Slots and holds: the ledger's adapter, and the fake that replaces it in other tests."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber
from builders import LAB, NOON, disruption, user
from fake_limits import FakeLimits

from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.record import REJECTED
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    DisruptionKind,
    HeldDisruption,
    LimitState,
)
from hub.runtime.ports import Limits
from shared.errors import RefusedError, RetryableError
from shared.model import Target
from simulator.setup import LEDGER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Stub = Callable[[Any], Stubber]
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BARE = HeldDisruption(disruption(1), LIMIT, NOON)
FULL = HeldDisruption(
    disruption(2, DisruptionKind.ROLE_CHANGE, "emptied ants"),
    "emptied ants",
    NOON,
    NOON + 72 * HOUR,
)


@pytest.fixture
def dynamo(ledger_table: "DynamoDBClient") -> DynamoLimits:
    return DynamoLimits(ledger_table, LEDGER)


@pytest.fixture(params=["ledger", "fake"])
def limits(request: pytest.FixtureRequest) -> Limits:
    if request.param == "fake":
        return FakeLimits()
    found: DynamoLimits = request.getfixturevalue("dynamo")
    return found


def test_a_target_without_items_is_empty(limits: Limits) -> None:
    """No slot, no hold, and a version over which the first writer can write."""
    assert limits.state(LAB) == LimitState()


def test_slots_come_back_as_they_were_taken(limits: Limits) -> None:
    """Each with its time, in its target alone."""
    assert limits.take({LAB: limits.state(LAB)}, [user(1), user(2)], NOON)
    assert limits.take({LAB: limits.state(LAB)}, [user(3)], NOON + MINUTE)

    there = limits.state(LAB)
    assert there.slots == {user(1): NOON, user(2): NOON, user(3): NOON + MINUTE}
    assert there.version == 2
    assert limits.state(SHOP) == LimitState()


def test_slots_of_more_than_an_hour_ago_are_dropped(limits: Limits) -> None:
    """The item stays as small as the limit."""
    limits.take({LAB: limits.state(LAB)}, [user(1)], NOON)
    limits.take({LAB: limits.state(LAB)}, [user(2)], NOON + HOUR - MINUTE)
    limits.take({LAB: limits.state(LAB)}, [user(3)], NOON + HOUR)

    assert limits.state(LAB).slots == {user(2): NOON + HOUR - MINUTE, user(3): NOON + HOUR}


@pytest.mark.parametrize("written", [1, 2, 5])
def test_a_writer_of_an_old_version_takes_nothing(limits: Limits, written: int) -> None:
    """Rule 10: slots are taken by conditional writes, of which only one succeeds."""
    seen = limits.state(LAB)
    for number in range(written):
        limits.take({LAB: limits.state(LAB)}, [user(number)], NOON)
    before = limits.state(LAB)

    assert not limits.take({LAB: seen}, [user(9)], NOON)
    assert limits.state(LAB) == before


def test_slots_in_several_targets_are_taken_in_all_or_in_none(limits: Limits) -> None:
    """By one write; another worker in one of them is enough to take none."""
    seen = {target: limits.state(target) for target in (LAB, SHOP)}

    assert limits.take(seen, [user(1)], NOON)
    assert {target: set(limits.state(target).slots) for target in seen} == {
        LAB: {user(1)},
        SHOP: {user(1)},
    }
    assert not limits.take({LAB: limits.state(LAB), SHOP: seen[SHOP]}, [user(2)], NOON)
    assert set(limits.state(LAB).slots) == {user(1)}


def test_a_hold_comes_back_as_it_was_written(limits: Limits) -> None:
    """Every field; a second write changes nothing, and another hold of the user replaces it."""
    limits.hold(LAB, [BARE, FULL])
    limits.hold(LAB, [BARE])

    assert limits.state(LAB).held == {user(1): BARE, user(2): FULL}
    assert limits.state(SHOP).held == {}
    changed = BARE._replace(disruption=disruption(1, DisruptionKind.ROLE_CHANGE))
    limits.hold(LAB, [changed])
    assert limits.state(LAB).held[user(1)] == changed


def test_holds_and_slots_do_not_conflict(limits: Limits) -> None:
    """A hold that is written beside the slots forces no new decision."""
    seen = limits.state(LAB)
    limits.hold(LAB, [BARE])

    assert limits.take({LAB: seen}, [user(5)], NOON)
    assert limits.state(LAB).held == {user(1): BARE}
    assert limits.state(LAB).slots == {user(5): NOON}


@pytest.mark.parametrize(
    ("before", "after", "is_anew"),
    [
        (("last-row", "last-row"), "", True),
        (("last-row", "last-row"), "emptied ants", True),
        (("last-row", REJECTED), "emptied ants", True),
        (("last-row", "last-row"), "last-row", False),
        (("last-row", REJECTED), "last-row", False),
        (("", LIMIT), "emptied ants", False),
        (("", REJECTED), "emptied ants", False),
    ],
)
def test_only_a_cause_that_is_over_is_overwritten(
    limits: Limits, before: tuple[str, str], after: str, *, is_anew: bool
) -> None:
    """Neither a hold for the limit nor an operator's decision on a present cause."""
    always, cause = before
    waits = HeldDisruption(disruption(1, cause=always), cause, NOON)
    anew = HeldDisruption(disruption(1, cause=after), after or LIMIT, NOON + HOUR)
    limits.hold(LAB, [waits])
    limits.hold(LAB, [anew])

    assert limits.state(LAB).held == {user(1): anew if is_anew else waits}


@pytest.mark.parametrize(("hours", "is_anew"), [(2, False), (1, True), (0, True)])
def test_an_approval_is_overwritten_when_it_has_expired(
    limits: Limits, hours: int, *, is_anew: bool
) -> None:
    """Until then the disruption may begin, whatever other cause applies."""
    approved = HeldDisruption(
        disruption(1, cause="last-row"), "last-row", NOON, NOON + hours * HOUR
    )
    anew = HeldDisruption(disruption(1, cause="emptied ants"), "emptied ants", NOON + HOUR)
    limits.hold(LAB, [approved])
    limits.hold(LAB, [anew])

    assert limits.state(LAB).held == {user(1): anew if is_anew else approved}


def test_a_released_hold_is_deleted(limits: Limits) -> None:
    """Only for the users named, and without an error where no hold exists."""
    limits.hold(LAB, [BARE, FULL])
    limits.release(LAB, [user(1), user(7)])
    limits.release(SHOP, [user(2)])

    assert limits.state(LAB).held == {user(2): FULL}


def test_a_hold_without_its_details_is_still_one(
    dynamo: DynamoLimits, ledger_table: "DynamoDBClient"
) -> None:
    """An item in the format of an older or newer version lets no removal begin."""
    limits = dynamo
    limits.hold(LAB, [BARE])
    (item,) = ledger_table.scan(TableName=LEDGER)["Items"]
    known = {name: item[name] for name in ("pk", "sk", "kind", "cause", "since")}
    ledger_table.put_item(TableName=LEDGER, Item=known | {"later": {"S": "version"}})

    assert limits.state(LAB).held[user(1)].cause == LIMIT


def test_an_operator_decides_on_the_hold_that_was_shown(dynamo: DynamoLimits) -> None:
    """A decision on the old hold does not apply to a changed or released one."""
    dynamo.hold(LAB, [BARE])
    approved = BARE._replace(approved_until=NOON + HOUR)

    assert dynamo.decide(LAB, approved, BARE)
    assert dynamo.state(LAB).held == {user(1): approved}
    for other in (
        BARE._replace(cause="last-row"),
        BARE._replace(disruption=disruption(1, DisruptionKind.ROLE_CHANGE)),
    ):
        dynamo.release(LAB, [user(1)])
        dynamo.hold(LAB, [other])
        assert not dynamo.decide(LAB, approved, BARE)
        assert dynamo.state(LAB).held == {user(1): other}
    dynamo.release(LAB, [user(1)])
    assert not dynamo.decide(LAB, approved, BARE)
    assert dynamo.state(LAB).held == {}


def test_a_hold_that_is_written_late_undoes_no_decision(dynamo: DynamoLimits) -> None:
    """A worker that read before the decision does not undo it."""
    dynamo.hold(LAB, [BARE])
    approved = BARE._replace(approved_until=NOON + HOUR)
    dynamo.decide(LAB, approved, BARE)

    dynamo.hold(LAB, [BARE])

    assert dynamo.state(LAB).held == {user(1): approved}


def test_the_targets_with_holds_are_found(dynamo: DynamoLimits) -> None:
    """For an operator who lists all holds; slots alone are no hold."""
    dynamo.take({LAB: dynamo.state(LAB)}, [user(1)], NOON)
    assert dynamo.targets() == ()

    dynamo.hold(SHOP, [BARE, FULL])
    dynamo.hold(LAB, [BARE])
    assert dynamo.targets() == (LAB, SHOP)


def test_the_users_of_a_digest_are_stored(
    dynamo: DynamoLimits, ledger_table: "DynamoDBClient"
) -> None:
    """For a month, so that the difference can be shown when the set has changed."""
    hold = Hold(LAB, LIMIT, (BARE, BARE._replace(disruption=disruption(3))))
    dynamo.remember(hold)

    assert dynamo.remembered(hold.digest) == (LAB, LIMIT, frozenset({user(1), user(3)}))
    assert dynamo.remembered("00000000") is None
    (item,) = ledger_table.scan(TableName=LEDGER)["Items"]
    assert item["expires"] == {"N": str(int((NOON + timedelta(days=30)).timestamp()))}
    assert dynamo.state(LAB) == LimitState()


def test_a_target_is_read_consistently_and_to_the_end(
    dynamodb: "DynamoDBClient", stub: Stub
) -> None:
    """Rule 10: a hold on the second page counts."""
    asked = {
        "TableName": LEDGER,
        "ConsistentRead": True,
        "KeyConditionExpression": "#pk = :limit",
        "ExpressionAttributeNames": {"#pk": "pk"},
        "ExpressionAttributeValues": {":limit": {"S": f"limit#{LAB}"}},
    }
    key = {"pk": {"S": f"limit#{LAB}"}, "sk": {"S": "held#u-001"}}
    item = key | {
        "kind": {"S": "removal"},
        "cause": {"S": LIMIT},
        "since": {"S": NOON.isoformat()},
    }
    stubbed = stub(dynamodb)
    stubbed.add_response("query", {"Items": [], "LastEvaluatedKey": key}, asked)
    stubbed.add_response("query", {"Items": [item]}, asked | {"ExclusiveStartKey": key})

    assert set(DynamoLimits(dynamodb, LEDGER).state(LAB).held) == {user(1)}


@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", RetryableError), ("AccessDeniedException", RefusedError)],
)
def test_a_ledger_that_fails_gives_no_slot(
    dynamodb: "DynamoDBClient", stub: Stub, code: str, error: type[Exception]
) -> None:
    """Nor does the error say that another worker was first."""
    stubbed = stub(dynamodb)
    for operation in ("query", "put_item", "put_item", "delete_item"):
        stubbed.add_client_error(operation, code)
    limits = DynamoLimits(dynamodb, LEDGER)

    with pytest.raises(error, match=code):
        limits.state(LAB)
    with pytest.raises(error, match=code):
        limits.take({LAB: LimitState()}, [user(1)], NOON)
    with pytest.raises(error, match=code):
        limits.hold(LAB, [BARE])
    with pytest.raises(error, match=code):
        limits.release(LAB, [user(1)])
