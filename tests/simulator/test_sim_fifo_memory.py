import boto3
import pytest
import time_machine
from moto import mock_aws

from simulator.fifo_memory import remembering


@pytest.mark.parametrize(("seconds", "delivered"), [(299, 0), (301, 1)])
def test_a_fifo_queue_remembers_what_was_handled(
    monkeypatch: pytest.MonkeyPatch, seconds: int, delivered: int
) -> None:
    """A deduplication id is dropped for five minutes, even after its message was handled."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with time_machine.travel("2026-01-05T09:00Z", tick=False) as clock, mock_aws(), remembering():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]

        def send() -> None:
            sqs.send_message(
                QueueUrl=url, MessageBody="b", MessageGroupId="g", MessageDeduplicationId="d"
            )

        send()
        first = sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
        clock.shift(seconds)
        send()
        again = sqs.receive_message(QueueUrl=url).get("Messages", [])

    assert len(first) == 1
    assert len(again) == delivered
