"""`studio-hub status`: whether the hub works, and what waits for a person."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from operators import PLACE, Company

from cli.status.queues import LastScan, QueueDepth, queue_urls, read_depths
from cli.status.summary import Status, TargetStatus, count_targets
from hub.runtime.adapters.ledger_overview import AWAITS_APPROVAL, CHECKED, Counted
from hub.runtime.decisions.hub_state import AccessRefusal, HubState, OpenProblem
from hub.runtime.decisions.record import State
from shared.model import AccountId, Target, UserId

Command = Callable[..., tuple[int, str, str]]
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LAB = Target.parse(PLACE)
SCANNED = LastScan(NOW - 10 * MINUTE, NOW - 12 * MINUTE)


def scanned(seconds: float = 60) -> None:
    """Put the metric of a scan that is complete now, some seconds after its sweep began."""
    boto3.client("cloudwatch").put_metric_data(
        Namespace="StudioHub",
        MetricData=[
            {
                "MetricName": "SweepAge",
                "Dimensions": [{"Name": "service", "Value": "studio-hub"}],
                "Timestamp": datetime.now(UTC),
                "Value": seconds,
            }
        ],
    )


def found(command: Command) -> tuple[int, dict[str, Any]]:
    code, out, _ = command("status", "--json")
    plain: dict[str, Any] = json.loads(out)
    return code, plain


def status(state: HubState | None = None, **other: Any) -> Status:  # noqa: ANN401 (of any field)
    given: dict[str, Any] = {
        "at": NOW,
        "state": state or HubState(),
        "targets": {LAB: TargetStatus(Counter({"active": 3}))},
        "people": 3,
        "queues": (),
        "last_scan": SCANNED,
        "is_scan_known": True,
    }
    return Status(**given | other)


def test_a_status_counts_each_target_in_one_pass(hub: Company, command: Command) -> None:
    """People, holds, blocked users and unmanaged profiles, as the other commands count them."""
    scanned()
    hub.leave("ada", "bob", "cyd")
    _, plain = found(command)

    (target,) = plain["targets"]
    assert target["target"] == PLACE
    assert (target["suspended"], target["awaiting approval"], target["blocked"]) == (2, 1, 1)
    assert target["unmanaged"] == 2
    assert plain["last_scan"] is not None
    assert plain["sweep_overdue"] is False
    assert {each["what"] for each in plain["waiting"]} >= {"1 awaiting approval", "1 blocked"}


def test_a_status_is_readable_and_exits_2(hub: Company, command: Command) -> None:
    """Totals first; who paused it and why; nothing is wider than 80 columns but a reason."""
    hub.leave("ada")
    command("pause", "--reason", "an audit")
    code, out, err = command("status")

    assert code == 2
    assert "Paused      yes" in out
    assert "Last scan   none in 24 hours, as CloudWatch knows; overdue" in out
    assert "Checks      last 20" in out
    assert f"\n{PLACE}\n    2 active, 1 suspended, 1 blocked, 2 unmanaged\n" in out
    assert [line for line in out.splitlines() if len(line) > 80] == []
    assert "assumed-role/Operator/" in err
    assert ": an audit:  studio-hub resume" in err


def test_nothing_waits_where_all_is_right() -> None:
    """Active, pending and suspended users, and unmanaged profiles, wait for nobody."""
    counts = Counter({"active": 3, "pending": 1, "suspended": 2, "removing": 1, "unmanaged": 4})

    assert [*status(targets={LAB: TargetStatus(counts)}).waiting()] == []
    assert [*status(last_scan=None, is_scan_known=False).waiting()] == []


@pytest.mark.parametrize(
    ("told", "given"),
    [
        ("paused by the hub itself: it changed", {"state": HubState(paused="it changed")}),
        ("the sweep is overdue", {"last_scan": None}),
        ("the sweep is overdue", {"last_scan": LastScan(NOW - 121 * MINUTE, NOW)}),
        ("the sweep is overdue", {"last_scan": LastScan(NOW, NOW - 61 * MINUTE)}),
        ("2 dead letters of Scan", {"queues": (QueueDepth("Scan", 2, is_dead_letters=True),)}),
        ("1 target unreachable", {"targets": {LAB: TargetStatus(unreachable="denied")}}),
        ("2 failed", {"targets": {LAB: TargetStatus(Counter({"failed": 2}))}}),
        ("1 failed check", {"targets": {LAB: TargetStatus(Counter({"failed checks": 1}))}}),
        (
            "1 open problem: bad-row",
            {"state": HubState(problems=frozenset({OpenProblem("bad-row", "bad-row", "a row")}))},
        ),
    ],
)
def test_what_waits_for_a_person_is_named(told: str, given: dict[str, Any]) -> None:
    """Each with where to go on."""
    waiting = dict(status(**given).waiting())

    assert list(waiting) == [told]
    assert waiting[told]


def test_a_target_is_counted_with_all_that_is_known_of_it() -> None:
    """Also one without anybody, and one that only a refusal names; a person counts once."""
    shop = Target(AccountId("333333333333"), "eu-west-1", "d-two")
    ada = UserId("ada")
    state = HubState(
        targets=frozenset({LAB}), refused={shop: AccessRefusal("denied", NOW - MINUTE)}
    )
    nowhere = Target(AccountId("444444444444"), "eu-west-1", "d-asked")
    items = [
        Counted(LAB, CHECKED, at=NOW - MINUTE),
        Counted(LAB, State.ACTIVE, ada),
        Counted(shop, State.SUSPENDED, ada),
        Counted(shop, AWAITS_APPROVAL, UserId("bob")),
        Counted(nowhere, CHECKED, at=NOW),
    ]
    targets, people = count_targets(state, items, NOW)

    assert people == 2
    assert nowhere not in targets
    assert (targets[LAB].checked_at, targets[shop].checked_at) == (NOW - MINUTE, None)
    assert targets[shop].unreachable == "denied"
    assert not targets[LAB].is_notable
    assert count_targets(state, [], NOW)[0].keys() == {LAB, shop}
    assert count_targets(state, [], NOW + timedelta(hours=3))[0].keys() == {LAB}


def test_queues_are_found_by_the_stacks_outputs(hub: Company) -> None:
    """Dead letters come last; other outputs are no queues."""
    assert hub.roles()
    sqs, cloudwatch = boto3.client("sqs"), boto3.client("cloudwatch")
    url = sqs.create_queue(QueueName="fresh")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    urls = queue_urls({"DelayedQueueUrl": url, "ScanDeadLettersUrl": url, "LedgerTable": "t"})

    assert read_depths(sqs, cloudwatch, urls, datetime.now(UTC)) == [
        QueueDepth("Delayed", 1, is_dead_letters=False),
        QueueDepth("Scan", 1, is_dead_letters=True),
    ]
