"""A scan may have copies that are newer than its request, and older than what was written since."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from membership_oracle import ONE, TWO, MembershipStep, RandomCompany

from cli.simulation.deployment import deployed_hub
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.decisions.removal_limit import RemovalLimit
from shared.messages import encode, message_group
from shared.model import Target
from shared.requests import ScanRequest, Subject
from simulator.embedded_aws import EmbeddedAws
from simulator.setup import LEDGER

# Seconds until a message comes again whose invocation crashed. The hub's state is read again by a
# scan when it is ten seconds old.
_CRASHED, _SOON = 120, 8


@pytest.fixture
def company() -> Iterator[RandomCompany]:
    """Return a company in sync, where the second removal of an hour is held."""
    with deployed_hub(limit=RemovalLimit(1, 0)) as aws:
        random_company = RandomCompany(aws)
        random_company.sweep()
        yield random_company


def request_scan(aws: EmbeddedAws, key: Target | str) -> str:
    """Request the scan of a target or group; return the URL of the queue."""
    subject = Subject.TARGET if isinstance(key, Target) else Subject.GROUP
    at = datetime.fromtimestamp(aws.clock.now(), UTC)
    request = ScanRequest(subject, str(key), at, str(uuid4()), at)
    queue = aws.queues["scan"].url
    aws.lambdas.sqs.send_message(
        QueueUrl=queue,
        MessageBody=encode(request),
        MessageGroupId=message_group(request),
        MessageDeduplicationId=str(uuid4()),
    )
    return queue


def scan_later(aws: EmbeddedAws, key: Target | str = ONE, seconds: int = _CRASHED) -> None:
    """Request a scan whose invocation crashes, and read all copies anew in the next one."""
    queue = request_scan(aws, key)
    aws.lambdas.sqs.receive_message(QueueUrl=queue, VisibilityTimeout=seconds)
    aws.wait(1)
    request_scan(aws, TWO)
    aws.wait(1)


def held(aws: EmbeddedAws) -> list[str]:
    """Return the users whose removal from the target is held."""
    limits = [row for row in aws.rows(LEDGER) if row["pk"] == f"limit#{ONE}"]
    return sorted(row["user_name"] for row in limits if row["sk"].startswith("held#"))


def test_nobody_is_held_who_joined_since_the_snapshots_were_read(company: RandomCompany) -> None:
    """The records show the new profiles, and the copies of the snapshots nobody in the group."""
    scan_later(company.aws)
    for user in (0, 1):
        company.do(MembershipStep("join", user, "ants"))
    company.aws.lambdas.log.clear()
    company.aws.wait(_CRASHED)

    assert company.roles_of(ONE).count("Ant") == 2
    assert held(company.aws) == []
    assert "held" not in {each.get("kind") for each in company.aws.lambdas.log}


def test_a_hold_stays_that_began_since_the_snapshots_were_read(company: RandomCompany) -> None:
    """The copies of the snapshots show the leavers in the group, so that no hold is called for."""
    for user in (0, 1):
        company.do(MembershipStep("join", user, "ants"))
    company.sweep()
    scan_later(company.aws)
    for user in (0, 1):
        company.do(MembershipStep("leave", user, "ants"))
    before = held(company.aws)
    company.aws.lambdas.log.clear()
    company.aws.wait(_CRASHED)

    assert held(company.aws) == before == ["bob"]
    assert [each for each in company.aws.lambdas.log if each.get("message") == "RESOLVED"] == []


def test_a_role_stays_unavailable_that_was_found_so_since_the_state_was_read(
    company: RandomCompany,
) -> None:
    """The check of another role writes both, and must not give back what a later check took."""
    ant, bee, cat = (
        f"arn:aws:iam::{ONE.account}:role/studio-hub/{x}" for x in ("Ant", "Bee", "Cat")
    )
    aws = company.aws
    aws.put_mapping({"group": "cats", "target": str(ONE), "execution_role_arn": cat})
    aws.skip_row_changes()
    scan_later(aws, seconds=_SOON)
    other_environment = DynamoHubState(aws.dynamodb, LEDGER)
    other_environment.remember_roles(ONE, {ant, bee}, {ant})
    aws.services.studio.missing_roles.add(ant)
    aws.wait(_SOON)

    state = other_environment.state(datetime.now(UTC))
    assert state.unavailable_roles[ONE] == {ant}
    assert state.checked_roles[ONE] == {ant, bee, cat}


def test_who_joined_since_the_snapshot_was_read_is_no_drift(company: RandomCompany) -> None:
    """An event announced each of them, so their group's scan misses none."""
    scan_later(company.aws, company.group_ids["ants"])
    for user in (0, 1):
        company.do(MembershipStep("join", user, "ants"))
    company.aws.lambdas.log.clear()
    company.aws.wait(_CRASHED)

    assert [each for each in company.aws.lambdas.log if each.get("message") == "DRIFT"] == []


def test_no_slot_is_taken_for_a_user_who_was_protected_while_users_were_listed(
    company: RandomCompany,
) -> None:
    """A listing takes minutes, and a protection takes effect within ten seconds."""
    aws, ada = company.aws, company.people[0]
    company.do(MembershipStep("join", 0, "ants"))
    company.do(MembershipStep("disable", 0, via="none"))
    aws.wait(3600)

    def protect(call: Any) -> None:  # noqa: ANN401 (a call of the hub)
        if call.operation == "ListUsers":
            DynamoHubState(aws.dynamodb, LEDGER).protect(ada, protected=True)
            aws.clock.forward(60)

    aws.gateway.before = protect
    company.sweep()

    assert company.roles_of(ONE).count("Ant") == 1
    assert [row for row in aws.rows(LEDGER) if ada in row.get("taken", ())] == []
