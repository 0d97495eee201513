"""Publishes profile events on the hub's event bus."""

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from hub.runtime.adapters.aws import translated
from hub.runtime.decisions.profile_events import ProfileEvent
from shared.errors import RetryableError
from shared.storage import BUS_SOURCE
from shared.visible import shortened

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

# Source: the EventBridge API: entries in one PutEvents.
_BATCH = 10
# Characters of a text that may grow with the names of groups, and of a list of spaces: ten events
# of four bytes a character fit one call. Source: the EventBridge API: the entries of one PutEvents
# have at most 256 KB together.
_LONGEST, _LONGEST_LIST = 1_000, 4_000


class EventBus:
    """Implements the port Bus."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, profile_events: Iterable[ProfileEvent]) -> None:
        """Publish the profile events; RetryableError if the bus did not accept all of them."""
        waiting = iter(profile_events)
        while batch := list(islice(waiting, _BATCH)):
            entries: list[Any] = [
                {
                    "EventBusName": self._name,
                    "Source": BUS_SOURCE,
                    "DetailType": each.what,
                    "Time": each.at,
                    "Detail": json.dumps(_detail(each), ensure_ascii=False),
                }
                for each in batch
            ]
            with translated():
                answer = self._client.put_events(Entries=entries)
            if answer.get("FailedEntryCount"):
                codes = {each.get("ErrorCode", "") for each in answer["Entries"]} - {""}
                raise RetryableError(f"EventBridge did not take an event: {', '.join(codes)}")


def _detail(told: ProfileEvent) -> Mapping[str, str]:
    return {
        "userId": told.user_id,
        "userName": told.user_name,
        "target": str(told.target),
        "account": told.target.account,
        "profileName": told.profile_name,
        "executionRoleArn": told.role_arn,
        "oldExecutionRoleArn": told.old_role_arn,
        "because": shortened(told.because, _LONGEST),
        "reason": shortened(told.reason, _LONGEST),
        "causedBy": told.event_id,
        "homeEfsUid": told.efs_uid,
        "privateSpaces": shortened(", ".join(told.spaces), _LONGEST_LIST),
    }
