"""Transient errors delay nothing by more than two minutes, and make no dead letter."""

from datetime import UTC, datetime

import pytest
from stories import COMPANY, End, Play

from shared.messages import deduplication_id, encode, message_group
from shared.model import UserId
from shared.requests import ReconcileRequest, ScanRequest, Subject
from simulator.faults import Fault

TARGET = "222222222222/eu-west-1/d-one"
JOINED = {"2 bob": "Scientist", "3 bob": "Analyst"}
# A call of the hub has three attempts.
ONCE = 3


def fault(service: str, operation: str, error: str, times: int) -> str:
    return f"fault: {{service: {service}, operation: {operation}, error: {error}, times: {times}}}"


ALWAYS = "fault: {service: sqs, operation: SendMessage, error: InternalError, every: 1}"


def after_the_trouble(end: End) -> set[str]:
    """Return the roles two minutes after the errors have ended."""
    assert end.roles() == {}
    end.aws.gateway.faults.clear()
    end.aws.wait(120)
    return roles(end)


def roles(end: End) -> set[str]:
    domains = end.aws.services.studio.snapshot()
    found = [profile.role or "" for domain in domains for profile in domain.profiles]
    return {role.rpartition("/")[2] for role in found}


@pytest.mark.parametrize("via", ["console", "api", "scim"])
@pytest.mark.parametrize("error", ["RequestThrottled", "InternalError", "ServiceUnavailable"])
def test_an_event_that_cannot_be_passed_on_is_redelivered(play: Play, via: str, error: str) -> None:
    """Intake cannot write to the queue of its request, whichever that is."""
    end = play(
        fault("sqs", "SendMessage", error, ONCE),
        f"join: {{user: bob, group: scientists, via: {via}}}",
        "wait: {minutes: 2}",
    )

    assert end.roles() == JOINED


def test_a_leave_by_the_api_is_not_lost_by_an_unreadable_ledger(play: Play) -> None:
    """Only the ledger knows whose membership was deleted."""
    company = COMPANY.replace("retention_days: 0", "retention_days: 5")
    end = play(
        "join: {user: bob, group: scientists}",
        fault("dynamodb", "Query", "InternalServerError", ONCE),
        "leave: {user: bob, group: scientists, via: api}",
        "wait: {minutes: 2}",
        company=company,
    )

    assert {role.partition("-")[0] for role in end.roles().values()} == {"Suspended"}


def test_an_event_outlasts_an_hour_of_errors(play: Play) -> None:
    """It stays queued, is no dead letter, and is processed within two minutes after the end."""
    end = play(ALWAYS, "join: {user: bob, group: scientists}", "wait: {hours: 1}")

    assert after_the_trouble(end) == {"Scientist", "Analyst"}
    assert end.aws.dead_letters() == 0


def send(end: End, request: ReconcileRequest | ScanRequest) -> None:
    """Queue a request without any other function."""
    aws = end.aws
    aws.lambdas.sqs.send_message(
        QueueUrl=aws.queues["reconcile" if isinstance(request, ReconcileRequest) else "scan"].url,
        MessageBody=encode(request),
        MessageGroupId=message_group(request),
        MessageDeduplicationId=deduplication_id(request),
    )


def now(end: End) -> datetime:
    return datetime.fromtimestamp(end.aws.clock.now(), UTC)


@pytest.mark.parametrize(
    "troubled", [("identitystore", "DescribeUser"), ("dynamodb", "Scan"), ("dynamodb", "Query")]
)
def test_a_request_that_cannot_be_requeued_is_redelivered(
    play: Play, troubled: tuple[str, str]
) -> None:
    """`reconcile` cannot write to `delayed`: its message comes back in a minute, not in twelve."""
    end = play("join: {user: bob, group: scientists, via: none}")
    users = end.aws.services.identity_store.users.values()
    (bob,) = (user.user_id for user in users if user.user_name == "bob")
    end.aws.gateway.faults += [
        Fault(*troubled, "InternalServerError", times=ONCE),
        Fault("sqs", "SendMessage", "InternalError", times=ONCE),
    ]
    send(end, ReconcileRequest(UserId(bob), now(end), "an-event", now(end)))
    end.aws.wait(120)

    assert roles(end) == {"Scientist", "Analyst"}
    assert end.aws.dead_letters() == 0


def test_a_scan_that_cannot_be_requeued_is_redelivered(play: Play) -> None:
    """`scan` cannot write to `delayed`: its message comes back in a minute, not in thirty."""
    end = play("join: {user: bob, group: scientists, via: none}")
    group = end.aws.services.identity_store.find_group("scientists")
    assert group is not None
    end.aws.gateway.faults += [
        Fault("identitystore", "ListGroupMemberships", "ThrottlingException", times=ONCE),
        Fault("sqs", "SendMessage", "InternalError", times=ONCE),
    ]
    send(end, ScanRequest(Subject.GROUP, group.group_id, now(end), "an-event", now(end)))
    end.aws.wait(120)

    assert roles(end) == {"Scientist", "Analyst"}
    assert end.aws.dead_letters() == 0


def test_a_row_outlasts_an_hour_of_errors(play: Play) -> None:
    """The stream keeps it, and goes on when the errors are over."""
    end = play(
        "join: {user: bob, group: others, via: none}",
        ALWAYS,
        f"map: {{group: others, target: {TARGET}, role: Other}}",
        "wait: {hours: 1}",
    )

    assert after_the_trouble(end) == {"Other"}
    assert end.aws.dead_letters() == 0
