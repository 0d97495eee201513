"""A wrong row leaves nothing behind once deleted; what may have been made stays recorded."""

from typing import Any

import pytest
from stories import End, Play, membership_event

from cli.simulation.deployment import cold_start
from cli.simulation.operator import SimulatedOperator
from shared.storage import LEDGER_KEY
from simulator.faults import Fault
from simulator.setup import LEDGER

NO_DOMAIN, NO_SPOKE = "222222222222/eu-west-1/d-nothing", "444444444444/eu-west-1/d-three"
ONE = "222222222222/eu-west-1/d-one"
JOIN = "join: {user: bob, group: scientists}"
CLOSED = (
    "fault: {service: sts, operation: AssumeRole, account: '222222222222', error: AccessDenied, "
    "every: 1}"
)


def map_to(target: str) -> str:
    return f"map: {{group: scientists, target: {target}, role: Scientist}}"


def unmap(target: str, group: str = "scientists") -> str:
    return f"unmap: {{group: {group}, target: {target}}}"


def rows(end: End, pk: str, target: str) -> list[dict[str, Any]]:
    """Return the ledger's rows of a kind that are about a target."""
    return [
        row
        for row in end.aws.rows(LEDGER)
        if row["pk"].startswith(pk) and target in {row["pk"].partition("#")[2], row.get("target")}
    ]


def delete(end: End, row: dict[str, Any]) -> None:
    """Delete a row of the ledger by hand."""
    key = {name: {"S": row[name]} for name in LEDGER_KEY}
    end.aws.dynamodb.delete_item(TableName=LEDGER, Key=key)


def reported_next(end: End) -> set[str]:
    """Return the kinds of problems that another reconcile of bob reports."""
    before = len(end.aws.lambdas.log)
    end.aws.deliver(membership_event(end.aws, "bob", "leads"))
    end.aws.wait(3600)
    return {line["kind"] for line in _said(end, before) if "kind" in line}


def _said(end: End, before: int) -> list[dict[str, Any]]:
    """Return what was logged since, without resolved problems."""
    log = end.aws.lambdas.log[before:]
    return [line for line in log if line.get("message") != "RESOLVED"]


def reported_in_a_sweep(end: End, target: str) -> set[str]:
    """Return the problem kinds of a target that a sweep reports, and the metrics it counts."""
    before = len(end.aws.lambdas.log)
    end.aws.sweep()
    end.aws.wait(3600)
    log = _said(end, before)
    told = {line["kind"] for line in log if target in str(line.get("subject", ""))}
    counted = {
        name for line in log for name in ("ReadsRefused", "TargetsUnreachable") if name in line
    }
    return told | counted


@pytest.mark.parametrize(
    ("target", "kind", "tried"),
    [(NO_DOMAIN, "domain-unusable", set()), (NO_SPOKE, "unreachable", {"failed"})],
    ids=str,
)
@pytest.mark.parametrize("meanwhile", [(), ("sweep: {}", "wait: {hours: 2}", "sweep: {}")])
def test_where_nothing_was_made_nothing_is_left_to_remove(
    play: Play, target: str, kind: str, tried: set[str], meanwhile: tuple[str, ...]
) -> None:
    """Reported while a row grants it; then over at once, without a slot or a hold.

    In a domain that does not exist nothing is even tried. Whoever wrote rows for a wrong domain or
    account deletes them, and that is all.
    """
    mistake = (JOIN, map_to(target), *meanwhile)
    during = play(*mistake)
    assert {row["state"] for row in rows(during, "user#", target)} == tried
    assert kind in {kind for kind, _ in during.problems()}

    asked = play(*mistake).json["api_calls"]
    end = play(*mistake, unmap(target))
    assert {row["state"] for row in rows(end, "user#", target)} == ({"removed"} if tried else set())
    assert rows(end, "limit#", target) == []
    for call in ("sagemaker.DescribeUserProfile", "sagemaker.DescribeDomain"):
        assert end.json["api_calls"].get(call) == asked.get(call)

    assert kind not in reported_next(end)
    assert "held" not in {each for each, _ in end.problems()}
    swept = play(*mistake, unmap(target), "sweep: {}")
    assert kind not in {each for each, _ in swept.problems()}
    assert len(end.roles()) == 2


@pytest.mark.parametrize(
    "leaving", ["leave: {user: bob, group: scientists}", "delete_user: {user: bob}"]
)
def test_who_leaves_what_was_never_made_is_done_there(play: Play, leaving: str) -> None:
    """The row may stay: it grants nothing to them any more."""
    end = play(JOIN, map_to(NO_DOMAIN), map_to(NO_SPOKE), leaving)

    for target, states in ((NO_DOMAIN, set()), (NO_SPOKE, {"removed"})):
        assert {row["state"] for row in rows(end, "user#", target)} == states
        assert rows(end, "limit#", target) == []
    assert end.json["profiles"] == []


def test_what_is_over_can_start_again(play: Play) -> None:
    """A row that is written again is a row like any other."""
    end = play(
        CLOSED.replace("every: 1", "times: 1"),
        JOIN,
        unmap(ONE),
        map_to(ONE),
        "sweep: {}",
        "wait: {hours: 1}",
    )

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}


@pytest.mark.parametrize("error", ["InternalServerError", "ThrottlingException"])
def test_a_creation_without_an_answer_is_never_forgotten(play: Play, error: str) -> None:
    """Law 6: the profile may exist, so a closed account is read again when it opens."""
    end = play(
        "fault: {service: sagemaker, operation: CreateUserProfile, account: '222222222222', "
        f"error: {error}, every: 1}}",
        JOIN,
        "wait: {hours: 2}",
        CLOSED,
        unmap(ONE),
        unmap(ONE, "leads"),
        "sweep: {}",
        "wait: {hours: 2}",
    )

    (row,) = rows(end, "user#", ONE)
    assert (row["state"], row["access"]) == ("failed", "unsure")
    assert "unreachable" in reported_next(end)


def test_a_profile_missing_in_the_ledger_is_found_all_the_same(play: Play) -> None:
    """It counted as never made while its account was closed; its tags identify it afterwards."""
    end = play(JOIN, "sweep: {}")
    aws = end.aws
    (row,) = rows(end, "user#", ONE)
    delete(end, row)
    cold_start()
    closed = Fault("sts", "AssumeRole", "AccessDenied", "222222222222", every=1)
    aws.gateway.faults.append(closed)
    reported_next(end)
    for group in ("scientists", "leads"):
        aws.delete_mapping(group, ONE)
    aws.run()
    (row,) = rows(end, "user#", ONE)
    assert (row["state"], row.get("role_arn")) == ("removed", None)

    aws.gateway.faults.remove(closed)
    for _ in range(2):
        aws.sweep()
        aws.wait(3600)
    (found,) = rows(end, "user#", ONE)
    assert found["state"] == "held"
    assert found["hold"] == "last-row"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (NO_DOMAIN, {"domain-unusable", "TargetsUnreachable"}),
        (NO_SPOKE, {"unreachable", "TargetsUnreachable"}),
    ],
)
def test_a_target_with_nothing_left_is_not_reported(
    play: Play, target: str, told: set[str]
) -> None:
    """Neither by hourly or daily scans, nor as a denied read."""
    mistake = (JOIN, map_to(target), "sweep: {}")
    # Even if its group has no member yet, and if the row is to be corrected.
    for_nobody = f"map: {{group: others, target: {target}}}"
    bad_row = f"map: {{group: scientists, target: {target}, priority: high}}"

    assert reported_in_a_sweep(play(*mistake), target) >= told
    assert reported_in_a_sweep(play(for_nobody), target) == told
    assert reported_in_a_sweep(play(*mistake, bad_row), target) >= told
    assert reported_in_a_sweep(play(*mistake, unmap(target)), target) == set()


def test_a_closed_account_is_reported_while_anybody_may_have_something_there(play: Play) -> None:
    """Law 1: an unfinished removal is reported, even if no row grants access any more."""
    steps = (JOIN, CLOSED, "wait: {hours: 1}", unmap(ONE), unmap(ONE, "leads"), "wait: {hours: 1}")

    assert reported_in_a_sweep(play(*steps), ONE) == {"unreachable"}


@pytest.mark.parametrize(
    "gone",
    [
        [("sts", "AssumeRole", "AccessDenied")],
        [
            ("sagemaker", operation, "ResourceNotFound")
            for operation in ("DescribeDomain", "DescribeUserProfile", "ListUserProfiles")
        ],
    ],
    ids=["account closed", "domain deleted"],
)
def test_what_is_gone_for_good_is_forgotten_by_hand_alone(
    play: Play, gone: list[tuple[str, str, str]]
) -> None:
    """Law 6: no approval replaces an answer; a profile that exists after all is found again."""
    end = play(JOIN, "sweep: {}")
    aws = end.aws
    faults = [Fault(*each, account="222222222222", every=1) for each in gone]
    aws.gateway.faults.extend(faults)
    cold_start()
    for group in ("leads", "scientists"):
        aws.delete_mapping(group, ONE)
        aws.run()
    SimulatedOperator(aws).approve()
    aws.wait(80 * 3600)
    assert reported_in_a_sweep(end, ONE)
    assert {row["state"] for row in rows(end, "user#", ONE)} == {"failed"}

    for row in (*rows(end, "user#", ONE), *rows(end, "limit#", ONE)):
        delete(end, row)
    assert reported_in_a_sweep(end, ONE) | reported_next(end) == set()
    assert SimulatedOperator(aws).holds() == []

    for fault in faults:
        aws.gateway.faults.remove(fault)
    aws.sweep()
    aws.wait(3600)
    assert {hold["cause"] for hold in SimulatedOperator(aws).holds()} == {"last-row"}
