"""The queues in which hints wait."""

from typing import TYPE_CHECKING

from hub.runtime.adapters.aws import translated
from shared.hints import UserHint
from shared.wire import deduplication_id, encode

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class UsersQueue:
    """Implements the port UsersInbox: looks at users that are due now, one user's in order."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def look_at(self, hint: UserHint) -> None:
        """Queue a look at a user."""
        with translated():
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=encode(hint),
                MessageGroupId=hint.user_id,
                MessageDeduplicationId=deduplication_id(hint),
            )


class LaterQueue:
    """Implements the port LaterBox: looks at users that are due after a while."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def look_later(self, hint: UserHint, seconds: int) -> None:
        """Queue a look at a user after some seconds (at most 900)."""
        with translated():
            self._client.send_message(
                QueueUrl=self._url, MessageBody=encode(hint), DelaySeconds=seconds
            )
