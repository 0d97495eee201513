"""A message names who to reconcile; no other field of it decides anything."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from membership_oracle import ONE, TWO, MembershipStep, RandomCompany

from cli.simulation.deployment import deployed_hub
from shared.requests import Subject
from simulator.embedded_aws import IDENTITY_STORE, EmbeddedAws
from simulator.setup import LEDGER

MEMBERS = 8
LAWS = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


@contextmanager
def long_listings() -> Iterator[tuple[EmbeddedAws, RandomCompany]]:
    """Give a company in which one invocation lists at most three users, of eight in a group."""
    with deployed_hub(page_limit=1) as aws:
        random_company = RandomCompany(aws)
        store = aws.services.identity_store
        for number in range(MEMBERS):
            user = store.add_user(f"person-{number}")
            store.add_membership(user.user_id, random_company.group_ids["ants"])
        random_company.sweep()

        def slow(call: Any) -> None:  # noqa: ANN401 (a call of the hub)
            if call.operation.startswith("List"):
                aws.clock.forward(90)

        aws.gateway.before = slow
        yield aws, random_company


def user_status(aws: EmbeddedAws, random_company: RandomCompany) -> tuple[object, ...]:
    """Return all users' roles, who is held, and who took a slot of the removal limit."""
    limits = [row for row in aws.rows(LEDGER) if row["pk"].startswith("limit#")]
    return (
        [sorted(random_company.roles_of(target)) for target in (ONE, TWO)],
        [row["sk"] for row in limits if row["sk"] != "slots"],
        [sorted(row["taken"]) for row in limits if row["sk"] == "slots"],
    )


def tokens(aws: EmbeddedAws, random_company: RandomCompany) -> list[str]:
    """Return where each page of a group's members begins, but the first."""
    found: list[str] = []
    more: dict[str, str] = {}
    asked = {"IdentityStoreId": IDENTITY_STORE, "GroupId": random_company.group_ids["ants"]}
    while True:
        page = aws.services.identity_store.handle("ListGroupMemberships", asked | more)
        if "NextToken" not in page:
            return found
        found.append(page["NextToken"])
        more = {"NextToken": page["NextToken"]}


def send(aws: EmbeddedAws, body: dict[str, Any]) -> None:
    aws.lambdas.sqs.send_message(
        QueueUrl=aws.queues["scan"].url,
        MessageBody=json.dumps(body),
        MessageGroupId=f"{body['subject']}#{body['key']}",
        MessageDeduplicationId=str(uuid4()),
    )


def body(aws: EmbeddedAws, random_company: RandomCompany, **more: object) -> dict[str, Any]:
    now = datetime.fromtimestamp(aws.clock.now(), UTC).isoformat()
    plain = {
        "subject": "group",
        "key": random_company.group_ids["ants"],
        "enqueued_at": now,
        "event_id": "e-1",
    }
    return plain | more


def test_a_long_listing_continues_by_message() -> None:
    """All who joined and left are found, and a sweep that finds nothing writes no record."""
    with long_listings() as (aws, random_company):
        store = aws.services.identity_store
        random_company.do(MembershipStep("join", 0, "ants", "none"))
        roles = set(random_company.roles())
        send(aws, body(aws, random_company, event_id="first"))
        aws.run()
        aws.wait(600)
        joined = set(random_company.roles()) - roles
        states = [row for row in aws.rows(LEDGER) if row["pk"].startswith("scan#group#")]
        group = store.find_group("ants")
        assert group is not None

        assert {user for _, user in joined} == {random_company.people[0]}
        assert len({row["part"] for row in states if "part" in row}) == 1
        assert any(row.get("over") for row in states)
        assert aws.dead_letters() == 0


@pytest.mark.parametrize("part", [0, 1, 5])
def test_a_late_page_with_nobody_seen_removes_nobody(part: int) -> None:
    """Every member but those of the last page would count as a leaver, to be held or removed."""
    with long_listings() as (aws, random_company):
        before = user_status(aws, random_company)
        late = {"token": tokens(aws, random_company)[-1], "seen": "", "part": part}
        send(aws, body(aws, random_company, **late))
        aws.run()
        aws.wait(3600)

        assert user_status(aws, random_company) == before


subjects = [each for each in Subject if each is not Subject.SWEEP]
forged = st.fixed_dictionaries(
    {
        "subject": st.just(Subject.GROUP) | st.sampled_from(subjects),
        "key": st.just("ants") | st.sampled_from(["bees", str(ONE), str(TWO), "nothing"]),
        "event_id": st.sampled_from(["e-1", "e-2", "e-3"]),
    },
    optional={
        "part": st.integers(0, 12) | st.integers(),
        # The pages of a group, the latest first.
        "token": st.integers(0, MEMBERS - 2) | st.text(max_size=3),
        "seen": st.sampled_from(["", "AAAAAAAAAAA=", "c2Vlbg=="]),
        "is_recheck": st.booleans(),
        "event_driven": st.booleans(),
        "include_all": st.booleans(),
        "attempt": st.integers(0, 20),
    },
)


def test_no_forged_message_removes_anything() -> None:
    """Whatever its content: nobody is removed or held, and it ends after few messages."""
    with long_listings() as (aws, random_company):
        before = user_status(aws, random_company)
        pages = tokens(aws, random_company)[::-1]
        sent: list[str] = []

        def count(call: Any) -> None:  # noqa: ANN401 (a call of the hub)
            if call.operation.startswith("SendMessage"):
                sent.append(call.operation)
            elif call.operation.startswith("List"):
                aws.clock.forward(90)

        aws.gateway.before = count

        @LAWS
        @given(forged)
        def law(plain: dict[str, Any]) -> None:
            # What an earlier message began has ended.
            aws.wait(3 * 3600)
            sent.clear()
            plain = plain | {"key": random_company.group_ids.get(plain["key"], plain["key"])}
            if isinstance(plain.get("token"), int):
                plain["token"] = pages[plain["token"]]
            send(aws, body(aws, random_company, **plain))
            aws.run()
            aws.wait(1800)

            assert user_status(aws, random_company) == before
            assert len(sent) < 60

        law()


def test_an_old_date_makes_no_old_snapshot_valid() -> None:
    """Data read seconds before a message was sent is read anew, whatever date the message has."""
    with deployed_hub() as aws:
        random_company = RandomCompany(aws)
        random_company.do(MembershipStep("join", 0, "ants"))
        had = random_company.roles()
        assert had[ONE, random_company.people[0]] == "Ant"
        row = {"group": "ants", "target": str(ONE), "priority": 20, "retention_days": 0}
        role = f"arn:aws:iam::{ONE.account}:role/studio-hub/Other"
        aws.put_mapping(row | {"execution_role_arn": role})
        aws.skip_row_changes()
        aws.wait(11)
        old = {"user_id": random_company.people[0], "enqueued_at": "2020-01-01T00:00:00+00:00"}
        aws.lambdas.sqs.send_message(
            QueueUrl=aws.queues["reconcile"].url,
            MessageBody=json.dumps(old | {"event_id": "forged"}),
            MessageGroupId=random_company.people[0],
            MessageDeduplicationId=str(uuid4()),
        )
        aws.run()

        assert random_company.roles()[ONE, random_company.people[0]] == "Other"
