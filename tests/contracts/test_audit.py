"""The audit trail: what operators did is written with what they did, or neither is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber

from cli.audit import audited
from hub.runtime.adapters.audit import DynamoAudit
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.decisions.audit import AuditEntry, OperatorAction
from shared.errors import RefusedError
from shared.model import Target, UserId
from simulator.setup import LEDGER

Stub = Callable[[BaseClient], Stubber]

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EVER = datetime.min.replace(tzinfo=UTC)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
ADA, BOB = UserId("a3d46882-ada"), UserId("a3d46882-bob")
KIM = "arn:aws:sts::111111111111:assumed-role/Operator/kim"
PAUSE = AuditEntry(id="1", at=NOON, by=KIM, what=OperatorAction.PAUSE, reason="an audit")
APPROVE = AuditEntry(
    id="2",
    at=NOON - 40 * DAY,
    by=KIM,
    what=OperatorAction.APPROVE,
    users=(ADA, BOB),
    targets=(LAB,),
    subject="7f3a9c21",
)


@pytest.fixture
def trail(ledger_table: "DynamoDBClient") -> DynamoAudit:
    return DynamoAudit(ledger_table, LEDGER)


def test_entries_are_read_back_over_months_the_latest_first(trail: DynamoAudit) -> None:
    """Each with all that was written; an outcome is added to the entry, and makes no second one."""
    trail.write(APPROVE)
    trail.write(PAUSE)
    done = APPROVE._replace(outcome="done")
    trail.write(done)

    assert list(trail.entries(NOON - 50 * DAY, NOON)) == [PAUSE, done]
    assert list(trail.entries(NOON - DAY, NOON)) == [PAUSE]
    assert list(trail.entries(NOON + DAY, NOON + DAY)) == []


def test_an_entry_is_in_no_index_of_records(
    trail: DynamoAudit, ledger_table: "DynamoDBClient"
) -> None:
    """A scan of a target reads the index by target, and takes every item in it for a record."""
    trail.write(APPROVE)

    assert ledger_table.scan(TableName=LEDGER, IndexName="by-target")["Items"] == []


def test_an_action_is_written_with_its_entry(
    trail: DynamoAudit, ledger_table: "DynamoDBClient"
) -> None:
    """Pause, resume, keep and protect, and the ends of these."""
    hub_state = DynamoHubState(ledger_table, LEDGER)
    entries = [PAUSE._replace(id=str(number)) for number in range(6)]
    hub_state.pause("an audit", entries[0])
    paused = hub_state.state(EVER)
    hub_state.resume(entries[1])
    hub_state.keep(ADA, NOON + DAY, entries[2])
    hub_state.keep(ADA, None, entries[3])
    hub_state.protect(BOB, protected=True, audit=entries[4])
    protected = hub_state.state(EVER).protected
    hub_state.protect(BOB, protected=False, audit=entries[5])

    assert (paused.paused, paused.paused_by) == ("an audit", KIM)
    assert protected == {BOB}
    assert hub_state.state(EVER).protected == frozenset()
    assert sorted(entry.id for entry in trail.entries(NOON, NOON)) == list("012345")


def test_the_first_pause_keeps_its_reason(
    trail: DynamoAudit, ledger_table: "DynamoDBClient"
) -> None:
    """A second pause changes nothing, and is not in the trail: nobody did anything."""
    hub_state = DynamoHubState(ledger_table, LEDGER)
    first = hub_state.pause("the identity source changed")
    second = hub_state.pause("an audit", PAUSE)
    state = hub_state.state(EVER)

    assert (first, second) == (True, False)
    assert (state.paused, state.paused_by) == ("the identity source changed", "")
    assert list(trail.entries(NOON, NOON)) == []


def test_nothing_is_done_if_the_entry_is_refused(dynamodb: "DynamoDBClient", stub: Stub) -> None:
    """Neither in the transaction of a write, nor where the entry comes before the action."""
    refused = stub(dynamodb)
    refused.add_client_error("transact_write_items", "AccessDeniedException")
    refused.add_client_error("put_item", "AccessDeniedException")
    done: list[str] = []

    with pytest.raises(RefusedError):
        DynamoHubState(dynamodb, LEDGER).pause("an audit", PAUSE)
    with pytest.raises(RefusedError), audited(DynamoAudit(dynamodb, LEDGER), APPROVE):
        done.append("approved")

    assert done == []


def test_the_outcome_says_what_failed(trail: DynamoAudit) -> None:
    """The error goes on; the entry tells what AWS said."""
    with pytest.raises(RefusedError), audited(trail, APPROVE):
        raise RefusedError("AccessDenied", "SendMessage: no")

    (entry,) = trail.entries(APPROVE.at, APPROVE.at)

    assert entry.outcome == "failed: AccessDenied: SendMessage: no"
