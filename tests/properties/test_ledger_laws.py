"""The ledger's transactions: DynamoDB takes each of them, however long the names of groups are."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

from builders import ACTIVE, NOON
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.decisions.profile_events import RecordWrite, event_of
from hub.runtime.decisions.record import MemberChanges
from hub.runtime.decisions.transitions import ended_grants
from shared.model import Because, Grant, GroupId, Target

LAWS = settings(deadline=None, max_examples=40)
# Source: the DynamoDB API: the limits of TransactWriteItems, and of an item.
MOST_ITEMS, MOST_BYTES, MOST_BYTES_OF_ITEM = 100, 4_000_000, 400_000
# Source: the Identity Store API: a group's display name has at most 1,024 characters.
LONGEST_NAME = 1024
# UTF-8 takes one to four bytes for them.
LETTERS = "aé界😀"


@dataclass
class TransactionLog:
    """A client of DynamoDB that keeps the items of each call, and refuses none."""

    calls: list[list[dict[str, Any]]] = field(default_factory=list)

    def put_item(self, **put: Any) -> None:  # noqa: ANN401 (parameters of the API)
        """Keep the item of a single write."""
        self.calls.append([put["Item"]])

    def transact_write_items(self, TransactItems: list[dict[str, Any]]) -> None:  # noqa: N803 (the API's)
        """Keep the items and keys of a transaction."""
        self.calls.append(
            [each.get("Put", {}).get("Item") or each["Delete"]["Key"] for each in TransactItems]
        )


def size(value: dict[str, Any]) -> int:
    """Return the bytes of an attribute's value. Source: DynamoDB developer guide, item sizes."""
    ((kind, inner),) = value.items()
    match kind:
        case "S":
            return len(inner.encode())
        case "N":
            return len(inner) // 2 + 2
        case "BOOL":
            return 1
        case "L":
            return 3 + sum(1 + size(each) for each in inner)
        case "M":
            return 3 + sum(1 + len(name.encode()) + size(each) for name, each in inner.items())
        case _:
            raise AssertionError(kind)


def size_of_item(item: dict[str, Any]) -> int:
    """Return the bytes of an item."""
    return sum(len(name.encode()) + size(each) for name, each in item.items())


def write(target: Target, letter: str, rows: int, *, joins: bool) -> RecordWrite:
    """Return the write of a record of a user whom so many rows grant a role, and granted another.

    Without rows, nothing changes that the history tells.
    """
    grants = [
        Grant(10, f"{number:03}".ljust(LONGEST_NAME, letter), ACTIVE.role_arn, 30, f"id-{number}")
        for number in range(rows)
    ]
    before = replace(ACTIVE, target=target, because=Because.of(grants) if grants else ())
    others = [grant._replace(group=f"x{grant.group[1:]}") for grant in grants]
    record = replace(
        before,
        role_arn="another" if grants else ACTIVE.role_arn,
        ended=ended_grants(before, others, NOON),
        because=Because.of(others) if others else (),
    )
    joined = {GroupId(f"g-{number:03}"): f"m-{number}" for number in range(20)} if joins else {}
    left = (
        frozenset(GroupId(f"l-{number:03}") for number in range(20))
        if joins
        else frozenset[GroupId]()
    )
    event = event_of(before, record, NOON)
    return RecordWrite(record, MemberChanges(joined, left), (event,) if event else ())


@LAWS
@given(
    st.lists(st.tuples(st.sampled_from(LETTERS), st.sampled_from([0, 1, 30, 120])), max_size=130)
)
@example([("😀", 120)] * 20)
@example([("a", 120)] * 40)
@example([("a", 0)] * 130)
@example([("a", 1)] * 130)
def test_no_transaction_is_larger_than_dynamodb_takes(kinds: list[tuple[str, int]]) -> None:
    """Each record is written once, in order, with its history and its members of groups."""
    writes = [
        write(Target(ACTIVE.target.account, "eu-west-1", f"d-{number:04}"), *kind, joins=not number)
        for number, kind in enumerate(kinds)
    ]
    log = TransactionLog()

    written, refused = DynamoLedger(cast("Any", log), "ledger").write_all(writes)

    assert [each.target for each in written] == [each.record.target for each in writes]
    assert not refused
    with_history = sum(1 + len(each.profile_events) for each in writes)
    assert sum(map(len, log.calls)) == with_history + (40 if writes else 0)
    for items in log.calls:
        assert len(items) <= MOST_ITEMS
        assert max(map(size_of_item, items)) <= MOST_BYTES_OF_ITEM
        assert sum(map(size_of_item, items)) <= MOST_BYTES
