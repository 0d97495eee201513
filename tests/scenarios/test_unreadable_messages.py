"""A queued body that names nothing becomes a dead letter, by the documented way."""

import json

import pytest
from stories import Play


@pytest.mark.parametrize(
    ("queue", "body"),
    [
        ("scan", {"subject": "target", "key": "d-one"}),
        ("scan", {"subject": "assignments", "key": "222222222222/eu-west-1"}),
        ("scan", {"subject": "group", "key": "scientists"}),
        ("scan", {"subject": "sweep", "key": "monthly"}),
        ("reconcile", {"user_id": "bob"}),
        ("delayed", {"subject": "target", "key": "d-one"}),
    ],
)
def test_a_body_that_names_nothing_is_a_dead_letter(
    play: Play, queue: str, body: dict[str, str]
) -> None:
    """Its reader reports what is wrong and what to do, does nothing, and does not crash."""
    end = play()
    whole = {"enqueued_at": "2026-11-23T12:00:00Z", "event_id": "e", **body}
    given = {} if queue == "delayed" else {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    end.aws.lambdas.sqs.send_message(
        QueueUrl=end.aws.queues[queue].url, MessageBody=json.dumps(whole), **given
    )
    end.aws.run()
    end.aws.wait(3 * 3600)

    told = [entry for entry in end.aws.lambdas.log if entry.get("message") == "UNREADABLE"]
    assert end.aws.dead_letters() == 1
    assert told
    assert all(f"{list(body)[-1]}: " in entry["reason"] for entry in told)
    assert all("studio-hub sweep" in entry["reason"] for entry in told)
    assert not end.problems()
